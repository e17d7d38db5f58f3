"""The drawn colours of a colour field."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, Type
from perception.screenshot import difference
from sandboxes.browser import BrowserEnvironment
from tests.sandboxes.browsing import click, look, show, work

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE = """<!doctype html><meta charset=utf-8><style>body { margin: 0 }
  #f { position: absolute; left: 10px; top: 10px; width: 60px; height: 24px }
  label { position: absolute; left: 100px; top: 10px }</style>
<label for=f>Colour</label><input id=f type=color value='#102030'>
<button style='position:absolute;left:200px;top:8px' onclick='f.click()'>Own</button><script>
window.seen = [];
for (const kind of ['input', 'change']) f.addEventListener(kind, () => seen.push(kind + ' ' + f.value));
</script>"""
FIELD = click(40, 22)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def test_a_colour_is_seen_and_clicked(browser, page_server):
    await show(browser, page_server, PAGE)
    before, opened = await look(browser), await look(browser, FIELD)
    assert difference(before, opened).share > 0.2
    at = (17 + 20 * 4 + 10, 35 + 6 + 20 * 3 + 10)  # the fifth hue, green, in its middle lightness
    assert opened.pixels[at[1], at[0]].tolist() == [0, 255, 0]
    await work(browser, click(*at))
    assert await browser.evaluate("[f.value, seen]") == ["#00ff00", ["input #00ff00", "change #00ff00"]]


@pytest.mark.parametrize(
    ("typed", "result"),
    [("#abcdef", "#abcdef"), ("ff8000", "#ff8000"), ("#F80", "#ff8800"), ("12", "#102030"), ("zz", "#102030")],
)
async def test_any_colour_is_typed(browser, page_server, typed, result):
    await show(browser, page_server, PAGE)
    await work(browser, FIELD, Type(text=typed), Key(keys=("enter",)))
    assert await browser.evaluate("f.value") == result


async def test_it_opens_where_chromium_would_open_its_own(browser, page_server):
    await show(browser, page_server, PAGE)
    for opening in (click(120, 20), click(215, 20), Key(keys=("space",))):
        await work(browser, opening, Type(text="000"), Key(keys=("backspace",)), Type(text="1"), Key(keys=("enter",)))
        assert await browser.evaluate("f.value") == "#000011"
        await browser.evaluate("void (f.value = '#102030', f.focus())")


async def test_escape_and_the_dropper_of_chromium(browser, page_server):
    """What ended Chromium: the keys that lead to the dropper of its own panel."""
    await show(browser, page_server, PAGE)
    await work(browser, FIELD, Key(keys=("esc",)))
    await work(browser, FIELD, Key(keys=("right",)), Key(keys=("esc",)))
    await work(browser, FIELD, Key(keys=("tab",)), Key(keys=("enter",)), Key(keys=("esc",)))
    assert await browser.evaluate("f.value") == "#102030"
