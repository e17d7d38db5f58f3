"""Every kind of page in a real Chromium: what is listed can be reached, read, named and asked for."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from agent.training.pages.archive import decoded
from agent.training.pages.overlays import KINDS
from agent.training.pages.page import Page, make_page
from agent.training.pages.press import Order, pressed, tabs
from agent.training.pages.render import READ_ONLY, Tab, render
from agent.training.screens import SIZES, Screen, questions
from agent.training.screens.glyphs import CHARS, PATCH
from agent.training.screens.record import LARGE_SIZES, Widget, centre
from agent.training.words import belongs

OF_EACH = 8
"""Pages of every kind: more of them say more and take longer."""
NUM_TABS = 6
UNNAMED = ("icon", "shape")

HIT = """points => {
  const page = document.querySelector("iframe").contentDocument;
  return points.map(([x, y]) => page.elementFromPoint(x, y)?.closest("[data-box]")?.dataset.box);
}"""


@dataclass
class Shown:
    """A page as it was shown, and the numbers of the elements that a click at each widget would hit."""

    page: Page
    screen: Screen
    hit: list[str | None]

    def __str__(self) -> str:
        return f"{self.page.layout} {self.screen.size}"


def _named(screens: list[Shown]) -> Iterator[tuple[Shown, Widget]]:
    return ((shown, widget) for shown in screens for widget in shown.screen.widgets)


async def _show(kind: str, seed: int, free: "asyncio.Queue[Tab]") -> Shown:
    page = make_page(random.Random(f"{kind}:{seed}"), heldout=seed % 2 == 1, kind=kind)
    tab = await free.get()
    screen = await render(page, tab, framed=True)
    sx, sy = page.size[0] / page.window[0], page.size[1] / page.window[1]
    points = [(x / sx, y / sy) for x, y in (centre(widget.aim) for widget in screen.widgets)]
    hit = await tab.evaluate(HIT, points)
    free.put_nowait(tab)
    return Shown(page, screen, hit)


@pytest.fixture(scope="module")
def screens(chromium: Path) -> list[Shown]:
    """Pages of all kinds, of both sides of the held-out rule."""

    async def shown() -> list[Shown]:
        async with tabs(NUM_TABS) as opened:
            free: asyncio.Queue[Tab] = asyncio.Queue()
            for tab in opened:
                free.put_nowait(tab)
            return await asyncio.gather(*[_show(kind, seed, free) for kind in KINDS for seed in range(OF_EACH)])

    return asyncio.run(shown())


@pytest.mark.browser
def test_a_click_where_a_widget_is_aimed_at_hits_it(screens: list[Shown]) -> None:
    for shown in screens:
        for widget, number in zip(shown.screen.widgets, shown.hit, strict=True):
            assert number is not None, (str(shown), widget)
            meant = shown.page.widgets[int(number)]
            if widget.kind != "scroller":  # the list's items lie in its middle
                assert (meant.kind, meant.text.lower()) == (widget.kind, widget.text.lower()), str(shown)


@pytest.mark.browser
def test_boxes_lie_in_the_frame_and_show_something(screens: list[Shown]) -> None:
    for shown, widget in _named(screens):
        width, height = shown.screen.size
        for x1, y1, x2, y2 in filter(None, (widget.box, widget.mark, widget.label_box)):
            assert -1 <= x1 < x2 <= width + 1, (str(shown), widget)
            assert -1 <= y1 < y2 <= height + 1, (str(shown), widget)
        x1, y1, x2, y2 = (round(side) for side in widget.box)
        region = shown.screen.image[max(0, y1 - 2) : y2 + 2, max(0, x1 - 2) : x2 + 2].reshape(-1, 3).astype(int)
        assert (region.max(0) - region.min(0)).max() > 20, (str(shown), widget)


@pytest.mark.browser
def test_characters_stand_where_something_is_written(screens: list[Shown]) -> None:
    blank = total = 0
    for shown in screens:
        for row, column in np.argwhere(shown.screen.glyphs[:, :, 0]):
            rows, columns = slice(row * PATCH, (row + 1) * PATCH), slice(column * PATCH, (column + 1) * PATCH)
            patch = shown.screen.image[rows, columns].astype(int)
            blank += (patch.max((0, 1)) - patch.min((0, 1))).max() <= 12
            total += 1
    assert total > 20 * len(screens)
    assert blank < total / 1000


@pytest.mark.browser
def test_names_can_be_read_on_the_picture(screens: list[Shown]) -> None:
    """What the widgets say is what the grid says: every name's characters lie in the patches of its box."""
    for shown, widget in _named(screens):
        if widget.kind in (*UNNAMED, "scroller", "slider", "select", "field") or widget.label_box or not widget.text:
            continue
        x1, y1, x2, y2 = (round(side) // PATCH for side in widget.box)
        full = shown.screen.glyphs[y1 : y2 + 1, x1 : x2 + 1]
        if (full[:, :, -1] > 0).any():
            continue  # of a crowded patch only the first characters are kept
        missing = Counter(widget.text.replace(" ", "")) - Counter(_characters(full))
        wrapped = widget.kind in ("link", "item") and " " in widget.text  # its box is that of its first line
        assert not missing or wrapped, (str(shown), widget, missing)


def _characters(grid: np.ndarray) -> str:
    return "".join(CHARS[char - 1] for char in grid.ravel() if char)


@pytest.mark.browser
def test_no_two_controls_are_called_the_same(screens: list[Shown]) -> None:
    for shown in screens:
        widgets = [w for w in shown.screen.widgets if w.kind not in READ_ONLY]
        names = Counter((w.kind in UNNAMED, w.text.lower(), w.colour, w.shape) for w in widgets)
        assert not [name for name, number in names.items() if number > 1], str(shown)
        assert sum(w.focused for w in shown.screen.widgets) <= 1


@pytest.mark.browser
def test_words_are_of_one_side(screens: list[Shown]) -> None:
    for shown, widget in _named(screens):
        for text in (widget.text, widget.group, widget.row, widget.column):
            assert widget.kind in UNNAMED or text == "bar" or belongs(text, heldout=shown.screen.heldout), widget


@pytest.mark.browser
def test_nearly_every_page_can_be_asked_about(screens: list[Shown]) -> None:
    silent = [str(shown) for shown in screens if not questions(shown.screen, random.Random(0))]
    assert len(silent) <= len(screens) / 25, silent
    for shown in screens:
        if shown.screen.modal and "dialog" in shown.page.layout:
            assert all(widget.group != "bar" for widget in shown.screen.widgets)


@pytest.mark.browser
def test_all_kinds_of_widgets_come(screens: list[Shown]) -> None:
    found = {widget.kind for _, widget in _named(screens)}
    assert found >= {"button", "link", "tab", "menuitem", "checkbox", "radio", "field", "select", "option", "slider"}
    assert found >= {"icon", "cell", "item", "text", "title"}
    assert any(shown.screen.modal for shown in screens)


def test_frames_are_of_many_sizes() -> None:
    pages = [make_page(random.Random(seed)) for seed in range(300)]
    sizes = Counter(page.size for page in pages)
    assert set(sizes) <= {*SIZES, *LARGE_SIZES}
    assert 0.2 < sum(sizes[size] for size in LARGE_SIZES) / len(pages) < 0.4
    assert sum(page.window == (160, 210) for page in pages) > 10
    with pytest.raises(ValueError, match="no kind of page 'poem'"):
        make_page(random.Random(0), kind="poem")


@pytest.mark.browser
def test_an_order_is_filled_in_order(chromium: Path) -> None:
    filled = [(size, decoded(entry)) for size, entry in pressed(Order(3, 2, 5, kind="plain", size=(256, 256)))]
    assert [size for size, _ in filled] == [(256, 256)] * 3
    pages = [make_page(random.Random(f"3:{number}"), size=(256, 256), kind="plain") for number in range(2, 5)]
    assert [screen.theme for _, screen in filled] == [page.theme for page in pages]
    for (_, screen), page in zip(filled, pages, strict=True):
        assert {w.text.lower() for w in screen.widgets} <= {w.text.lower() for w in page.widgets}
