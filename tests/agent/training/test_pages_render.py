"""What rendering reads of a page: what is hidden, cut, covered, wrapped, twice there or behind a dialog."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.training.pages.page import Page, State
from agent.training.pages.press import tabs
from agent.training.pages.render import Tab, render
from agent.training.screens import Screen, Widget
from agent.training.screens.glyphs import text_of

SIZE = (320, 256)
STYLE = """<!doctype html><style>*{box-sizing:border-box} body{margin:0;background:#fff;font:14px 'Liberation Sans'}
.at{position:absolute} .cut{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;width:90px}</style><body>"""


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(chromium: Path) -> AsyncIterator[Tab]:
    async with tabs() as opened:
        yield opened[0]


async def shown(tab: Tab, html: str, *widgets: Widget, state: State | None = None) -> Screen:
    page = Page(STYLE + html, list(widgets), SIZE, SIZE, False, "test", "test", state=state or State())
    framed, whole = await render(page, tab, framed=True), await render(page, tab)
    assert framed.widgets == whole.widgets
    assert (framed.glyphs == whole.glyphs).all()
    return framed


def link(text: str, **known) -> Widget:
    return Widget("link", (0.0, 0.0, 0.0, 0.0), text, **known)


def names(screen: Screen) -> list[str]:
    return [widget.text for widget in screen.widgets]


def text(screen: Screen) -> str:
    return "".join(text_of(screen.glyphs))


def at(index: int, y: int, name: str) -> str:
    return f'<a class="at" data-box="{index}" style="left:20px;top:{y}px">{name}</a>'


async def test_of_a_scrolled_page_only_what_is_in_sight_is_read(tab: Tab) -> None:
    bar = '<header style="position:sticky;top:0;height:32px;background:#ddd;z-index:1">Zebra</header>'
    body = bar + at(0, 262, "under") + at(1, 310, "seen") + at(2, 500, "lower") + at(3, 100, "passed")
    body += '<div style="height:736px"></div>'  # with the bar 768: the middle of it is 256 further down
    screen = await shown(tab, body, *map(link, ("under", "seen", "lower", "passed")), state=State(scroll=0.5))
    assert names(screen) == ["seen"]
    assert screen.widgets[0].box[1] == pytest.approx(310 - 256, abs=1)
    assert text(screen) == "Zebraseenlower"


async def test_a_wrapped_link_is_its_first_line(tab: Tab) -> None:
    body = '<p style="width:120px">Words before <a data-box="0" href="#">a link that wraps</a></p>'
    screen = await shown(tab, body, link("a link that wraps"))
    x1, y1, x2, y2 = screen.widgets[0].box
    assert x1 > 60
    assert x2 <= 121
    assert y2 - y1 < 22


async def test_names_are_those_that_are_seen(tab: Tab) -> None:
    style = "style='text-transform:uppercase'"
    body = f'<p><a {style} data-box="0">Save as</a></p><table><tr><th {style} data-box="1">Price</th>'
    body += (
        '<tr><td data-box="2">42</td></table><div class="cut"><a data-box="3">far too long to be read whole</a></div>'
    )
    widgets = [
        link("Save as"),
        Widget("text", (0, 0, 0, 0), "Price"),
        Widget("cell", (0, 0, 0, 0), "42", column="Price"),
    ]
    screen = await shown(tab, body, *widgets, link("far too long to be read whole"))
    assert names(screen) == ["SAVE AS", "PRICE", "42"]
    assert screen.widgets[2].column == "PRICE"
    assert text(screen).startswith("SAVEAS")
    assert "whole" not in text(screen)


async def test_what_shares_its_name_is_left_out(tab: Tab) -> None:
    body = at(0, 10, "Edit") + at(1, 40, "Edit") + at(2, 70, "Other") + at(3, 250, "other")
    screen = await shown(tab, body, link("Edit"), link("Edit"), link("Other"), link("other"))
    assert names(screen) == []  # of the last one a part is seen
    screen = await shown(tab, at(0, 10, "Edit") + at(1, 300, "Edit"), link("Edit"), link("Edit"))
    assert names(screen) == ["Edit"]


async def test_behind_a_dialog_nothing_can_be_reached_and_all_be_read(tab: Tab) -> None:
    style = 'style="left:0;top:60px;margin:0;width:200px;height:80px;padding:8px;border:0"'
    body = at(0, 10, "Behind") + at(1, 80, "Covered") + at(2, 200, "Below")
    body += '<input class="t at" style="left:150px;top:200px" value="Typed">'
    body += f'<dialog data-modal {style}><a data-box="3">Inside</a></dialog>'
    screen = await shown(tab, body, *map(link, ("Behind", "Covered", "Below", "Inside")))
    assert names(screen) == ["Inside"]
    assert text(screen) == "BehindInsideBelowTyped"


async def test_the_colour_of_a_button_is_known(tab: Tab) -> None:
    body = '<button class="btn" data-box="0" style="background:rgb(30,160,50);border:none">Go</button>'
    screen = await shown(tab, body, Widget("button", (0.0, 0.0, 0.0, 0.0), "Go"))
    assert screen.widgets[0].colour == "green"
    screen = await shown(tab, body, Widget("button", (0.0, 0.0, 0.0, 0.0), "Go"), state=State(hovered=0))
    assert screen.widgets[0].colour == ""
