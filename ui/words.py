"""Actions, verdicts and outcomes in a few words, the same in the command line, the console and the replay
page."""

from actions.action import (
    Action,
    Answer,
    HScroll,
    Key,
    LeftClickDrag,
    Scroll,
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


def is_good(outcome: Outcome) -> bool:
    """Whether a command that ran the task succeeded: by the checker where there is one, else by how the run
    ended."""
    if outcome.success is not None:
        return outcome.success
    return outcome.kind in ("finished", "answered")


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
    if outcome.kind != "finished" and outcome.success:
        return f"{words}; the page says that the task is done"
    return words


def reason_words(outcome: Outcome) -> str:
    """Why it ended so; empty where a person ended it, or the model, whose last thought is shown with the step."""
    return "" if outcome.kind in ("finished", "answered", "interrupted") else outcome.reason
