"""New tabs and windows, however they are opened: the one in front is shown, and keys lead to the others."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, MiddleClick, Wait
from actions.errors import ActionUnsupported
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import SandboxCrashed
from sandboxes.tabs import MAX_TABS
from tests.sandboxes.browsing import BUTTON, act, button, show, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CLICK = LeftClick(at=BUTTON)
PLACE = "style='position:absolute;left:0;top:0;width:90px;height:60px'"
OPENED = "A new tab opened and is shown now."
CLOSED = "The tab was closed; the one before it is shown now."
NEXT, BACK, CLOSE = Key(keys=("ctrl", "tab")), Key(keys=("ctrl", "shift", "tab")), Key(keys=("ctrl", "w"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


WAYS = {
    "open": button('window.open("/tab")'),
    "window": button('window.open("/tab", "w", "width=150,height=120")'),
    "noopener": button('window.open("/tab", "", "noopener")'),
    "late address": button('let w = window.open(); w.location = "/tab"'),
    "later": button('setTimeout(() => window.open("/tab"), 50); for (const t = Date.now(); Date.now() - t < 100;);'),
    "link": f"<a href=/tab target=_blank {PLACE}>Go</a>",
    "form": f"<form action=/tab target=new><button {PLACE}>Go</button>",
}


async def test_a_new_tab_is_shown_however_it_is_opened(browser, page_server):
    page_server.add("/tab", "<title>Tab</title>")
    for way, body in WAYS.items():
        await show(browser, page_server, body)
        seen = await act(browser, CLICK, Wait(seconds=0.2)) if way == "later" else await act(browser, CLICK)
        assert seen.title == "Tab", way
        assert seen.frame.size == Size(width=352, height=288)
        seen = await act(browser, CLOSE)
        assert (seen.title, seen.notes) == ("", (CLOSED,)), way


async def test_a_tab_that_closes_itself(browser, page_server):
    page_server.add("/tab", "<title>Tab</title><script>setTimeout(close, 400)</script>")
    await browser.reset(task(page_server.add("/", "<title>First</title>" + button('window.open("/tab")'))))
    assert (await act(browser, CLICK)).notes == (OPENED,)
    seen = await act(browser, Wait(seconds=0.6))
    assert (seen.title, seen.notes) == ("First", (CLOSED,))


async def test_a_tab_in_the_background_that_goes_is_no_matter(browser, page_server):
    page_server.add("/tab", "<title>Tab</title>" + button("window.opener.close()"))
    page_server.add("/popup", "<title>First</title>" + button('window.open("/tab")'))
    await browser.reset(task(page_server.add("/", "<title>Root</title>" + button('window.open("/popup")'))))
    await act(browser, CLICK, CLICK)
    seen = await act(browser, CLICK)
    assert (seen.title, seen.notes) == ("Tab", ())
    assert (await act(browser, CLOSE)).title == "Root"


async def test_keys_lead_through_the_tabs(browser, page_server):
    for name in ("/2", "/3"):
        page_server.add(name, f"<title>{name[1:]}</title>")
    body = button('window.open(window.n = window.n ? "/3" : "/2")', "<title>1</title>")
    await browser.reset(task(page_server.add("/", body)))
    await act(browser, CLICK, BACK, CLICK)
    titles = [(await act(browser, key)).title for key in (NEXT, NEXT, NEXT, BACK, Key(keys=("ctrl", "pageup")))]
    assert titles == ["1", "2", "3", "2", "1"]
    seen = await act(browser, Key(keys=("ctrl", "pagedown")))
    assert (seen.title, seen.notes) == ("2", ("Tab 2 of 3 is shown now.",))
    assert (await act(browser, CLOSE)).title == "1", "the one that was in front before"
    assert (await act(browser, CLOSE)).title == "3"
    with pytest.raises(ActionUnsupported, match="last tab"):
        await act(browser, CLOSE)


async def test_the_last_tab_that_closes_ends_the_place(browser, page_server):
    page_server.add("/tab", button("window.close()"))
    await browser.reset(task(page_server.add("/", button('window.open("/tab")'))))
    first = browser.page
    await act(browser, CLICK)
    await first.close()
    with pytest.raises(SandboxCrashed, match="No tab is left"):
        await act(browser, CLICK)
    assert not browser.is_open


@pytest.mark.slow
async def test_a_page_that_opens_tabs_without_end(browser, page_server):
    page_server.add("/tab", "<title>Tab</title>")
    body = button(f'for (let i = 0; i < {MAX_TABS + 10}; i++) window.open("/tab")')
    await browser.reset(task(page_server.add("/", body)))
    first, seen = await act(browser, CLICK), await act(browser, Wait(seconds=0.5))
    assert "The page wanted more tabs than may be open; they were closed." in [*first.notes, *seen.notes]
    assert len(browser.page.context.pages) <= MAX_TABS
    assert seen.title == "Tab"


async def test_the_middle_button_opens_a_link_in_a_tab(browser, page_server):
    page_server.add("/tab", "<title>Tab</title>")
    await browser.reset(task(page_server.add("/", f"<a href=/tab {PLACE}>Go</a>")))
    seen = await act(browser, MiddleClick(at=Point(x=20, y=8)), Wait(seconds=0.2))
    assert seen.title == "Tab"
