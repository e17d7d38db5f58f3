"""The stage's view as HTML: the screen with the mark of what is being done, and the steps so far.

It comes in parts, so that a page which watches is sent what is new of it alone. All text of the model and of pages is
escaped; nothing here loads anything from anywhere.
"""

import base64
from html import escape
from pathlib import Path

from agent.marks import action_marks, pointer_after
from agent.recorder import image_store
from agent.trajectory import Outcome, Step
from perception.errors import ImageError
from perception.geometry import Point
from perception.observation import ImageRef
from ui.console.stage import View
from ui.console.vectors import vectors
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


_MOST_BYTES = 300_000
"""Of a picture as it is on disk; a larger one is sent a little lossy, which takes time to work out."""

Parts = dict[str, str]
"""What the page shows, by the names of its parts."""


def live_parts(view: View) -> Parts:
    """The live part of the page, in parts."""
    steps = "".join(_step(step) for step in reversed(view.steps[-_MOST_STEPS:]))
    return {
        "state": _state(view),
        "picture": _picture(view),
        "marks": _marks(view),
        "about": f"{_address(view)}{_budgets(view)}{_facts(view.outcome)}{_told(view)}",
        "steps": f'<ol class="he-steps">{steps}</ol>{_earlier(len(view.steps) - _MOST_STEPS)}',
    }


def live_html(view: View) -> str:
    """The whole live part, each of its parts in a place of its own."""
    parts = {name: f'<div data-part="{name}">{part}</div>' for name, part in live_parts(view).items()}
    screen = f'<div class="he-screen"><div class="he-shot">{parts["picture"]}{parts["marks"]}</div></div>'
    return f"{parts['state']}{screen}{parts['about']}{parts['steps']}"


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


def _picture(view: View) -> str:
    """The screen. Its digest says which one it is."""
    if view.folder is None or view.image is None:
        return "<p>The screen is shown here while a run is under way.</p>"
    try:
        source = _source(view.folder, view.image)
    except ImageError as error:
        return f"<p>{escape(str(error))}</p>"
    width = min(view.image.size.width * 2, 960)
    return f'<img src="{source}" alt="The screen" width="{width}" data-screen="{view.image.digest}">'


def _source(folder: Path, image: ImageRef) -> str:
    """The picture as a data URI: as it is on disk where that is small. Raises ImageError."""
    store = image_store(folder)
    try:
        content = store.path(image.digest).read_bytes()
    except OSError as error:
        raise ImageError(f"the screen can't be read: {error.strerror}") from error
    if len(content) <= _MOST_BYTES:
        return "data:image/png;base64," + base64.b64encode(content).decode()
    return data_uri(store.get(image))


def _marks(view: View) -> str:
    """What is being done, over the screen."""
    if view.decided is None or view.image is None:
        return ""
    size = view.image.size
    return vectors(action_marks(view.decided.action, size, _pointer(view.steps)), size)


def _address(view: View) -> str:
    return f'<div class="he-state"><span>{escape(view.url)}</span></div>' if view.url and view.image else ""


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
