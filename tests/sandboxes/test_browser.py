import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, MouseMove, Scroll, Terminate, Type, Wait
from actions.errors import ActionInvalid, ExecutionError
from perception.geometry import Point, Size
from perception.screenshot import difference
from sandboxes.browser import BrowserEnvironment, Page
from sandboxes.errors import PageError, SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.task import Score, Task
from tests import page_server as served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BUTTON = Point(x=40, y=30)
STYLE = "<!doctype html><meta charset=utf-8><style>#b{position:absolute;left:0;top:0;width:120px;height:60px}</style>"


def task(url: str, **more) -> Task:
    return Task(id="t", instruction="", url=url, **more)


def button(script: str, body: str = "") -> str:
    """A page whose button at `BUTTON` runs the script."""
    return f"{STYLE}<button id=b onclick='{script}'>Go</button>{body}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium, load_seconds=10)
    yield environment
    await environment.close()


async def test_a_page_is_seen_as_it_is(browser, page_server):
    url = page_server.add("/", "<title>Red</title><body style='background:#f00'>")
    seen = await browser.reset(task(url))
    assert seen.frame.size == Size(width=352, height=288)
    assert (seen.frame.pixels == [255, 0, 0]).all()
    assert (seen.url, seen.title, seen.notes) == (url, "Red", ())


async def test_a_task_may_ask_for_its_own_size(browser, page_server):
    url = page_server.add("/", "<script>document.write(innerWidth + ' ' + devicePixelRatio)</script>")
    seen = await browser.reset(task(url, viewport=Size(width=500, height=120)))
    assert seen.frame.size == Size(width=500, height=120)
    assert await browser.evaluate("document.body.textContent") == "500 1"


async def test_the_caret_is_in_the_picture(browser, page_server):
    url = page_server.add("/", f"{STYLE}<input id=b style='font-size:30px;outline:none;border:0'>")
    await browser.reset(task(url))
    blank = await browser.step(LeftClick(at=BUTTON))
    shapes = {blank.observation.frame.digest}
    for _ in range(10):  # It blinks twice a second.
        await asyncio.sleep(0.1)
        shapes.add((await browser.observe()).frame.digest)
    assert len(shapes) == 2


async def test_a_step_waits_for_what_it_started(browser, page_server):
    page_server.add("/next", "<title>Next</title><body style='background:#00f'>")
    url = page_server.add("/", button('location = "/next"'))
    await browser.reset(task(url))
    transition = await browser.step(LeftClick(at=BUTTON))
    assert transition.observation.title == "Next"
    assert (transition.observation.frame.pixels == [0, 0, 255]).all()
    assert (transition.reward, transition.terminated, transition.truncated) == (0.0, False, False)
    assert transition.info["at_rest"]


async def test_a_page_that_moves_all_the_time_is_looked_at_all_the_same(browser, page_server):
    body = "<script>setInterval(() => document.body.style.background = `hsl(${performance.now()} 50% 50%)`, 5)</script>"
    await browser.reset(task(page_server.add("/", body)))
    transition = await browser.step(MouseMove(at=BUTTON))
    assert not transition.info["at_rest"]


async def test_scrolling_is_in_the_picture_when_the_step_ends(browser, page_server):
    body = "".join(f"<p>{number}</p>" for number in range(100))
    before = await browser.reset(task(page_server.add("/", body)))
    after = await browser.step(Scroll(at=BUTTON, pixels=-170))
    assert difference(before.frame, after.observation.frame).share > 0.001
    assert await browser.evaluate("scrollY") == 170


@pytest.mark.parametrize(
    ("script", "note", "then"),
    [
        ('alert("Hello\\nyou")', 'A message box said "Hello you" and was closed.', None),
        ('document.title = confirm("Sure?")', 'A box asked "Sure?" and was answered with Cancel.', "false"),
        ('document.title = prompt("Name?")', 'A box asked "Name?" and was answered with Cancel.', "null"),
    ],
)
async def test_boxes_are_answered_and_told(browser, page_server, script, note, then):
    script = script.replace("\n", "\\n")
    await browser.reset(task(page_server.add("/", button(script))))
    seen = (await browser.step(LeftClick(at=BUTTON))).observation
    assert seen.notes == (note,)
    assert then is None or seen.title == then
    assert (await browser.observe()).notes == ()


async def test_a_box_at_the_start_is_told_too(browser, page_server):
    seen = await browser.reset(task(page_server.add("/", "<script>alert('Welcome')</script>")))
    assert seen.notes == ('A message box said "Welcome" and was closed.',)


async def test_a_new_tab_is_followed_and_its_end_leads_back(browser, page_server):
    page_server.add("/tab", "<title>Tab</title>" + button("window.close()"))
    url = page_server.add("/", "<title>First</title>" + button('window.open("/tab")'))
    await browser.reset(task(url))
    tab = (await browser.step(LeftClick(at=BUTTON))).observation
    assert (tab.title, tab.notes) == ("Tab", ("A new tab opened and is shown now.",))
    assert tab.frame.size == Size(width=352, height=288)
    back = (await browser.step(LeftClick(at=BUTTON))).observation
    assert (back.title, back.notes) == ("First", ("The tab was closed; the one before it is shown now.",))
    again = (await browser.step(LeftClick(at=BUTTON))).observation
    assert again.title == "Tab"


async def test_each_reset_is_a_fresh_profile(browser, page_server):
    url = page_server.add("/", "<script>document.title = localStorage.n = +(localStorage.n || 0) + 1</script>")
    assert (await browser.reset(task(url))).title == "1"
    assert (await browser.reset(task(url))).title == "1"


async def test_a_link_that_leads_nowhere_shows_the_browsers_own_page(browser, page_server):
    before = await browser.reset(task(page_server.add("/", button('location = "http://no-such-host.invalid/"'))))
    seen = (await browser.step(LeftClick(at=BUTTON))).observation
    assert difference(before.frame, seen.frame).share > 0.1


async def test_a_slow_answer_to_a_click_is_waited_for(browser, page_server):
    page_server.add("/data", "late")
    script = 'fetch("/data").then(r => r.text()).then(t => document.body.style.background = "#0f0")'
    await browser.reset(task(page_server.add("/", button(script))))
    seen = (await browser.step(LeftClick(at=BUTTON))).observation
    assert seen.frame.pixels[200, 300].tolist() == [0, 255, 0]


async def test_terminate_and_wait_change_nothing(browser, page_server):
    before = await browser.reset(task(page_server.add("/", button(""))))
    for action in (Terminate(status="success"), Wait(seconds=0)):
        assert (await browser.step(action)).observation.frame.digest == before.frame.digest


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://no-such-host.invalid/", "its host is unknown"),
        ("http://127.0.0.1:9/", "can't be opened"),
        ("file:///no/such/page.html", "there is no such file"),
        ("javascript:alert(1)", "begins with http://"),
        ("data:text/html,hi", "begins with http://"),
        ("about:blank", "begins with http://"),
        ("example.com", "begins with http://"),
        ("http:///path", "names no host"),
        ("", "begins with http://"),
    ],
)
async def test_what_can_not_be_opened_is_one_line(browser, url, says):
    with pytest.raises(PageError) as caught:
        await browser.reset(task(url))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_page_that_never_loads_is_one_line(chromium, page_server):
    environment = BrowserEnvironment(chromium=chromium, load_seconds=0.5)
    try:
        url = page_server.add("/", served.Page(b"", stalls=True))
        with pytest.raises(PageError, match=r"did not load within 0\.5 seconds"):
            await environment.reset(task(url))
        page_server.add("/never.png", served.Page(b"", stalls=True))
        half = await environment.reset(task(page_server.add("/half", "<title>Half</title><img src=/never.png>")))
        assert (half.title, half.notes) == ("Half", ("The page is still loading.",))
    finally:
        await environment.close()


@pytest.mark.parametrize("size", [Size.model_construct(width=0, height=288), Size(width=9000, height=288)])
async def test_a_viewport_that_can_not_be_is_one_line(browser, page_server, size):
    given = task(page_server.add("/", "")).model_copy(update={"viewport": size})
    with pytest.raises(PageError, match=f"A viewport of {size} can't be shown"):
        await browser.reset(given)


async def test_a_crash_is_said_and_the_next_reset_mends_it(browser, page_server):
    url = page_server.add("/", button(""))
    await browser.reset(task(url))
    asking = asyncio.ensure_future(browser.page.goto("chrome://crash"))
    await asyncio.wait([asking], timeout=5)
    with pytest.raises(SandboxCrashed, match="crashed"):
        await browser.observe()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert (await browser.reset(task(url))).url == url


async def test_a_point_off_the_page_is_refused(browser, page_server):
    await browser.reset(task(page_server.add("/", button(""))))
    with pytest.raises(ActionInvalid):
        await browser.step(LeftClick(at=Point(x=352, y=288)))


async def test_the_checker_reads_the_page(chromium, page_server):
    async def check(page: Page) -> Score:
        typed = await page.input_value("#b")
        return Score(reward=float(typed == "ok"), success=typed == "ok", facts={"typed": typed})

    environment = BrowserEnvironment(chromium=chromium, checker=check)
    try:
        await environment.reset(task(page_server.add("/", f"{STYLE}<input id=b>")))
        for action in (LeftClick(at=BUTTON), Type(text="ok")):
            await environment.step(action)
        assert await environment.score() == Score(reward=1.0, success=True, facts={"typed": "ok"})
        page_server.add("/", "<title>nothing to read</title>")
        await environment.step(Key(keys=("f5",)))
        environment.page.set_default_timeout(200)
        with pytest.raises(SandboxError, match="can't be checked"):
            await environment.score()
    finally:
        await environment.close()


async def test_without_a_checker_there_is_no_score(browser):
    assert await browser.score() is None


async def test_a_missing_chromium_says_how_to_get_one(tmp_path):
    with pytest.raises(SandboxMissing, match="apt install chromium"):
        await BrowserEnvironment(chromium=tmp_path / "chromium").reset(task("http://127.0.0.1:9/"))
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    with pytest.raises(SandboxMissing, match="does not start") as caught:
        await BrowserEnvironment(chromium=fake, sandbox=False).reset(task("http://127.0.0.1:9/"))
    assert "\n" not in str(caught.value)


async def test_a_page_that_hangs_is_given_up(chromium, page_server):
    environment = BrowserEnvironment(chromium=chromium, action_seconds=1.5)
    try:
        await environment.reset(task(page_server.add("/", button("for (;;);"))))
        with pytest.raises((ExecutionError, SandboxError), match=r"within 1\.5 s"):
            await environment.step(LeftClick(at=BUTTON))
    finally:
        await environment.close()
