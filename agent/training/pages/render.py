"""Showing a page in a browser's tab and reading what is where: the boxes, the characters, the pixels."""

import io
from collections import Counter
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from PIL import Image

from agent.training.pages.page import Page
from agent.training.pages.script import READ, READ_FRAMED, SETTLED
from agent.training.screens.colours import name_of
from agent.training.screens.glyphs import CHAR_IDS, Glyph, glyph_grid
from agent.training.screens.record import LARGE_SIZES, Box, Screen, Widget

THUMB = 16
"""Width of the thumb of Chromium's slider in CSS pixels."""

READ_ONLY = ("text", "title", "scroller")
"""Kinds that nobody is asked to click by name."""


class Tab(Protocol):
    """What rendering needs of a browser's tab; a Playwright page is one."""

    @property
    def viewport_size(self) -> Any:
        """The window's width and height, as they were set."""
        ...

    async def set_viewport_size(self, viewport_size: Any) -> None:
        """Set the window's width and height."""
        ...

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """The value of a function in the page."""
        ...

    async def screenshot(self, *, type: Any = None, caret: Any = None, clip: Any = None) -> bytes:
        """A part of the window as PNG."""
        ...


async def render(page: Page, tab: Tab, *, framed: bool = False) -> Screen:
    """`page` as Chromium shows it, with the boxes that the DOM gives; of widgets, those that are whole and in reach.

    The tab becomes the page, in a window of its size. `framed` shows it in a part of the tab instead, which many pages
    of many sizes are shown in faster: a window takes long to change its size.
    """
    width, height = page.window
    await _sized(tab, width, height, exactly=not framed)
    focused = next((index for index, widget in enumerate(page.widgets) if widget.focused), None)
    selected = focused is not None and page.widgets[focused].selected
    shown = [page.html, *page.state, focused, selected]
    found = await (tab.evaluate(READ_FRAMED, [width, height, *shown]) if framed else tab.evaluate(READ, shown))
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    picture = await tab.screenshot(type="png", caret="initial", clip=clip)
    return _screen(page, found, Image.open(io.BytesIO(picture)).convert("RGB"))


async def _sized(tab: Tab, width: int, height: int, *, exactly: bool) -> None:
    """A window of this size, or one with room for pages of all sizes; shown before it is photographed."""
    size = tab.viewport_size or {"width": 0, "height": 0}
    wanted = {"width": width, "height": height}
    if not exactly:
        if size["width"] >= width and size["height"] >= height:
            return
        wanted = {"width": max(width, LARGE_SIZES[-1][0]), "height": max(height, LARGE_SIZES[-1][1])}
    if size != wanted:
        await tab.set_viewport_size(wanted)
        await tab.evaluate(SETTLED)


def _screen(page: Page, found: dict[str, Any], image: Image.Image) -> Screen:
    sx, sy = page.size[0] / image.width, page.size[1] / image.height
    widgets = [widget.stretched(sx, sy) for widget in _reachable(page.widgets, found)]
    if image.size != page.size:
        image = image.resize(page.size, Image.Resampling.BICUBIC)
    glyphs: list[Glyph] = [(x * sx, y * sy, CHAR_IDS[char]) for x, y, char in found["glyphs"] if char in CHAR_IDS]
    grid = glyph_grid(glyphs, *page.size)
    return Screen(np.asarray(image).copy(), widgets, grid, page.heldout, page.layout, page.theme, modal=page.modal)


def _reachable(widgets: list[Widget], found: dict[str, Any]) -> list[Widget]:
    """The widgets that are whole, with their boxes and their names as shown.

    Left out is what shares its name with another of which at least a part can be seen, and the only button or field
    of the page where another one is cut: "the button" would not say which.
    """
    part = [widgets[int(index)] for index in found["part"]]
    shared = Counter(_called(widget) for widget in part)
    placed = [_placed(widgets[int(index)], index, found) for index in found["box"]]
    kept = [w for w in placed if w.kind in READ_ONLY or shared[_called(w)] == 1]
    alone = {kind for kind in ("button", "field") if _count(kept, kind) == 1 < _count(part, kind)}
    names = {widgets[int(i)].text: _shown_as(widgets[int(i)].text, how) for i, how in found["transform"].items()}
    return [_renamed(widget, names) for widget in kept if widget.kind not in alone]


def _called(widget: Widget) -> tuple[str, ...]:
    """What tells the widget from others."""
    if widget.kind in ("icon", "shape", *READ_ONLY):
        return widget.kind, widget.text, widget.colour, widget.shape
    return ("named", widget.text.lower())


def _count(widgets: list[Widget], kind: str) -> int:
    return sum(widget.kind == kind for widget in widgets)


def _shown_as(text: str, transform: str) -> str:
    return text.upper() if transform == "uppercase" else text.lower() if transform == "lowercase" else text


def _renamed(widget: Widget, names: dict[str, str]) -> Widget:
    """The widget with its name, and the names of its group, row and column, in the case in which they are shown."""
    parts = {name: names.get(text := getattr(widget, name), text) for name in ("text", "group", "row", "column")}
    return widget if widget.kind in ("icon", "shape") else replace(widget, **parts)


def _placed(widget: Widget, index: str, found: dict[str, Any]) -> Widget:
    """The widget with its boxes."""
    box = _box(found["box"][index])
    mark = _box(found["mark"][index]) if index in found["mark"] else None
    label = _box(found["label"][index]) if index in found["label"] else None
    if widget.kind == "slider":
        middle = box[0] + THUMB / 2 + widget.fraction * (box[2] - box[0] - THUMB)
        top, bottom = (box[1] + box[3] - THUMB) / 2, (box[1] + box[3] + THUMB) / 2
        mark = (middle - THUMB / 2, top, middle + THUMB / 2, bottom)
        return replace(widget, box=box, mark=mark, label_box=label, track=box)
    colour = _hue(found["face"].get(index)) or widget.colour
    return replace(widget, box=box, mark=mark, label_box=label, clipped=index in found["clipped"], colour=colour)


def _hue(face: list[int] | None) -> str:
    """The name of a button's colour; "" for greys, which nobody calls a button by."""
    return name_of((face[0], face[1], face[2])) if face and max(face) - min(face) > 40 else ""


def _box(values: list[float]) -> Box:
    return (values[0], values[1], values[2], values[3])
