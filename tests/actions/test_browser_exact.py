"""Random text arrives as it is, and random points on their pixel; BROWSER_TEST_SIZE says how many of each."""

import random
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from actions.action import Key, LeftClick, LongPress, MouseMove, Open, Scroll, Swipe, SystemButton, Type
from actions.browser import MAX_TYPED, BrowserExecutor
from actions.errors import ActionInvalid, ActionUnsupported
from perception.geometry import Grid, Point, Size
from sandboxes.chromium import FLAGS
from tests.sandboxes.browsing import NUM_TRIES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ALPHABETS: tuple[list[str], ...] = (
    list(map(chr, range(32, 127))),
    list("àéîõüßçñøåÆŒłžşğıİ¿¡€£"),
    list("日本語漢字かなカナ한국어中文简体繁體"),
    [*"ΑαΩωЯяЖжעבריתعربية", "हि", "न्दी", "ไทย"],
    ["🙂", "🚀", "👩‍👩‍👧", "🇩🇪", "🇫🇷", "👍🏽", "1️⃣", "❤️", "e\u0301", "ﬁ"],
)
"""Whole signs, some of several code points."""
FIELDS = """<!doctype html><meta charset=utf-8><style>body { margin: 0; height: 100vh }</style>
<textarea id=t style='width:300px;height:120px'></textarea><input id=i><input id=j><script>
window.seen = [];
for (const kind of ['pointerdown', 'pointermove', 'pointerup'])
  addEventListener(kind, e => seen.push([kind, e.clientX, e.clientY, e.buttons]));
window.keys = [];
for (const kind of ['keydown', 'keyup']) addEventListener(kind, e => keys.push([kind, e.key]));
</script>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        await running.close()


async def opened(browser, size: Size, scale: float = 1.0) -> Page:
    context = await browser.new_context(
        viewport={"width": size.width, "height": size.height}, device_scale_factor=scale
    )
    page = await context.new_page()
    await page.set_content(FIELDS)
    return page


def random_text(rng: random.Random) -> str:
    """Of one alphabet or of all, with lines, short enough to be typed or long enough to be put in."""
    alphabet = [*rng.choice([*ALPHABETS, [sign for signs in ALPHABETS for sign in signs]]), "\n"]
    return "".join(rng.choices(alphabet, k=rng.choice([1, 7, 40, MAX_TYPED, MAX_TYPED + 60])))


async def test_random_text_arrives_as_it_is(browser):
    page, rng = await opened(browser, Size(width=352, height=288)), random.Random(1)
    executor = BrowserExecutor(page)
    await executor.execute(LeftClick(at=Point(x=50, y=50)))
    for index in range(NUM_TRIES):
        text = random_text(rng)
        await executor.execute(Type(text=text))
        assert await page.evaluate("t.value") == text, index
        await page.evaluate("void (t.value = '')")
    await page.context.close()


@pytest.mark.parametrize("length", [10, 300])
async def test_a_tab_is_the_key(browser, length):
    page = await opened(browser, Size(width=352, height=288))
    executor = BrowserExecutor(page)
    await executor.execute(LeftClick(at=Point(x=50, y=50)))
    await executor.execute(Type(text=f"{'a' * length}\tName\tCity"))
    assert await page.evaluate("[t.value, i.value, j.value]") == ["a" * length, "Name", "City"]
    await page.evaluate("void (t.onkeydown = e => { if (e.key == 'Tab') { e.preventDefault(); t.value += '    ' } })")
    await executor.execute(LeftClick(at=Point(x=50, y=50)))
    await executor.execute(Type(text="\tb"))
    assert (await page.evaluate("t.value")).endswith("    b"), "a field that takes the key gets it"
    await page.context.close()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
async def test_random_points_land_on_their_pixel(browser, scale):
    size = Size(width=353, height=287)
    page, rng = await opened(browser, size, scale), random.Random(2)
    executor = BrowserExecutor(page, scale=scale)
    frame = Size(width=int(size.width * scale + 0.5), height=int(size.height * scale + 0.5))
    marks = [(x, y) for x in (0, 999, 1000) for y in (0, 999, 1000)]
    corners = [Point(x=x, y=y) for x in (0, frame.width - 1) for y in (0, frame.height - 1)]
    points = [*(Grid(top=top).to_pixel(x, y, frame) for top in (999, 1000) for x, y in marks), *corners]
    points += [Point(x=rng.randrange(frame.width), y=rng.randrange(frame.height)) for _ in range(NUM_TRIES)]
    for point in points:
        await executor.execute(LeftClick(at=point))
    downs = await page.evaluate("seen.filter(e => e[0] === 'pointerdown')")
    landed = [Point(x=int(x * scale + 0.001), y=int(y * scale + 0.001)) for _, x, y, _ in downs]
    assert landed == points
    for point in (Point(x=frame.width, y=0), Point(x=0, y=frame.height)):
        with pytest.raises(ActionInvalid, match=f"off the page, which is {frame}"):
            await executor.execute(MouseMove(at=point))
    await page.context.close()


async def test_the_wheel_turns_by_pixels_of_the_screen(browser):
    page = await opened(browser, Size(width=352, height=288), 2.0)
    await page.evaluate("document.body.style.height = '5000px'")
    await BrowserExecutor(page, scale=2.0).execute(Scroll(at=Point(x=600, y=500), pixels=-300))
    await page.wait_for_function("scrollY === 150")
    await page.context.close()


async def test_a_long_press_holds_the_button(browser):
    page = await opened(browser, Size(width=352, height=288))
    await page.evaluate(
        "for (const k of ['pointerdown', 'pointerup']) addEventListener(k, e => window[k] = e.timeStamp)"
    )
    await BrowserExecutor(page).execute(LongPress(at=Point(x=320, y=200), seconds=0.4))
    assert [event[:3] for event in await page.evaluate("seen")][-2:] == [
        ["pointerdown", 320, 200],
        ["pointerup", 320, 200],
    ]
    assert 380 < await page.evaluate("pointerup - pointerdown") < 2000
    await page.context.close()


@pytest.mark.parametrize(
    "action",
    [
        Swipe(start=Point(x=1, y=1), end=Point(x=9, y=9)),
        SystemButton(button="back"),
        Open(app="Clock"),
    ],
)
async def test_what_phones_alone_have_is_refused(browser, action):
    page = await opened(browser, Size(width=352, height=288))
    with pytest.raises(ActionUnsupported, match=f'A browser has no action "{action.kind}"'):
        await BrowserExecutor(page).execute(action)
    await page.context.close()


async def test_no_key_stays_down(browser):
    page = await opened(browser, Size(width=352, height=288))
    executor = BrowserExecutor(page)
    for keys in (("ctrl", "shift", "hyper"), ("alt", "nokey")):
        with pytest.raises(Exception, match="key failed"):
            await executor.execute(Key(keys=keys))
    assert [key for kind, key in await page.evaluate("keys") if kind == "keyup"] == ["Shift", "Control", "Alt"]
    await executor.execute(LeftClick(at=Point(x=50, y=50)))
    await executor.execute(Type(text="plain"))
    assert await page.evaluate("t.value") == "plain"
    await page.context.close()
