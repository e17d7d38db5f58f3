"""The stage's view as HTML: the screen with the mark of what is being done, and the steps so far.

All text of the model and of pages is escaped; nothing here loads anything from anywhere.
"""

from html import escape

from agent.marks import action_marks, pointer_after
from agent.recorder import image_store
from agent.trajectory import Outcome, Step
from perception.errors import ImageError
from perception.geometry import Point
from perception.overlay import draw
from ui.console.stage import View
from ui.replay import data_uri
from ui.words import (
    action_words,
    ending_words,
    headline,
    outcome_tone,
    page_notes,
    reason_words,
    reply_words,
    step_verdict,
    timing_words,
)

_PHASES = {
    "idle": "No run yet",
    "starting": "Starting: the browser and the model are loaded",
    "running": "Running",
    "stopping": "Stopping after this action",
    "ended": "Ended",
}

_MOST_STEPS = 60
"""Steps that are listed; the replay has all of them."""


def live_html(view: View, note: str = "") -> str:
    """The whole live part of the page; a note to the person stands above it."""
    steps = "".join(_step(step) for step in reversed(view.steps[-_MOST_STEPS:]))
    return (
        f"{note_html(note)}{_state(view)}{_screen(view)}{_budgets(view)}{_facts(view.outcome)}{_told(view)}"
        f'<ol class="he-steps">{steps}</ol>{_earlier(len(view.steps) - _MOST_STEPS)}'
    )


def note_html(note: str) -> str:
    """Something to say to the person; nothing without words."""
    return f'<div class="he-note" role="status">{escape(note)}</div>' if note else ""


def state_html(colour: str, word: str, rest: str = "") -> str:
    """A dot, a word and what there is to say about it."""
    return (
        f'<div class="he-state"><i class="he-dot {colour}"></i><b>{escape(word)}</b><span>{escape(rest)}</span></div>'
    )


def _state(view: View) -> str:
    colour = "busy" if view.is_busy else ""
    word, rest = _PHASES[view.phase], ""
    if view.error:
        colour, word, rest = "bad", "Not run", view.error
    elif view.outcome is not None:
        colour, word = outcome_tone(view.outcome), headline(view.outcome).capitalize()
        rest = view.outcome.answer or reason_words(view.outcome) or ending_words(view.outcome)
        rest += _going_on(view) if view.outcome.kind in ("interrupted", "failed") else ""
    elif view.is_busy and view.question is not None:
        colour, word, rest = "open", "Asks you", f"{view.question.reason}: answer it under Questions"
    elif view.is_busy and view.sitting.turn:
        colour, word, rest = "open", "Your turn", "act by hand under Takeover, then hand back"
    elif view.is_busy and view.sitting.held and view.decided is not None:
        colour, word = "open", "Paused"
        rest = f"step {view.decided.index + 1} waits to be let go: {action_words(view.decided.action)}"
    elif view.decided is not None:
        rest = f"step {view.decided.index + 1}: {action_words(view.decided.action)}"
    elif view.phase == "running":
        rest = f"step {len(view.steps) + 1}: thinking"
    return state_html(colour, word, rest)


def _going_on(view: View) -> str:
    """How a run that can be gone on with is."""
    if view.order is not None and view.order.documents:
        return "; send the documents once more to go on with them"
    return f"; go on with: handeye resume {view.folder}"


def _screen(view: View) -> str:
    if view.folder is None or view.image is None:
        return '<div class="he-screen"><p>The screen is shown here while a run is under way.</p></div>'
    try:
        frame = image_store(view.folder).get(view.image)
    except ImageError as error:
        return f'<div class="he-screen"><p>{escape(str(error))}</p></div>'
    if view.decided is not None:
        frame = draw(frame, action_marks(view.decided.action, frame.size, _pointer(view.steps)))
    width = min(frame.size.width * 2, 960)
    picture = f'<img src="{data_uri(frame)}" alt="The screen" width="{width}">'
    return f'<div class="he-screen">{picture}</div><div class="he-state"><span>{escape(view.url)}</span></div>'


def _pointer(steps: tuple[Step, ...]) -> Point | None:
    pointer: Point | None = None
    for step in steps:
        pointer = pointer_after(step.action, pointer)
    return pointer


def _step(step: Step) -> str:
    thought, action = escape(step.thought or "(no thought)"), escape(action_words(step.action))
    verdict, timing = escape(step_verdict(step)), escape(timing_words(step.timings))
    asked = f"<br>{escape(words)}" if (words := reply_words(step)) else ""
    who = "<b>By hand.</b> " if step.actor == "human" else ""
    notes = "".join(f"<br><small>{escape(note)}</small>" for note in page_notes(step))
    return (
        f"<li><i>{step.index + 1}</i><div>{who}{thought}<br><code>{action}</code>{notes}</div>"
        f"<div><small>{verdict}<br>{timing}{asked}</small></div></li>"
    )


def _budgets(view: View) -> str:
    """What the run has used of what it may."""
    if view.record is None or not view.steps:
        return ""
    limits = view.record.settings
    tokens = sum(reply.usage.total_tokens for step in view.steps for reply in step.replies)
    used = [("steps", len(view.steps), limits.get("max_steps")), ("tokens", tokens, limits.get("max_tokens"))]
    words = [f"{number:,} of {limit:,} {name}" for name, number, limit in used if isinstance(limit, int)]
    return f'<div class="he-state"><span>{escape(", ".join(words))}</span></div>' if words else ""


def _told(view: View) -> str:
    return "".join(
        f'<div class="he-state"><b>You told it</b><span>{escape(words)}</span></div>' for words in view.sitting.told
    )


def _earlier(number: int) -> str:
    return f'<div class="he-state"><span>{number} earlier steps are in the replay.</span></div>' if number > 0 else ""


def _facts(outcome: Outcome | None) -> str:
    if outcome is None or outcome.score is None:
        return ""
    rows = "".join(
        f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in outcome.score.facts.items()
    )
    return f'<dl class="he-facts">{rows}</dl>'
