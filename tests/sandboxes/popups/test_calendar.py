"""The drawn calendar of fields for dates, months and weeks, and that these can be typed as well."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, Type
from perception.screenshot import difference
from sandboxes.browser import BrowserEnvironment
from tests.sandboxes.browsing import click, look, show, work

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE = """<!doctype html><meta charset=utf-8><style>body {{ margin: 0 }}
  #f {{ position: absolute; left: 10px; top: 10px; width: 200px; height: 24px; box-sizing: border-box }}
  #behind {{ position: absolute; left: 0; top: 40px; width: 340px; height: 240px }}</style>
<button id=behind onclick='window.hit = true'>behind</button><input id=f {attributes}><script>
window.seen = [];
for (const kind of ['input', 'change']) f.addEventListener(kind, () => seen.push(kind + ' ' + f.value));
</script>"""
INDICATOR = click(197, 22)
ENTER, ESCAPE, DOWN, RIGHT = (Key(keys=(name,)) for name in ("enter", "esc", "down", "right"))


def field(kind: str, value: str = "", more: str = "") -> str:
    return PAGE.format(attributes=f"type={kind} value='{value}' {more}")


def day(column: int, line: int):
    """The middle of a day: 7 columns of a 250 px wide panel with a head, the names of the days, and lines of days."""
    return click(17 + 34 * column + 17, 35 + 6 + 28 + 26 * (line + 1) + 13)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def test_a_day_is_seen_and_clicked(browser, page_server):
    await show(browser, page_server, field("date", "2024-02-29"))
    assert difference(await look(browser), await look(browser, INDICATOR)).share > 0.1
    await work(browser, day(1, 1))  # 2024-02-05, a Monday in the second line
    assert await browser.evaluate("[f.value, seen, window.hit]") == [
        "2024-02-05",
        ["input 2024-02-05", "change 2024-02-05"],
        None,
    ]


@pytest.mark.parametrize(
    ("kind", "value", "actions", "result"),
    [
        ("date", "2024-02-28", [RIGHT, RIGHT, ENTER], "2024-03-01"),
        ("date", "2024-01-31", [Key(keys=("pagedown",)), ENTER], "2024-02-29"),
        ("date", "2024-02-10", [RIGHT, ESCAPE], "2024-02-10"),
        ("datetime-local", "2024-02-10T08:30", [DOWN, ENTER], "2024-02-17T08:30"),
        ("month", "2024-11", [RIGHT, RIGHT, ENTER], "2025-01"),
        ("week", "2025-W01", [DOWN, ENTER], "2025-W02"),
        ("date", "", [Type(text="12312024")], "2024-12-31"),
    ],
)
async def test_the_keyboard_works_it(browser, page_server, kind, value, actions, result):
    await show(browser, page_server, field(kind, value))
    await work(browser, INDICATOR, *actions)
    assert await browser.evaluate("f.value") == result


@pytest.mark.parametrize(
    ("kind", "typed", "result"),
    [
        ("date", "03042025", "2025-03-04"),
        ("datetime-local", "03042025\t0230PM", "2025-03-04T14:30"),
        ("time", "0230PM", "14:30"),
        ("month", "Mar\t2025", "2025-03"),
        ("week", "122025", "2025-W12"),
    ],
)
async def test_every_kind_can_be_typed(browser, page_server, kind, typed, result):
    await show(browser, page_server, field(kind))
    await work(browser, click(20, 22), Type(text=typed))
    assert await browser.evaluate("f.value") == result


async def test_a_field_for_a_time_shows_nothing_that_can_not_be_clicked(browser, page_server):
    await show(browser, page_server, field("time"))
    before = await look(browser, click(20, 22))
    assert difference(before, await look(browser, INDICATOR)).share < 0.03


async def test_days_that_may_not_be_are_not_taken(browser, page_server):
    await show(browser, page_server, field("date", "2024-02-15", "min=2024-02-12 max=2024-02-20"))
    await work(browser, INDICATOR, day(0, 1))  # the 4th
    assert await browser.evaluate("f.value") == "2024-02-15"
    await work(browser, day(2, 3))  # the 20th
    assert await browser.evaluate("f.value") == "2024-02-20"


async def test_turning_to_another_month(browser, page_server):
    await show(browser, page_server, field("date", "2024-12-24"))
    await work(browser, INDICATOR, click(240, 55), day(3, 0))
    assert await browser.evaluate("f.value") == "2025-01-01"
    await work(browser, INDICATOR, click(32, 55), day(3, 0))
    assert await browser.evaluate("f.value") == "2024-12-04"


async def test_a_field_that_can_not_be_changed_opens_nothing(browser, page_server):
    for more in ("readonly", "disabled"):
        await show(browser, page_server, field("date", "2024-02-15", more))
        before = await look(browser)
        assert difference(before, await look(browser, INDICATOR)).share < 0.03
