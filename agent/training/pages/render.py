"""Showing a page in a browser's tab and reading what is where: the boxes, the characters, the pixels."""

import io
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from PIL import Image

from agent.training.pages.page import Page
from agent.training.screens.glyphs import CHAR_IDS, Glyph, glyph_grid
from agent.training.screens.record import Box, Screen, Widget

THUMB = 16
"""Width of the thumb of Chromium's slider in CSS pixels."""

READ = """() => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const found = {box: {}, mark: {}, label: {}, clipped: [], glyphs: []};
  for (const part of ["box", "mark", "label"])
    for (const e of document.querySelectorAll(`[data-${part}]`)) found[part][e.dataset[part]] = box(e);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node; (node = walker.nextNode());) {
    if (node.parentElement.closest("select")) continue;
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i); range.setEnd(node, i + 1);
      const r = range.getBoundingClientRect();
      const middle = [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
      if (r.width && node.data[i].trim()) found.glyphs.push([...middle, node.data[i]]);
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll("input.t, select")) {
    const text = e.tagName == "SELECT" ? e.selectedOptions[0].text : e.value || e.placeholder;
    const style = getComputedStyle(e), r = e.getBoundingClientRect();
    pen.font = style.font;
    const indent = e.tagName == "SELECT" ? 4 : 0;
    const start = r.left + parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft) + indent - e.scrollLeft;
    if (e.value && e.scrollWidth > e.clientWidth + 1 && e.dataset.box) found.clipped.push(e.dataset.box);
    if (e.type == "password" && e.value) continue;
    for (let i = 0; i < text.length; i++) {
      const x = start + (pen.measureText(text.slice(0, i)).width + pen.measureText(text.slice(0, i + 1)).width) / 2;
      if (text[i].trim() && x > r.left && x < r.right) found.glyphs.push([x, (r.top + r.bottom) / 2, text[i]]);
    }
  }
  return found;
}"""
"""Gives box, mark and label by the widget's number, which fields are clipped, and every character's middle."""

FOCUS = """([index, selected]) => {
  const e = document.querySelector(`[data-box="${index}"]`);
  e.focus();
  e.setSelectionRange(selected ? 0 : e.value.length, e.value.length);
}"""


class Tab(Protocol):
    """What rendering needs of a browser's tab; a Playwright page is one."""

    async def set_viewport_size(self, viewport_size: Any) -> None:
        """Set the window's width and height."""
        ...

    async def set_content(self, html: str) -> None:
        """Show `html`."""
        ...

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """The value of a function in the page."""
        ...

    async def screenshot(self, *, caret: Any = None) -> bytes:
        """The window as PNG."""
        ...


async def render(page: Page, tab: Tab) -> Screen:
    """`page` as Chromium shows it, with the boxes that the DOM gives; widgets outside of the window are left out."""
    width, height = page.window
    await tab.set_viewport_size({"width": width, "height": height})
    await tab.set_content(page.html)
    for index, widget in enumerate(page.widgets):
        if widget.focused:
            await tab.evaluate(FOCUS, [index, widget.selected])
    found = await tab.evaluate(READ)
    image = Image.open(io.BytesIO(await tab.screenshot(caret="initial"))).convert("RGB")
    return _screen(page, found, image)


def _screen(page: Page, found: dict[str, Any], image: Image.Image) -> Screen:
    sx, sy = page.size[0] / image.width, page.size[1] / image.height
    widgets = []
    for index, widget in enumerate(page.widgets):
        placed = _placed(widget, str(index), found)
        if placed and _inside(placed, image.width, image.height):
            widgets.append(placed.stretched(sx, sy))
    if image.size != page.size:
        image = image.resize(page.size, Image.Resampling.BICUBIC)
    glyphs: list[Glyph] = [
        (x * sx, y * sy, CHAR_IDS[char])
        for x, y, char in found["glyphs"]
        if char in CHAR_IDS and 0 <= x * sx < page.size[0] and 0 <= y * sy < page.size[1]
    ]
    grid = glyph_grid(glyphs, *page.size)
    return Screen(np.asarray(image).copy(), widgets, grid, page.heldout, page.layout, page.theme)


def _placed(widget: Widget, index: str, found: dict[str, Any]) -> Widget | None:
    """The widget with its boxes; None when the page does not show it."""
    if index not in found["box"]:
        return None
    box = _box(found["box"][index])
    mark = _box(found["mark"][index]) if index in found["mark"] else None
    label = _box(found["label"][index]) if index in found["label"] else None
    if widget.kind == "slider":
        middle = box[0] + THUMB / 2 + widget.fraction * (box[2] - box[0] - THUMB)
        mark = (
            middle - THUMB / 2,
            (box[1] + box[3]) / 2 - THUMB / 2,
            middle + THUMB / 2,
            (box[1] + box[3]) / 2 + THUMB / 2,
        )
        return replace(widget, box=box, mark=mark, label_box=label, track=box)
    return replace(widget, box=box, mark=mark, label_box=label, clipped=index in found["clipped"])


def _box(values: list[float]) -> Box:
    return (values[0], values[1], values[2], values[3])


def _inside(widget: Widget, width: int, height: int) -> bool:
    boxes = [b for b in (widget.box, widget.mark, widget.label_box) if b]
    return all(
        b[0] >= 0 and b[1] >= 0 and b[2] <= width and b[3] <= height and b[2] - b[0] > 2 and b[3] - b[1] > 2
        for b in boxes
    )
