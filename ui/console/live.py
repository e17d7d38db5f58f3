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

STYLE = """
.he-state { display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; margin: 2px 0 12px; font-size: 14px; }
.he-state b { font-weight: 600; } .he-state span { opacity: .7; overflow-wrap: anywhere; }
.he-dot { width: 9px; height: 9px; border-radius: 50%; background: #9a968c; align-self: center; flex: none; }
.he-dot.busy { background: #d98a1f; animation: he-breathe 1.4s ease-in-out infinite; }
.he-dot.open { background: #d98a1f; } .he-dot.good { background: #1c7f68; } .he-dot.bad { background: #c8492a; }
@keyframes he-breathe { 50% { opacity: .35; } }
.he-note { padding: 8px 12px; margin-bottom: 10px; border-radius: 8px; font-size: 14px; border: 1px solid #d98a1f;
  background: #d98a1f1a; }
.he-screen { display: grid; place-items: center; min-height: 240px; border-radius: 12px; padding: 12px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary); }
.he-screen img { display: block; max-width: 100%; max-height: 58vh; border-radius: 6px; box-shadow: 0 2px 16px #0002; }
.he-screen p { opacity: .6; margin: 0; }
.he-steps { list-style: none; padding: 0; margin: 14px 0 0; font-size: 14px; }
.he-steps li { display: grid; grid-template-columns: 26px 1fr minmax(auto, 42%); gap: 2px 8px; margin: 0;
  padding: 7px 2px; border-top: 1px solid var(--border-color-primary); }
.he-steps i { font-style: normal; opacity: .55; } .he-steps div { overflow-wrap: anywhere; }
.he-steps code { font-size: 12.5px; background: none; border: 0; padding: 0; opacity: .75; }
.he-steps small { opacity: .6; }
.he-facts { display: grid; grid-template-columns: auto 1fr; gap: 3px 16px; margin: 12px 0 0; font-size: 14px; }
.he-facts dt { opacity: .65; } .he-facts dd { margin: 0; overflow-wrap: anywhere; }
.he-replay { width: 100%; height: 82vh; border: 1px solid var(--border-color-primary); border-radius: 12px; }
"""


def live_html(view: View, note: str = "") -> str:
    """The whole live part of the page; a note to the person stands above it."""
    steps = "".join(_step(step) for step in reversed(view.steps))
    said = f'<div class="he-note">{escape(note)}</div>' if note else ""
    return f'{said}{_state(view)}{_screen(view)}{_facts(view.outcome)}<ol class="he-steps">{steps}</ol>'


def _state(view: View) -> str:
    colour = "busy" if view.is_busy else ""
    word, rest = _PHASES[view.phase], ""
    if view.error:
        colour, word, rest = "bad", "Not run", view.error
    elif view.outcome is not None:
        colour, word = outcome_tone(view.outcome), headline(view.outcome).capitalize()
        rest = view.outcome.answer or reason_words(view.outcome) or ending_words(view.outcome)
        rest += f"; go on with: handeye resume {view.folder}" if view.outcome.kind in ("interrupted", "failed") else ""
    elif view.decided is not None:
        rest = f"step {view.decided.index + 1}: {action_words(view.decided.action)}"
    elif view.phase == "running":
        rest = f"step {len(view.steps) + 1}: thinking"
    return (
        f'<div class="he-state"><i class="he-dot {colour}"></i><b>{escape(word)}</b><span>{escape(rest)}</span></div>'
    )


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
    notes = "".join(f"<br><small>{escape(note)}</small>" for note in page_notes(step))
    return (
        f"<li><i>{step.index + 1}</i><div>{thought}<br><code>{action}</code>{notes}</div>"
        f"<div><small>{verdict}<br>{timing}</small></div></li>"
    )


def _facts(outcome: Outcome | None) -> str:
    if outcome is None or outcome.score is None:
        return ""
    rows = "".join(
        f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in outcome.score.facts.items()
    )
    return f'<dl class="he-facts">{rows}</dl>'
