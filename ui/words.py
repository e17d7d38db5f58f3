"""Actions, verdicts and outcomes in a few words, the same in the command line, the console and the replay
page."""

from collections.abc import Sequence

from actions.action import (
    Action,
    Answer,
    HScroll,
    Key,
    LeftClickDrag,
    LongPress,
    Open,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from agent.trajectory import Outcome, Step, StepTimings, Verdict

OUTCOMES = {
    "finished": "the model said it is finished",
    "gave_up": "the model gave up",
    "answered": "the model gave an answer",
    "stuck": "nothing that was tried moved the screen on",
    "step_limit": "the step limit was reached",
    "time_limit": "the time limit was reached",
    "token_limit": "the token limit was reached",
    "unparsable": "two replies in a row were not actions",
    "environment_over": "the page said it was over",
    "interrupted": "it was stopped and can be resumed",
    "failed": "something broke",
}
"""Outcome kind -> what happened."""


def action_words(action: Action | None) -> str:
    """What was done, in pixels: `left_click (120, 45)`, `type "Ada"`."""
    match action:
        case None:
            return "no action"
        case Key():
            return f"key {'+'.join(action.keys)}"
        case Type() | Answer():
            return f'{action.kind} "{action.text}"'
        case LeftClickDrag():
            start = action.start or "pointer"
            return f"{action.kind} {start} to {action.end}"
        case Scroll() | HScroll():
            at = f" at {action.at}" if action.at else ""
            return f"{action.kind} {action.pixels:+d}{at}"
        case LongPress():
            return f"{action.kind} {action.at} for {action.seconds:g} s"
        case Swipe():
            return f"{action.kind} {action.start} to {action.end}"
        case SystemButton():
            return f"{action.kind} {action.button}"
        case Open():
            return f'{action.kind} "{action.app}"'
        case Wait():
            return f"wait {action.seconds:g} s"
        case Terminate():
            return f"terminate {action.status}"
        case _:
            return f"{action.kind} {action.at}"


def verdict_words(verdict: Verdict | None, error: str = "") -> str:
    """What was found after acting: `ok`, `unexpected: …`, `error: …`."""
    if error:
        return f"error: {error}"
    if verdict is None:
        return "not carried out"
    if verdict.expected:
        return "ok"
    return f"unexpected: {verdict.reason}" if verdict.reason else "unexpected"


def timing_words(timings: StepTimings) -> str:
    """`see 12  think 210  act 95 ms`; looking again after the action counts as acting."""
    act = timings.act_ms + timings.verify_ms
    return f"see {timings.see_ms:.0f}  think {timings.think_ms:.0f}  act {act:.0f} ms"


def reply_words(step: Step) -> str:
    """`prefill 120  decode 80 ms, 310 + 22 tokens`: what asking the model took; empty where nobody counted."""
    read = sum(reply.usage.prompt_tokens for reply in step.replies)
    wrote = sum(reply.usage.completion_tokens for reply in step.replies)
    prefill = sum(reply.timings.prefill_ms for reply in step.replies)
    decode = sum(reply.timings.decode_ms for reply in step.replies)
    took = f"prefill {prefill:.0f}  decode {decode:.0f} ms, " if prefill or decode else ""
    return f"{took}{read} + {wrote} tokens" if took or read or wrote else ""


def step_verdict(step: Step) -> str:
    """A step's verdict; an ending or an unreadable reply has none of its own."""
    if step.action is None and not step.error:
        return "unreadable reply"
    if isinstance(step.action, Terminate | Answer) and not step.error:
        return "the end"
    return verdict_words(step.verdict, step.error)


def page_notes(step: Step) -> list[str]:
    """What the environment said beside the screen, such as a box that was closed or a tab that opened."""
    notes = step.info.get("notes")
    return [str(note) for note in notes] if isinstance(notes, list) else []


def spent_words(steps: Sequence[Step]) -> str:
    """What a step took on average, phase by phase in ms, and its tokens."""
    if not steps:
        return ""
    replies = [reply for step in steps for reply in step.replies]
    took = {
        "see": sum(step.timings.see_ms for step in steps),
        "vision": sum(reply.timings.vision_ms for reply in replies),
        "prefill": sum(reply.timings.prefill_ms for reply in replies),
        "decode": sum(reply.timings.decode_ms for reply in replies),
        "guard": sum(step.timings.guard_ms for step in steps),
        "act": sum(step.timings.act_ms for step in steps),
        "verify": sum(step.timings.verify_ms for step in steps),
        "wait for a person": sum(step.timings.wait_ms for step in steps),
    }
    phases = ", ".join(f"{name} {ms / len(steps):.0f}" for name, ms in took.items() if ms >= 1)
    read = sum(reply.usage.prompt_tokens for reply in replies)
    cached = sum(reply.usage.cached_tokens for reply in replies)
    wrote = sum(reply.usage.completion_tokens for reply in replies)
    hits = f", {cached / read:.0%} of them from the cache" if cached else ""
    tokens = f"{read / len(steps):.0f} tokens read{hits}, {wrote / len(steps):.0f} written"
    return f"a step: {phases} ms; {tokens}"


BELIEFS = {
    "seen": "a second look at the screen agrees",
    "denied": "a second look at the screen says that it is not done",
    "unverified": "unverified",
}
"""What to make of a model's word, where no checker says how it is."""


def is_good(outcome: Outcome) -> bool:
    """Whether a command that ran the task succeeded: by the checker where there is one, else by how the run
    ended."""
    if outcome.success is not None:
        return outcome.success
    return outcome.kind in ("finished", "answered") and outcome.belief != "denied"


def outcome_tone(outcome: Outcome | None) -> str:
    """What colour an outcome has: open (it can go on), good or bad."""
    if outcome is None or outcome.kind == "interrupted":
        return "open"
    return "good" if is_good(outcome) else "bad"


def headline(outcome: Outcome | None) -> str:
    """One word for an outcome: done, failed, interrupted, or what kept it from ending."""
    if outcome is None:
        return "unfinished"
    if outcome.kind == "interrupted":
        return "interrupted"
    if outcome.success is None:
        return "ended" if is_good(outcome) else "failed"
    return "done" if outcome.success else "failed"


def ending_words(outcome: Outcome) -> str:
    """What happened at the end; where the model and the page do not agree, that is said."""
    words = OUTCOMES[outcome.kind]
    if outcome.kind == "finished" and outcome.success is False:
        return f"{words}, but the page says otherwise"
    if outcome.belief in BELIEFS:
        return f"{words} ({BELIEFS[outcome.belief]})"
    if outcome.kind != "finished" and outcome.success:
        return f"{words}; the page says that the task is done"
    return words


def reason_words(outcome: Outcome) -> str:
    """Why it ended so; empty where a person ended it, or the model, whose last thought is shown with the step."""
    return "" if outcome.kind in ("finished", "answered", "interrupted") else outcome.reason
