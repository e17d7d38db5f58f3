"""Questions that are answered in words: what is where, how many there are, what is on, what stands there."""

import random
from collections.abc import Callable, Sequence
from functools import partial

from agent.training.screens.describing import shape_name
from agent.training.screens.goals import Move, on_grid
from agent.training.screens.record import Question, Screen, Widget
from agent.training.screens.tasks import question
from agent.training.screens.wordings import worded
from agent.training.words import Words

COUNTED = {
    "button": "buttons",
    "link": "links",
    "checkbox": "checkboxes",
    "radio": "radio buttons",
    "field": "text fields",
    "icon": "icons",
    "tab": "tabs",
    "shape": "shapes",
}
NOUNS = {
    "button": "button",
    "link": "link",
    "tab": "tab",
    "menuitem": "menu item",
    "checkbox": "checkbox",
    "radio": "radio button",
    "field": "text field",
    "select": "list",
    "icon": "icon",
    "cell": "cell",
    "item": "list item",
    "title": "title",
    "text": "text",
}
"""How an answer calls a kind of thing."""


def answer(text: str) -> Move:
    """The move that says a text."""
    return Move("Answer", "answer", {"text": text})


def inquiries(screen: Screen, rng: random.Random, words: Words, most: int) -> list[Question]:
    """Up to `most` questions of the kinds below."""
    found: list[Question] = []
    asks = (count, what_is_at, is_it_on, partial(is_it_there, words=words))
    for ask in rng.choices(asks, (2, 4, 3, 1), k=most):
        asked = ask(screen, rng)
        if asked is not None:
            found.append(asked)
    return found


def count(screen: Screen, rng: random.Random) -> Question | None:
    """How many there are of a kind, of ticked boxes, or of figures of a colour or form; on drawn screens alone, where
    all that can be seen is known."""
    if screen.layout.startswith("html-"):
        return None
    kinds = [kind for kind in COUNTED if any(w.kind == kind for w in screen.widgets)]
    if not kinds:
        return None
    kind = rng.choice(kinds)
    counted, noun = [w for w in screen.widgets if w.kind == kind], COUNTED[kind]
    if kind == "shape" and rng.random() < 0.8:
        counted, noun = _alike(rng, counted)
    elif kind == "checkbox" and rng.random() < 0.5:
        on = rng.random() < 0.6
        counted, noun = [w for w in counted if w.checked == on], f"{'ticked' if on else 'unticked'} {noun}"
    return question("count", worded(rng, "count", y=noun), answer(str(len(counted))))


def _alike(rng: random.Random, shapes: Sequence[Widget]) -> tuple[list[Widget], str]:
    """Figures that share the colour, the form or both with one of them, and what they are called."""
    one = rng.choice(list(shapes))
    by_colour = rng.random() < 0.7
    by_form = not by_colour or rng.random() < 0.4
    form = f"{one.shape}es" if one.shape.endswith(("x", "s")) else f"{one.shape}s"
    alike = [w for w in shapes if (not by_colour or w.colour == one.colour) and (not by_form or w.shape == one.shape)]
    return alike, " ".join(p for p in (one.colour if by_colour else "", form if by_form else "shapes") if p)


def what_is_at(screen: Screen, rng: random.Random) -> Question | None:
    """What stands at a point: its kind and its name."""
    named = [w for w in screen.widgets if w.kind in NOUNS and w.text and not w.hidden]
    named += [w for w in screen.widgets if w.kind == "shape"]
    if not named:
        return None
    widget = rng.choice(named)
    left, top, right, bottom = widget.box
    inset = (right - left) * 0.2, (bottom - top) * 0.25
    point = rng.uniform(left + inset[0], right - inset[0]), rng.uniform(top + inset[1], bottom - inset[1])
    if any(_covers(w, point) for w in screen.widgets if w is not widget):
        return None
    x, y = on_grid(point, screen.size)
    what = shape_name(widget) if widget.kind == "shape" else f'{NOUNS[widget.kind]} "{widget.text}"'
    return question("what_at", worded(rng, "what_at", x=str(x), y=str(y)), answer(what))


def _covers(widget: Widget, point: tuple[float, float]) -> bool:
    left, top, right, bottom = widget.box
    return left <= point[0] <= right and top <= point[1] <= bottom


def is_it_on(screen: Screen, rng: random.Random) -> Question | None:
    """Whether a box is ticked, an option chosen, a field empty, or a tab open."""
    asks: dict[str, tuple[str, Callable[[Widget], bool]]] = {
        "checkbox": ("is_ticked", lambda w: w.checked),
        "radio": ("is_chosen", lambda w: w.checked),
        "tab": ("is_open", lambda w: w.checked),
        "field": ("is_empty", lambda w: not w.value),
    }
    able = [w for w in screen.widgets if w.kind in asks and w.text and not (w.kind == "field" and w.hidden)]
    if not able:
        return None
    widget = rng.choice(able)
    wording, holds = asks[widget.kind]
    return question("state", worded(rng, wording, x=widget.text), answer("yes" if holds(widget) else "no"))


def is_it_there(screen: Screen, rng: random.Random, words: Words) -> Question | None:
    """Whether a control of some name is on the screen at all."""
    named = [w for w in screen.widgets if w.kind in ("button", "link", "checkbox", "tab", "item") and w.text]
    if not named:
        return None
    widget = rng.choice(named)
    name = widget.text if rng.random() < 0.5 else words.button()
    there = any(w.kind == widget.kind and w.text.lower() == name.lower() for w in named)
    return question("state", worded(rng, "is_there", x=name, y=NOUNS[widget.kind]), answer("yes" if there else "no"))
