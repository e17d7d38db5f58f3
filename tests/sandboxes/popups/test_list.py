"""The drawn list of a <select>, as a policy meets it: by what is in the frame, with mouse and keyboard."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClickDrag, MouseMove, Scroll, Type
from perception.geometry import Point
from perception.screenshot import difference
from sandboxes.browser import BrowserEnvironment
from tests.page_server import Page
from tests.sandboxes.browsing import AWAY, click, look, show, task, work

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HEAD = """<!doctype html><meta charset=utf-8><style>body { margin: 0; font: 14px sans-serif }
  select { position: absolute; left: 10px; top: 10px; width: 120px; height: 20px }
  #behind { position: absolute; left: 0; top: 40px; width: 300px; height: 200px }</style>"""
COLORS = "<option>Red<option>Green<option disabled>Grey<option>Blue"
SELECT = f"<select id=s>{COLORS}</select>"
# Writes down what the page hears, as <select>s do.
RECORD = """<script>
window.seen = [];
for (const kind of ['mousedown', 'mouseup', 'click', 'input', 'change', 'keydown', 'keyup', 'wheel', 'mousemove'])
  addEventListener(kind, e => seen.push(`${kind} ${e.target.id || e.target.localName} ${e.defaultPrevented}`), true);
</script>"""
PLAIN = f"{HEAD}<button id=behind>behind</button>{SELECT}{RECORD}"


def row(index: int, *, top: int = 30, left: int = 60) -> Point:
    """The middle of a list's row, below a select that ends at `top`."""
    return Point(x=left, y=top + 13 + 24 * index)


def pick(index: int, **where: int):
    at = row(index, **where)
    return click(at.x, at.y)


OPEN = click(60, 20)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def value(browser: BrowserEnvironment, of: str = "s.value"):
    return await browser.evaluate(of)


async def test_an_option_is_seen_and_clicked(browser, page_server):
    await show(browser, page_server, PLAIN)
    before, opened = await look(browser), await look(browser, OPEN)
    assert difference(before, opened).share > 0.03, "the list must be in the frame"
    await value(browser, "void (seen.length = 0)")
    picked = await look(browser, pick(1), AWAY)
    assert await value(browser) == "Green"
    assert await value(browser, "seen.filter(e => !e.startsWith('mousemove'))") == [
        "input s false",
        "change s false",
        "click s false",
    ]
    assert difference(before, picked).share < 0.02, "the list must be gone"
    assert await value(browser, "document.activeElement.id") == "s"
    assert await value(browser, "document.querySelectorAll('html > *').length") == 2


async def test_the_page_hears_what_it_hears_of_a_native_list(browser, page_server):
    await show(browser, page_server, PLAIN)
    await work(browser, OPEN, MouseMove(at=row(1)), Scroll(at=row(1), pixels=-20), Key(keys=("esc",)))
    heard = await value(browser, "seen.filter(e => !e.startsWith('mousemove s'))")
    assert heard == ["mousedown s false", "mouseup s false", "click s false", "keyup s false"]
    assert await value(browser) == "Red"


async def test_what_is_behind_the_list_is_not_clicked(browser, page_server):
    await show(browser, page_server, PLAIN)
    await work(browser, OPEN, pick(2))
    assert await value(browser) == "Red", "a disabled option can't be taken"
    assert not [line for line in await value(browser, "seen") if "behind" in line]
    await work(browser, click(200, 150))
    assert "click behind false" in await value(browser, "seen"), (
        "beside the list the page is clicked, and the list goes"
    )
    await work(browser, pick(1))
    assert await value(browser) == "Red"


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ([("space",), ("down",), ("enter",)], "Green"),
        ([("enter",), ("end",), ("enter",)], "Blue"),
        ([("alt", "down"), ("down",), ("down",), ("enter",)], "Blue"),
        ([("f4",), ("end",), ("home",), ("enter",)], "Red"),
        ([("space",), ("b",), ("enter",)], "Blue"),
        ([("space",), ("down",), ("esc",)], "Red"),
        ([("space",), ("down",), ("tab",)], "Green"),
        ([("down",)], "Green"),
        ([("b",)], "Blue"),
    ],
)
async def test_the_keyboard_works_it(browser, page_server, keys, result):
    await show(browser, page_server, PLAIN + "<script>s.focus()</script>")
    await work(browser, *(Key(keys=chord) for chord in keys))
    assert await value(browser) == result


async def test_letters_are_typed_to_an_option(browser, page_server):
    options = "<option>New Jersey<option>New Mexico<option>New York<option>Ohio<option>Oregon"
    await show(browser, page_server, f"{HEAD}<select id=s>{options}</select>")
    await work(browser, OPEN, Type(text="new y"), Key(keys=("enter",)))
    assert await value(browser) == "New York"
    await work(browser, Type(text="new m"))
    assert await value(browser) == "New Mexico", "a space in a word does not open the list"
    await work(browser, OPEN, Type(text="oo"), Key(keys=("enter",)))
    assert await value(browser) == "Oregon", "the same letter again goes on"


async def test_groups_lines_and_hidden_options(browser, page_server):
    options = (
        "<option>A<optgroup label=One><option>B<option hidden>C</optgroup><hr>"
        "<optgroup label=Two disabled><option>D</optgroup><option label=Last>E"
    )
    await show(browser, page_server, f"{HEAD}<select id=s>{options}</select>")
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "A", "a group's name can't be taken"
    await work(browser, pick(2))
    assert await value(browser) == "B"
    await work(browser, OPEN, Key(keys=("down",)), Key(keys=("enter",)))
    assert await value(browser) == "E"


async def test_a_long_list_is_scrolled_and_stays_inside(browser, page_server):
    fill = "<script>for (let i = 0; i < 300; i++) s.add(new Option('Item ' + i, i))</script>"
    await show(browser, page_server, f"{HEAD}<select id=s></select>{fill}")
    await work(browser, OPEN, Scroll(at=row(3), pixels=-240), pick(2))
    assert await value(browser) == "12"
    await work(browser, OPEN, Key(keys=("end",)), Key(keys=("enter",)))
    assert await value(browser) == "299"
    await work(browser, OPEN, click(60, 275))
    assert await value(browser) == "299", "the last option is at the lower edge"


async def test_at_the_lower_edge_it_opens_upwards_and_at_the_right_one_leftwards(browser, page_server):
    wide = COLORS.replace("Green", "A very long word for green")
    style = "<style>#s { left: 262px; top: 258px; width: 80px }</style>"
    await show(browser, page_server, f"{HEAD}{style}<select id=s>{wide}</select>")
    await work(browser, click(300, 268), click(200, 258 - 97 + 37))
    assert await value(browser) == "A very long word for green"


async def test_right_to_left(browser, page_server):
    style = "<style>#s { left: 250px; width: 90px }</style>"
    options = "<option>אחד<option>מילה ארוכה מאוד לשנים"
    await show(browser, page_server, f"{HEAD}{style}<select id=s dir=rtl>{options}</select>")
    await work(browser, click(300, 20), click(245, 30 + 37))
    assert await value(browser, "s.selectedIndex") == 1


@pytest.mark.parametrize("height", [150, 50])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_in_a_frame_of_this_and_of_another_site(browser, page_server, host, height):
    inner = page_server.add("/inner", PLAIN).replace("127.0.0.1", host)
    style = (
        f"<style>iframe {{ position: absolute; left: 30px; top: 40px; border: 0; width: 250px; height: {height}px }}"
    )
    await show(browser, page_server, f"{HEAD}{style}</style><iframe src='{inner}'></iframe>")
    frame = browser.page.frames[1]
    await frame.wait_for_load_state()
    await work(browser, click(90, 60), Key(keys=("down",)), Key(keys=("enter",)))
    assert await frame.evaluate("s.value") == "Green"
    await work(browser, click(90, 60))
    await work(browser, click(90, 40 + 30 + 13 if height == 150 else 40 + 13))
    assert await frame.evaluate("s.value") in ("Red", "Green"), "in a low frame the list stands over the control"
    await work(browser, click(90, 60), click(320, 270), Key(keys=("down",)))


@pytest.mark.parametrize("mode", ["open", "closed"])
async def test_in_a_shadow_root(browser, page_server, mode):
    script = f"""<div id=host></div><script>
      const root = host.attachShadow({{ mode: '{mode}' }});
      root.innerHTML = `<select style="position:absolute;left:10px;top:10px;width:120px;height:20px">{COLORS}</select>`;
      window.inner = root.querySelector('select');
    </script>"""
    await show(browser, page_server, HEAD + script)
    await work(browser, OPEN, pick(1))
    assert await value(browser, "inner.value") == "Green"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<dialog id=d>", "</dialog><script>d.showModal()</script>"),
        ("<div id=d popover>", "</div><script>d.showPopover()</script>"),
    ],
)
async def test_in_what_lies_over_the_page(browser, page_server, opening, closing):
    style = "<style>#d { inset: 0; margin: 0; width: 300px; height: 200px; padding: 0; border: 0 }</style>"
    await show(browser, page_server, f"{HEAD}{style}{opening}{SELECT}{closing}")
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "Green"
    assert await value(browser, "d.matches(':modal, :popover-open')"), "what it stands in must stay"


async def test_a_page_that_has_a_list_of_its_own_keeps_it(browser, page_server):
    await show(browser, page_server, PLAIN + "<script>s.onmousedown = e => e.preventDefault()</script>")
    before = await look(browser)
    assert difference(before, await look(browser, OPEN)).share < 0.02
    await work(browser, pick(1))
    assert await value(browser) == "Red"


@pytest.mark.parametrize("capture", ["true", "false"])
async def test_a_page_that_stops_events_is_no_hindrance(browser, page_server, capture):
    stop = f"<script>document.addEventListener('mousedown', e => e.stopPropagation(), {capture})</script>"
    await show(browser, page_server, PLAIN + stop)
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "Green"


async def test_a_drag_to_an_option_takes_it(browser, page_server):
    await show(browser, page_server, PLAIN)
    await work(browser, LeftClickDrag(start=Point(x=60, y=20), end=row(3)))
    assert await value(browser) == "Blue"
    assert "click behind false" not in await value(browser, "seen")


async def test_a_second_click_closes_it(browser, page_server):
    await show(browser, page_server, PLAIN)
    opened, closed = await look(browser, OPEN), await look(browser, OPEN)
    assert difference(opened, closed).share > 0.03
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "Green"


async def test_it_follows_its_control_and_goes_with_it(browser, page_server):
    await show(browser, page_server, PLAIN)
    await work(browser, OPEN)
    await value(browser, "void (s.style.top = '60px')")
    await browser.page.wait_for_timeout(250)
    await work(browser, pick(1, top=80))
    assert await value(browser) == "Green"
    before = await look(browser, AWAY)
    await work(browser, click(60, 70))
    await value(browser, "s.remove()")
    await browser.page.wait_for_timeout(250)
    assert difference(before, await look(browser, AWAY)).share < 0.05
    assert await value(browser, "document.querySelectorAll('html > *').length") == 2


async def test_options_that_come_late_are_shown(browser, page_server):
    await show(browser, page_server, PLAIN)
    await work(browser, OPEN)
    await value(browser, "s.add(new Option('Late'), s.options[1])")
    await work(browser, pick(1))
    assert await value(browser) == "Late"


async def test_a_page_may_ask_for_it_by_script(browser, page_server):
    style = "<button id=ask style='position:absolute;left:200px;top:5px' onclick='s.showPicker()'>Ask</button>"
    await show(browser, page_server, PLAIN + style)
    await work(browser, click(215, 15), pick(1))
    assert await value(browser) == "Green"
    alone = "<script>try { s.showPicker() } catch (error) { document.title = error.name }</script>"
    await show(browser, page_server, PLAIN + alone)
    assert await browser.page.title() == "NotAllowedError", "only after a person's action"


async def test_what_needs_no_list_is_left_alone(browser, page_server):
    several = f"<select id=s multiple size=1>{COLORS}</select>"
    await show(browser, page_server, HEAD + several)
    await work(browser, click(60, 20), click(60, 44), click(60, 68))
    assert await value(browser, "[...s.selectedOptions].map(o => o.value)") == ["Red", "Green"]
    await show(browser, page_server, f"{HEAD}<select id=s size=4 style='height:auto'>{COLORS}</select>")
    await work(browser, click(60, 35))
    assert await value(browser) == "Green"
    own = f"<style>#s, #s::picker(select) {{ appearance: base-select }}</style><select id=s>{COLORS}</select>"
    await show(browser, page_server, HEAD + own)
    await work(browser, click(60, 20), Key(keys=("down",)), Key(keys=("enter",)))
    assert await value(browser) == "Green"


async def test_a_page_that_changes_the_prototypes_is_no_hindrance(browser, page_server):
    patched = """<script>
      EventTarget.prototype.addEventListener = () => { throw new Error('patched') };
      Element.prototype.attachShadow = () => { throw new Error('patched') };
      HTMLElement.prototype.focus = () => { throw new Error('patched') };
      window.setInterval = () => { throw new Error('patched') };
      window.Event = function () { throw new Error('patched') };
      Object.defineProperty(HTMLSelectElement.prototype, 'selectedIndex', { get: () => 0, set: () => {} });
    </script><style>div { display: none !important; opacity: 0 !important; pointer-events: none !important }</style>"""
    await show(browser, page_server, HEAD + SELECT + patched)
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "Green"


async def test_a_strict_policy_of_content_is_no_hindrance(browser, page_server):
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'none'; require-trusted-types-for 'script'"}
    body = f"<!doctype html><meta charset=utf-8><select id=s>{COLORS}</select>"
    await show(browser, page_server, Page(body.encode(), headers=headers))
    await work(browser, click(20, 18), Key(keys=("end",)), Key(keys=("enter",)))
    assert await value(browser) == "Blue"
    assert difference(await look(browser), await look(browser, click(20, 18))).share > 0.03


async def test_a_document_that_is_written_anew_has_it_too(browser, page_server):
    again = "<script>onload = () => { document.open(); document.write(window.name); document.close() }</script>"
    await show(browser, page_server, f"<script>window.name = `{HEAD}{SELECT}`</script>{again}")
    await work(browser, OPEN, pick(1))
    assert await value(browser) == "Green"


async def test_large_letters_and_colours_of_a_page(browser, page_server):
    """What is lit is seen on a page that colours its options, and rows are as high as their letters."""
    style = "<style>#s { font-size: 30px; height: 40px; color: #fff } option { background: #ff0 }</style>"
    await show(browser, page_server, HEAD + style + SELECT)
    frame = await look(browser, click(60, 30), MouseMove(at=Point(x=60, y=50 + 1 + 42 + 20)))
    assert frame.pixels[50 + 1 + 42 + 3, 120].tolist() == [25, 103, 210]
    assert frame.pixels[50 + 1 + 3, 120].tolist() == [255, 255, 0]
    await work(browser, click(60, 50 + 1 + 42 + 20))
    assert await value(browser) == "Green"


async def test_enlarged_and_zoomed_controls(browser, page_server):
    large = "<style>#s { transform: scale(1.5); transform-origin: 0 0 }</style>"
    await show(browser, page_server, HEAD + large + SELECT)
    await work(browser, click(60, 25), click(60, 40 + 1 + 36))
    assert await value(browser) == "Green"
    await show(browser, page_server, HEAD + "<style>html { zoom: 1.5 }</style>" + SELECT)
    await work(browser, click(60, 30), Key(keys=("down",)), Key(keys=("enter",)))
    assert await value(browser) == "Green"
    await work(browser, click(60, 30), click(60, 45 + 13))
    assert await value(browser) == "Red"


async def test_nothing_of_it_is_to_be_found(browser, page_server, chromium):
    look = """[Object.getOwnPropertyNames(window).sort().join(), document.documentElement.outerHTML,
      String(Element.prototype.attachShadow).includes('[native code]'), HTMLSelectElement.prototype.showPicker.name,
      Element.prototype.attachShadow.length]"""
    await show(browser, page_server, PLAIN)
    mine = await value(browser, look)
    plain = BrowserEnvironment(chromium=chromium, draws_popups=False)
    try:
        await plain.reset(task(page_server.add("/list", PLAIN)))
        assert await plain.evaluate(look) == mine
        await work(plain, OPEN, pick(1))
        assert await plain.evaluate("s.value") == "Red", "switched off, Chromium's own list opens"
        assert await plain.evaluate("seen.includes('click behind false')")
    finally:
        await plain.close()
