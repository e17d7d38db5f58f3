"""A question as HTML: what is to be done, why it is asked, what happens next, the place it is about, and the screen."""

import time
from html import escape
from pathlib import Path

from actions.action import Action
from agent.guard.person import crop_of, place_of
from agent.guard.question import Question
from agent.marks import action_marks
from agent.recorder import image_store
from perception.errors import ImageError
from perception.geometry import Point
from perception.overlay import draw
from ui.console.inbox import Asked, can_move, moved
from ui.console.live import note_html
from ui.console.picture import picture_html
from ui.replay import data_uri
from ui.words import action_words

NOTHING_OPEN = (
    '<div class="he-screen"><p>Nobody waits for you. When a run wants to send, buy, delete or publish something that '
    "its instruction does not name, it asks here.</p></div>"
)
_MOVE = '<div class="he-state"><span>Click the picture to have it done at another place.</span></div>'
CHOOSE_ONE = '<div class="he-screen"><p>Choose a question to see what it is about.</p></div>'


def label_of(asked: Asked) -> str:
    """A question in the list of questions."""
    return f"{asked.question.reason[:100]}  [{asked.run}, step {asked.question.step + 1}]"


def question_html(folder: Path, question: Question, at: Point | None) -> str:
    """What is asked, in words, with the place cut out; folder: the run's; at: where it is to happen instead."""
    action = question.action if at is None else moved(question.action, at)
    rows = [
        f"<h3>May it do this: {escape(action_words(action))}?</h3>",
        f"<p><b>Asked because</b> {escape(question.reason)}</p>",
    ]
    if question.texts:
        rows.append(f"<p><b>It would hit</b> {escape(' | '.join(question.texts)[:300])}</p>")
    if question.thought:
        rows.append(f"<p><b>The model thinks</b> {escape(question.thought[:500])}</p>")
    if at is not None:
        rows.append(f"<p><b>You moved it</b> from {escape(action_words(question.action))}</p>")
    rows += [_crop(folder, question, action), f"<p><b>What happens next</b> {escape(_next(question))}</p>"]
    where = f"step {question.step + 1} of {folder.name}" + (f", at {question.url}" if question.url else "")
    rows.append(f"<small>{escape(where)}</small>")
    return f'<div class="he-ask">{"".join(rows)}</div>'


def screen_html(folder: Path, question: Question, at: Point | None, key: str) -> str:
    """The screen that it is about, to point at another place; key: names the question, for `Pointed`."""
    try:
        frame = image_store(folder).get(question.before)
    except ImageError as error:
        return note_html(str(error))
    action = question.action if at is None else moved(question.action, at)
    shown = draw(frame, action_marks(action, frame.size))
    if not can_move(question.action):
        return f'<div class="he-screen"><img src="{data_uri(shown)}" alt="The screen that the question is about"></div>'
    label = "The screen: click where it should happen instead, or move with the arrow keys and press Enter"
    return picture_html(shown, of=key, label=label) + _MOVE


def _crop(folder: Path, question: Question, action: Action) -> str:
    """The place that the action would hit, cut out."""
    try:
        frame = image_store(folder).get(question.before)
    except ImageError:
        return ""  # The screen beside it says so.
    box = place_of(action, frame)
    if box is None:
        return ""
    crop = crop_of(frame, box)
    return f'<img class="he-crop" src="{data_uri(crop)}" alt="The part of the screen that it would hit">'


def _next(question: Question) -> str:
    until = time.strftime("%H:%M", time.localtime(question.expires_at))
    minutes = max(0, round((question.expires_at - time.time()) / 60))
    left = "less than a minute" if minutes < 1 else "a minute" if minutes == 1 else f"{minutes} minutes"
    return (
        "Approved, the screen is looked at once more, and it is done once if nothing has changed there; otherwise you "
        "are asked anew. Refused, nothing is done, and the model reads your word and decides anew. Without an answer "
        f"it is refused at {until}, in {left}."
    )
