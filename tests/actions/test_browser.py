import asyncio
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.browser import BrowserExecutor
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from perception.geometry import Point
from sandboxes.chromium import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# A page that writes down every event it gets.
PAGE = """<!doctype html><meta charset=utf-8>
<style>body { margin: 0 } textarea { position: absolute; left: 10px; top: 10px; width: 200px; height: 80px }
#far { position: absolute; left: 3000px; top: 3000px }</style>
<textarea></textarea><select style="position:absolute;left:10px;top:120px"><option>Red<option>Green<option>Blue
</select><div id=far>far</div>
<script>
const seen = window.seen = [];
for (const kind of ['mousedown', 'mouseup', 'click', 'dblclick', 'auxclick', 'contextmenu', 'wheel'])
  addEventListener(kind, e => seen.push([kind, e.clientX, e.clientY, e.button, e.detail, e.isTrusted]));
for (const kind of ['keydown', 'keyup']) addEventListener(kind, e => seen.push([kind, e.key, e.isTrusted]));
addEventListener('mousemove', e => seen.push(['mousemove', e.clientX, e.clientY, e.buttons]));
</script>"""

TEXT = Point(x=50, y=50)
BARE = Point(x=300, y=200)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser):
    context = await browser.new_context(viewport={"width": 352, "height": 288})
    fresh = await context.new_page()
    await fresh.set_content(PAGE)
    yield fresh
    await context.close()


async def act(page: Page, *actions: Action) -> None:
    executor = BrowserExecutor(page)
    for action in actions:
        await executor.execute(action)


async def seen(page: Page, *kinds: str) -> list[list]:
    return [event for event in await page.evaluate("seen") if event[0] in kinds]


async def test_clicks_are_real_events_at_the_point(page):
    await act(page, LeftClick(at=BARE), RightClick(at=BARE), MiddleClick(at=BARE))
    assert await seen(page, "click", "contextmenu") == [
        ["click", 300, 200, 0, 1, True],
        ["contextmenu", 300, 200, 2, 0, True],
    ]
    assert [event[3] for event in await seen(page, "mousedown")] == [0, 2, 1]


async def test_double_and_triple_clicks_count(page):
    await act(page, DoubleClick(at=BARE))
    assert [event[4] for event in await seen(page, "click")] == [1, 2]
    assert len(await seen(page, "dblclick")) == 1
    await act(page, LeftClick(at=TEXT), Type(text="one two"), TripleClick(at=Point(x=20, y=20)), Type(text="three"))
    assert await page.input_value("textarea") == "three"


@pytest.mark.parametrize(
    "text",
    ["plain", "Zoë, 日本語, Ελληνικά", "🙂 👩‍👩‍👧 🇩🇪", "two\nlines\n", "dos\r\nold\rend", "<b>&amp; \\n 'q' \"", ""],
)
async def test_text_arrives_as_it_is(page, text):
    await act(page, LeftClick(at=TEXT), Type(text=text))
    assert await page.input_value("textarea") == text.replace("\r\n", "\n").replace("\r", "\n")


async def test_long_text_arrives_whole(page):
    text = "The quick brown fox.\n" * 40
    await act(page, LeftClick(at=TEXT), Type(text=text))
    assert await page.input_value("textarea") == text


async def test_chords_edit_and_let_go(page):
    await act(
        page,
        LeftClick(at=TEXT),
        Type(text="old"),
        Key(keys=("ctrl", "a")),
        Type(text="new"),
        Key(keys=("shift", "left")),
        Key(keys=("ctrl", "c")),
        Key(keys=("end",)),
        Key(keys=("ctrl", "v")),
        Key(keys=("space",)),
        Key(keys=("é",)),
        Key(keys=("A",)),
        Key(keys=("enter",)),
        Key(keys=("backspace",)),
    )
    assert await page.input_value("textarea") == "neww éA"
    held = set()
    for kind, key, trusted in await seen(page, "keydown", "keyup"):
        assert trusted
        held = held | {key} if kind == "keydown" else held - {key}
    assert held == set()


async def test_a_chord_that_fails_lets_go_of_what_it_held(page):
    with pytest.raises(ExecutionError, match="key failed"):
        await act(page, LeftClick(at=TEXT), Key(keys=("shift", "hyper")))
    assert [event[:2] for event in await seen(page, "keyup")] == [["keyup", "Shift"]]
    with pytest.raises(ActionUnsupported, match='"é"'):
        await act(page, Key(keys=("ctrl", "é")))


async def test_a_drag_holds_the_button_on_its_way(page):
    start, end = Point(x=260, y=150), Point(x=340, y=280)
    await act(page, LeftClickDrag(start=start, end=end))
    down, up = (await seen(page, "mousedown", "mouseup"))[:2]
    assert (down[1:3], up[1:3]) == ([260, 150], [340, 280])
    assert len([move for move in await seen(page, "mousemove") if move[3] == 1]) >= 10


async def test_a_drag_without_a_start_begins_at_the_pointer(page):
    await act(page, MouseMove(at=BARE), LeftClickDrag(end=Point(x=310, y=250)))
    down, up = await seen(page, "mousedown", "mouseup")
    assert (down[1:3], up[1:3]) == ([300, 200], [310, 250])


async def test_the_wheel_turns_at_the_point(page):
    executor = BrowserExecutor(page)
    await executor.execute(Scroll(at=BARE, pixels=-500))
    await executor.execute(HScroll(pixels=-300))
    await page.wait_for_function("scrollY == 500 && scrollX == 300")
    await executor.execute(Scroll(pixels=200))
    await executor.execute(HScroll(pixels=100))
    await page.wait_for_function("scrollY == 300 && scrollX == 200")
    assert [event[1:3] for event in await seen(page, "wheel")] == [[300, 200]] * 4


async def test_a_native_list_is_worked_with_the_keyboard(page):
    await act(page, LeftClick(at=Point(x=20, y=128)), *[Key(keys=("down",))] * 2, Key(keys=("enter",)))
    assert await page.input_value("select") == "Blue"


async def test_back_forward_and_reload_mean_what_they_do_in_a_window(page, page_server):
    first, second = page_server.add("/1", "<title>1</title>"), page_server.add("/2", "<title>2</title>")
    await page.goto(first)
    await page.goto(second)
    for keys, title in ((("alt", "left"), "1"), (("alt", "right"), "2"), (("f5",), "2")):
        await act(page, Key(keys=keys))
        await page.wait_for_function("title => document.title === title", arg=title)
    assert page_server.requested.count("/2") >= 2


async def test_what_only_ends_a_run_changes_nothing(page):
    await act(page, Terminate(status="success"), Answer(text="42"), Wait(seconds=0.01))
    assert await page.evaluate("seen") == []


async def test_a_point_off_the_page_is_refused(page):
    with pytest.raises(ActionInvalid, match="352x288"):
        await act(page, LeftClick(at=Point(x=352, y=0)))
    assert await page.evaluate("seen") == []


async def test_a_drag_that_is_cut_lets_go_of_the_button(page):
    await page.evaluate(
        "addEventListener('mousemove', e => { if (e.buttons) for (const t = Date.now(); Date.now() - t < 100;); })"
    )
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.15):
            await act(page, LeftClickDrag(start=BARE, end=Point(x=10, y=200)))
    await page.wait_for_function("seen.some(e => e[0] == 'mouseup')")


async def test_a_closed_page_is_said_to_be_gone(page):
    await page.close()
    with pytest.raises(SurfaceLost, match="the page is gone"):
        await act(page, LeftClick(at=BARE))
