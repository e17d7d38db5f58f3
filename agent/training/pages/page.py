"""`make_page`: a random HTML page of the controls that drawn screens have, with what is known of each."""

import random
from dataclasses import dataclass
from typing import NamedTuple

from agent.training.pages.blocks import mention
from agent.training.pages.frames import banner
from agent.training.pages.overlays import KINDS
from agent.training.pages.style import sheet
from agent.training.pages.writer import Writer
from agent.training.screens.record import Size, Widget, any_size
from agent.training.screens.themes import make_theme
from agent.training.words import Words

ENLARGED: Size = (224, 320)
SMALL_WINDOW: Size = (160, 210)
"""A window that models see enlarged to a frame of ENLARGED."""

HOVERED = ("button", "link", "tab", "item", "menuitem", "icon", "option")


class State(NamedTuple):
    """What is done to a page when it is shown, before it is looked at."""

    scroll: float = 0.0
    """How far it is scrolled, 0 (the top) to 1."""
    bar: bool = False
    """Whether it shows a scroll bar where it is longer than the window."""
    hovered: int | None = None
    """The widget that looks as if the mouse were on it."""


UNTOUCHED = State()


@dataclass(slots=True)
class Page:
    """A page before it is rendered. The element of widget i carries data-box="i"; others data-mark, data-label."""

    html: str
    widgets: list[Widget]
    size: Size
    """(width, height) of the finished frame in pixels."""
    window: Size
    """(width, height) of the browser's window in CSS pixels; its picture is stretched to `size`."""
    heldout: bool
    layout: str
    theme: str
    modal: bool = False
    state: State = UNTOUCHED


def make_page(rng: random.Random, *, heldout: bool = False, size: Size | None = None, kind: str | None = None) -> Page:
    """A random page for a frame of `size` (`any_size` when None), of words of one side of the held-out rule.

    Raises ValueError for a kind that does not exist.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"no kind of page {kind!r}; there are {', '.join(KINDS)}")
    size = size or any_size(rng)
    window = _window(rng, size)
    name = kind or rng.choices(list(KINDS), [k.weight for k in KINDS.values()])[0]
    theme = make_theme(rng, _scale(rng, window) / (size[0] / window[0]) ** 0.7)
    w = Writer(rng, Words(rng, heldout), theme, window[0], window[1])
    body = KINDS[name].write(w)
    if name not in ("menus", "context"):
        body = _remarked(w, body, covered=KINDS[name].modal)
    html = f"<!doctype html><meta charset=utf-8><style>{sheet(rng, theme)}</style><body>{body}"
    state = State(0.0 if name in ("menus", "opened") else _scrolled(rng), rng.random() < 0.25, _hovered(rng, w.widgets))
    return Page(html, w.widgets, size, window, heldout, f"html-{name}", theme.name, KINDS[name].modal, state)


def _window(rng: random.Random, size: Size) -> Size:
    """As large as the frame mostly, or smaller."""
    if size == ENLARGED and rng.random() < 0.75:
        return SMALL_WINDOW
    zoom = 1.0 if rng.random() < 0.75 else rng.uniform(1.2, 1.5)
    return round(size[0] / zoom), round(size[1] / zoom)


def _scale(rng: random.Random, window: Size) -> float:
    """Of all text on the page: up to twice the usual, where there is room for it."""
    if rng.random() < 0.1 and min(window) > 200:
        return rng.uniform(1.3, 1.6 if min(window) < 300 else 1.9)
    return rng.triangular(0.8, 1.3, 1.0)


def _remarked(w: Writer, body: str, *, covered: bool) -> str:
    """The page, with a text that mentions its controls now and then, and something that covers its lower edge."""
    pick = w.rng.random()
    if covered:
        return body
    if pick < 0.2:
        body = mention(w) + body if pick < 0.13 else body + mention(w)
    return body + banner(w) if w.chance(0.06) and w.height > 240 else body


def _scrolled(rng: random.Random) -> float:
    return rng.choice((1.0, rng.random(), rng.random())) if rng.random() < 0.3 else 0.0


def _hovered(rng: random.Random, widgets: list[Widget]) -> int | None:
    found = [i for i, widget in enumerate(widgets) if widget.kind in HOVERED and not widget.disabled]
    return rng.choice(found) if found and rng.random() < 0.3 else None
