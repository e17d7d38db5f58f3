"""The Chromium twin: pages written without a browser, and boxes that agree with the pixels of a real one."""

import io
import pickle
import random
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agent.training.pages.archive import PageStore, read_screens, write_screens
from agent.training.pages.page import Page, make_page
from agent.training.pages.render import render
from agent.training.screens import SIZES, Screen, Widget, make_screen, questions
from agent.training.screens.glyphs import PATCH
from agent.training.screens.record import LARGE_SIZES
from agent.training.words import belongs
from perception.geometry import Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.task import Task

UNNAMED = ("icon", "shape")


@pytest.mark.parametrize("heldout", [False, True])
def test_pages_are_reproducible_and_show_words_of_one_side(heldout: bool) -> None:
    for seed in range(40):
        first, second = (make_page(random.Random(seed), heldout=heldout) for _ in range(2))
        assert first == second
        assert first.size in (*SIZES, *LARGE_SIZES)
        for widget in first.widgets:
            assert widget.kind in UNNAMED or not widget.text or belongs(widget.text, heldout=heldout), widget
        assert sum(w.focused for w in first.widgets) <= 1


def test_screens_survive_the_archive(tmp_path: Path) -> None:
    screens = [make_screen(random.Random(seed)) for seed in range(6)]
    path = tmp_path / "deep" / "pages.zip"
    assert write_screens(path, screens) == 6
    for before, after in zip(screens, read_screens(path), strict=True):
        assert np.array_equal(before.image, after.image)
        assert np.array_equal(before.glyphs, after.glyphs)
        assert [_rounded(widget) for widget in before.widgets] == after.widgets
        assert (before.heldout, before.layout, before.theme) == (after.heldout, after.layout, after.theme)
        assert (before.modal, before.busy) == (after.modal, after.busy)
    assert [p.name for p in path.parent.iterdir()] == ["pages.zip"]


def _rounded(widget: Widget) -> Widget:
    """A store keeps places to a hundredth of a pixel."""
    boxes = {name: getattr(widget, name) for name in ("box", "mark", "label_box", "track")}
    return replace(widget, **{name: box and tuple(round(side, 2) for side in box) for name, box in boxes.items()})


def test_a_store_is_read_by_number_in_any_process(tmp_path: Path) -> None:
    sizes = [(320, 256), (256, 256), (320, 256)]
    path = tmp_path / "pages.zip"
    write_screens(path, (make_screen(random.Random(seed), size=size) for seed, size in enumerate(sizes)))
    store = PageStore(path)
    assert len(store) == 3
    assert store[1].size == (256, 256)
    assert store.of_size((320, 256)) == [0, 2]
    assert store.of_size((640, 480)) == []
    twin = pickle.loads(pickle.dumps(store))
    assert np.array_equal(twin[2].image, store[2].image)
    assert [screen.size for screen in twin] == sizes
    store.close()
    assert store[0].size == (320, 256)
    with pytest.raises(IndexError):
        store[3]


def test_a_store_of_another_schema_is_said(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("000000.json", "{}")
    with pytest.raises(ValueError, match=r"old\.zip: 000000\.json is not of schema version 2"):
        len(PageStore(path))
    with zipfile.ZipFile(path, "w") as file:
        picture = io.BytesIO()
        Image.new("RGB", (32, 32)).save(picture, "PNG")
        file.writestr("000000-32x32.png", picture.getvalue())
    with pytest.raises(ValueError, match="has schema version None, not 2"):
        PageStore(path)[0]


@pytest.fixture
async def browser(chromium: Path, tmp_path: Path) -> AsyncIterator[BrowserEnvironment]:
    environment = BrowserEnvironment(chromium=chromium, viewport=Size(width=320, height=256))
    blank = tmp_path / "blank.html"
    blank.write_text("")
    await environment.reset(Task(id="pages", instruction="", url=blank.as_uri()))
    yield environment
    await environment.close()


SHAPES = """<!doctype html><style>body{margin:0;background:#fff}div{position:absolute}</style>
<div data-box="0" style="left:40px;top:30px;width:80px;height:20px;background:#d00"></div>
<div data-box="1" style="left:200px;top:100px;width:33px;height:50px;background:#00d"></div>
<div data-box="2" style="left:310px;top:100px;width:33px;height:50px;background:#0d0"></div>"""


def _painted(screen: Screen, colour: int) -> tuple[int, int, int, int]:
    """The box of the pixels whose strongest channel is `colour`."""
    others = [channel for channel in range(3) if channel != colour]
    image = screen.image.astype(int)
    rows, columns = np.nonzero((image[:, :, colour] > 150) & (image[:, :, others].max(-1) < 90))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.browser
async def test_boxes_agree_with_the_pixels_of_chromium(browser: BrowserEnvironment) -> None:
    for zoom in (1.0, 1.25):
        await _boxes_agree(browser, zoom)


async def _boxes_agree(browser: BrowserEnvironment, zoom: float) -> None:
    nowhere = (0.0, 0.0, 0.0, 0.0)
    widgets = [Widget("shape", nowhere, colour=colour, shape="rectangle") for colour in ("red", "blue", "green")]
    page = Page(
        SHAPES, widgets, (320, 256), (round(320 / zoom), round(256 / zoom)), heldout=False, layout="test", theme="test"
    )
    screen = await render(page, browser.page)
    assert screen.size == (320, 256)
    shown = [(widget, channel) for widget, channel in zip(screen.widgets, (0, 2), strict=False)]
    assert [widget.colour for widget, _ in shown] == ["red", "blue"][: len(shown)] != []
    for widget, channel in shown:
        assert np.allclose(widget.box, _painted(screen, channel), atol=1.5)
    assert "green" not in [widget.colour for widget in screen.widgets]  # it stands out of the window


@pytest.mark.browser
async def test_real_pages_hold_what_their_widgets_say(browser: BrowserEnvironment) -> None:
    num_asked = 0
    for seed in range(8):
        rng = random.Random(seed)
        screen = await render(make_page(rng, heldout=True), browser.page)
        width, height = screen.size
        for widget in screen.widgets:
            x1, y1, x2, y2 = (round(v) for v in widget.box)
            assert 0 <= x1 < x2 <= width
            assert 0 <= y1 < y2 <= height
            region = screen.image[max(0, y1 - 2) : y2 + 2, max(0, x1 - 2) : x2 + 2].reshape(-1, 3).astype(int)
            assert (region.max(0) - region.min(0)).max() > 30, widget
        for row, column in np.argwhere(screen.glyphs[:, :, 0]):
            patch = screen.image[row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH].astype(int)
            assert (patch.max((0, 1)) - patch.min((0, 1))).max() > 15
        num_asked += len(questions(screen, rng))
    assert num_asked > 24


TYPED = """<!doctype html><style>body{margin:0;background:#fff;font:14px 'Liberation Sans',sans-serif}</style>
<label><span data-label="0">Name</span> <input class="t" data-box="0" value="Ada"></label>"""


@pytest.mark.browser
async def test_a_focused_field_is_shown_focused_and_read(browser: BrowserEnvironment) -> None:
    def page(focused: bool) -> Page:
        widget = Widget("field", (0.0, 0.0, 0.0, 0.0), "Name", value="Ada", focused=focused)
        return Page(TYPED, [widget], (320, 256), (320, 256), heldout=False, layout="test", theme="test")

    plain = await render(page(False), browser.page)
    focused = await render(page(True), browser.page)
    assert not np.array_equal(plain.image, focused.image)
    assert focused.widgets[0].label_box is not None
    assert (focused.glyphs > 0).sum() == len("NameAda")


def test_a_missing_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.zip"):
        next(read_screens(tmp_path / "none.zip"))
