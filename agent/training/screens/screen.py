"""`make_screen`: one random screen with all that is known of it."""

import random
from collections.abc import Callable

from agent.training.screens.canvas import Canvas
from agent.training.screens.figures import figures_page, tiles_page
from agent.training.screens.forms import form_page
from agent.training.screens.genres import (
    busy_page,
    column_page,
    dialog_page,
    marks_page,
    menu_page,
    note_page,
    pane_page,
    plain_page,
    prose_page,
    scattered_page,
    table_page,
)
from agent.training.screens.hints import banner_height, draw_banner, draw_hint
from agent.training.screens.kit import Kit
from agent.training.screens.layouts import Area
from agent.training.screens.panels import LEAST, panels_page
from agent.training.screens.record import Screen, Size, Widget, any_size
from agent.training.screens.stretch import drawn_zoom, finished
from agent.training.screens.themes import make_theme
from agent.training.words import Words

Genre = Callable[[Kit, Canvas, Area], list[Widget]]

GENRES: dict[str, tuple[Genre, float]] = {
    "form": (form_page, 34),
    "scattered": (scattered_page, 20),
    "column": (column_page, 12),
    "pane": (pane_page, 5),
    "prose": (prose_page, 6),
    "plain": (plain_page, 6),
    "marks": (marks_page, 5),
    "figures": (figures_page, 3),
    "tiles": (tiles_page, 1.5),
    "table": (table_page, 4),
    "menu": (menu_page, 3),
    "dialog": (dialog_page, 4),
    "note": (note_page, 2),
    "busy": (busy_page, 1.5),
    "panels": (panels_page, 0),
}
"""Every kind of page and how often it comes on a usual frame."""

PANELS_SHARE = 0.75
"""Of the pages that are wide enough for panels."""

MENTIONING = ("panels", "form", "scattered", "column", "pane", "plain", "table")
"""Genres whose pages may speak of their own controls."""


def make_screen(
    rng: random.Random, *, heldout: bool = False, size: Size | None = None, genre: str | None = None
) -> Screen:
    """A screen of `size` (`any_size` when None) showing words of one side of the held-out rule.

    The same state of `rng` gives the same screen wherever the same fonts are found. Raises ValueError for a size that
    is no multiple of 32 or a genre that does not exist.
    """
    width, height = size or any_size(rng)
    if width % 32 or height % 32 or min(width, height) < 128:
        raise ValueError(f"a screen of {width}x{height} px: both must be multiples of 32 and at least 128")
    if genre is not None and genre not in GENRES:
        raise ValueError(f"no genre {genre!r}; there are {', '.join(GENRES)}")
    zoom_x, zoom_y = drawn_zoom(rng)
    theme = make_theme(rng, rng.triangular(0.85, 1.35, 1.0) / min(zoom_x, zoom_y))
    canvas = Canvas(round(width / zoom_x), round(height / zoom_y), theme.palette.background)
    kit = Kit(rng, Words(rng, heldout), theme, ground=theme.palette.background)
    name = genre or _genre(kit, canvas)
    widgets = _painted(kit, canvas, name)
    screen = finished(canvas, widgets, (width, height))
    screen.heldout, screen.layout, screen.theme = heldout, name, theme.name
    screen.modal, screen.busy = name in ("dialog", "menu"), name == "busy"
    return screen


def _genre(kit: Kit, canvas: Canvas) -> str:
    if canvas.width > kit.px(LEAST) and kit.chance(PANELS_SHARE):
        return "panels"
    return kit.rng.choices(list(GENRES), [weight for _, weight in GENRES.values()])[0]


def _painted(kit: Kit, canvas: Canvas, genre: str) -> list[Widget]:
    """The page painted; one in five also says something about its controls, in a banner or where there is room."""
    mention = kit.rng.random() if genre in MENTIONING else 1.0
    top = banner_height(kit, canvas.width) if mention < 0.1 else 0
    widgets = GENRES[genre][0](kit, canvas, Area(0, top, canvas.width, canvas.height - top))
    if top:
        draw_banner(kit, canvas, top, widgets)
    elif mention < 0.2:
        draw_hint(kit, canvas, widgets)
    return widgets
