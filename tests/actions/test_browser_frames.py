"""Clicks, text, drags and the wheel land inside of frames, of this site and of another, and of shadow roots."""

from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Frame, Page, async_playwright

from actions.action import DoubleClick, Key, LeftClick, LeftClickDrag, Scroll, Type
from actions.browser import BrowserExecutor
from perception.geometry import Point
from sandboxes.chromium import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LEFT, TOP = 40, 30
# A field, a thing that follows the pointer, a box that scrolls, and a card to be dropped on a tray; `root` is what they
# stand in.
INNER = """<style>* { box-sizing: border-box } body { margin: 0 }
  #field { position: absolute; left: 10px; top: 10px; width: 100px; height: 30px }
  #thing { position: absolute; left: 10px; top: 60px; width: 40px; height: 40px; background: #00f }
  #box { position: absolute; left: 130px; top: 10px; width: 100px; height: 100px; overflow: auto }
  #box div { height: 1000px }
  #card { position: absolute; left: 130px; top: 130px; width: 30px; height: 30px; background: #f00 }
  #tray { position: absolute; left: 190px; top: 130px; width: 40px; height: 40px; background: #ddd }</style>
<input id=field><div id=thing></div><div id=box><div></div></div><div id=card draggable=true></div>
<div id=tray></div>"""
SCRIPT = """
  const $ = id => root.getElementById(id);
  window.seen = [];
  window.read = () => [$('field').value, $('box').scrollTop, $('thing').style.left, $('thing').style.top];
  $('card').ondragstart = e => e.dataTransfer.setData('text/plain', 'card');
  $('tray').ondragover = e => e.preventDefault();
  $('tray').ondrop = e => { e.preventDefault(); seen.push(['drop', e.dataTransfer.getData('text/plain')]) };
  $('field').ondblclick = e => seen.push(['dblclick', e.clientX, e.clientY]);
  $('thing').onpointerdown = e => {
    $('thing').setPointerCapture(e.pointerId);
    $('thing').onpointermove = m => {
      $('thing').style.left = 10 + m.clientX - e.clientX + 'px';
      $('thing').style.top = 60 + m.clientY - e.clientY + 'px';
    };
    $('thing').onpointerup = () => $('thing').onpointermove = null;
  };"""
FRAMED = f"<!doctype html><meta charset=utf-8>{INNER}<script>const root = document; {SCRIPT}</script>"
FRAME = (
    f"<iframe src='%s' style='position:absolute;left:{LEFT}px;top:{TOP}px;width:250px;height:200px;border:0'></iframe>"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(chromium: Path):
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield await running.new_page(viewport={"width": 352, "height": 288})
        await running.close()


async def work_through(page: Page, inside: Frame) -> None:
    """Every way of acting, at its place in the page; the page inside tells what it got."""
    executor = BrowserExecutor(page)
    await page.screenshot()  # a run looks before it acts; a frame of another site takes no click before it was drawn

    def at(x: int, y: int) -> Point:
        return Point(x=LEFT + x, y=TOP + y)

    for action in (
        LeftClick(at=at(50, 25)),
        Type(text="Zoë 🙂 inside"),
        Key(keys=("backspace",)),
        DoubleClick(at=at(20, 25)),
        LeftClickDrag(start=at(30, 80), end=at(90, 130)),
        LeftClickDrag(start=at(145, 145), end=at(210, 150)),
        Scroll(at=at(180, 60), pixels=-120),
    ):
        await executor.execute(action)
    await inside.wait_for_function("read()[1] === 120")
    assert await inside.evaluate("read()") == ["Zoë 🙂 insid", 120, "70px", "110px"]
    assert [line[0] for line in await inside.evaluate("seen")] == ["dblclick", "drop"]
    assert (await inside.evaluate("seen"))[1] == ["drop", "card"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_in_a_frame(page, page_server, host):
    inner = page_server.add("/inner", FRAMED).replace("127.0.0.1", host)
    await page.goto(page_server.add("/", FRAME % inner))
    await work_through(page, page.frames[1])


async def test_in_a_frame_in_a_frame_of_another_site(page, page_server):
    inner = page_server.add("/inner", FRAMED)
    middle = page_server.add(
        "/middle", f"<body style='margin:0'><iframe src='{inner}' width=250 height=200 frameborder=0>"
    )
    await page.goto(page_server.add("/", FRAME % middle.replace("127.0.0.1", "localhost")))
    await work_through(page, page.frames[2])


@pytest.mark.parametrize("mode", ["open", "closed"])
async def test_in_a_shadow_root(page, page_server, mode):
    host = f"<div id=host style='position:absolute;left:{LEFT}px;top:{TOP}px'></div>"
    script = f"const root = host.attachShadow({{ mode: '{mode}' }}); root.innerHTML = `{INNER}`; {SCRIPT}"
    await page.goto(page_server.add("/", f"<!doctype html><meta charset=utf-8>{host}<script>{script}</script>"))
    await work_through(page, page.main_frame)
