"""Requests to locate something: the reply is its name, the point to click and its box, or an empty list.

The reply has the form that `perception.grounding` reads in its compact style.
"""

import json
import random

from agent.training.screens.describing import described_shape, in_order, shape_name
from agent.training.screens.goals import on_grid
from agent.training.screens.record import Question, Screen, Widget, centre
from agent.training.screens.wordings import STYLES
from agent.training.words import Words

LOCATED = {
    "button": ("button", "button", ""),
    "link": ("link", "link", ""),
    "tab": ("tab", ""),
    "menuitem": ("menu item", "menu entry", ""),
    "checkbox": ("checkbox", "tick box", ""),
    "radio": ("radio button", "option", ""),
    "field": ("field", "text field", "input"),
    "select": ("list", "dropdown"),
    "slider": ("slider",),
    "icon": ("icon",),
    "cell": ("cell", ""),
    "item": ("list item", "item", ""),
    "title": ("title", "heading", ""),
    "text": ("text", ""),
}
"""What each kind of thing is called where it is to be found."""


def locating(screen: Screen, rng: random.Random, words: Words, most: int) -> list[Question]:
    """Up to `most` requests to locate something, one in ten of them for what is not there."""
    able = [w for w in screen.widgets if w.kind == "shape" or (w.kind in LOCATED and w.text and not w.hidden)]
    found: list[Question] = []
    for widget in rng.sample(able, min(most, len(able))):
        found.append(_missing(rng, screen, words) if rng.random() < 0.1 else _located(rng, screen, widget))
    return found


def _located(rng: random.Random, screen: Screen, widget: Widget) -> Question:
    if widget.kind == "shape":
        words, fitting = described_shape(rng, widget, screen.widgets)
        widget = fitting[0]
        label, phrase, others = shape_name(widget), f"the {words}", fitting[1:]
    else:
        alike = in_order([w for w in screen.widgets if w.text.lower() == widget.text.lower() and w.kind == widget.kind])
        widget = alike[0]
        label, phrase, others = widget.text, _phrase(rng, widget), alike[1:]
    left, top, right, bottom = widget.box
    box = [*on_grid((left, top), screen.size), *on_grid((right, bottom), screen.size)]
    reply = [{"label": label, "point_2d": on_grid(centre(widget.aim), screen.size), "bbox_2d": box}]
    boxes = tuple(other.box for other in others)
    return Question(
        "locate", f"Locate {phrase}", reply=json.dumps(reply), target=widget.aim, hit=widget.box, also=boxes
    )


def _phrase(rng: random.Random, widget: Widget) -> str:
    """The kind and the name of a thing, and now and then its colour."""
    noun, style = rng.choice(LOCATED[widget.kind]), rng.choice(STYLES)
    name = widget.text if widget.kind == "icon" else style.format(widget.text)
    colour = f"{widget.colour} " if widget.colour and rng.random() < 0.5 else ""
    if not noun:
        return f"the {colour}{name}" if colour else name
    return f"the {colour}{name} {noun}" if rng.random() < 0.75 else f"the {colour}{noun} {name}"


def _missing(rng: random.Random, screen: Screen, words: Words) -> Question:
    """Something that is not there: the right reply is an empty list."""
    shown = {w.text.lower() for w in screen.widgets}
    name = next(name for name in iter(words.button, None) if name.lower() not in shown)
    widget = Widget(rng.choice(("button", "link", "checkbox", "field", "tab")), (0, 0, 1, 1), name)
    return Question("locate_none", f"Locate {_phrase(rng, widget)}", reply="[]")
