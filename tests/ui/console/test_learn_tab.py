"""The tabs about learning in a real browser: curves that grow, a promotion by two clicks, tables and pictures."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from agent.events import Watcher
from agent.guard.person import Person
from tests.tiny_model import write_folder
from tests.ui.console.learned import EVIL, choose, learned, places_in, sft_lines, write_metrics
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import SECONDS, go_to
from ui.console.places import Places
from ui.console.stage import Order

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def _launch(order: Order, watcher: Watcher, person: Person) -> None:
    raise AssertionError("nothing is run here")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return learned(tmp_path)


async def entered(browser: Browser, console: ConsoleServer) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(console.link)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    return page


async def test_curves_grow_while_the_tab_is_open_and_only_then(browser: Browser, places: Places) -> None:
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await go_to(page, "Learn")
        await choose(page, "Training run", "sft")
        state = page.locator(".he-state span").filter(has_text="last figures")
        await expect(state).to_contain_text("sft, step 400", timeout=SECONDS)
        await expect(page.locator(".he-curves figure")).to_have_count(3)
        await expect(
            page.get_by_role("img", name=re.compile("loss of replies: from .* to .* at step 400"))
        ).to_be_visible()
        write_metrics(places.training / "sft", sft_lines([410]))
        await expect(state).to_contain_text("step 410", timeout=SECONDS)
        await go_to(page, "Live")
        await page.wait_for_timeout(2500)
        write_metrics(places.training / "sft", sft_lines([420]))
        await page.wait_for_timeout(4500)
        assert "step 410" in (await state.text_content() or ""), "a tab that nobody looks at asks for nothing"
        await go_to(page, "Learn")
        await expect(state).to_contain_text("step 420", timeout=SECONDS)
        write_metrics(places.training / "new", sft_lines([10]))
        await choose(page, "Training run", "new: step 10")
        await expect(page.locator(".he-screen:visible")).to_contain_text("once there are two lines", timeout=SECONDS)
        await choose(page, "Training run", "rl: step 1")
        await expect(page.locator(".he-facts:visible").first).to_contain_text(EVIL, timeout=SECONDS)
        assert await page.evaluate("window.evil") is None


async def test_a_promotion_takes_two_clicks_and_says_what_came_of_it(browser: Browser, places: Places) -> None:
    write_folder(places.training / "tiny" / "model")
    write_metrics(places.training / "tiny", sft_lines([10]))
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await go_to(page, "Learn")
        await page.locator("#he-promote").click()
        await expect(page.locator(".he-note:visible")).to_contain_text("Choose a model", timeout=SECONDS)
        await choose(page, "Model to promote", "tiny/model")
        await page.get_by_label("Compared on").fill("--help")
        await page.locator("#he-promote").click()
        await expect(page.locator(".he-note:visible")).to_contain_text("Name tasks or suites", timeout=SECONDS)
        await page.get_by_label("Compared on").fill("click-nothing")
        await page.get_by_label("Episodes of each").fill("1")
        await page.get_by_label("Taught tasks").fill("parcel")
        await page.locator("#he-promote").dblclick()
        await expect(page.locator(".he-note:visible")).to_contain_text("better at parcel beyond doubt", timeout=SECONDS)
        await page.get_by_label("Taught tasks").fill("")
        yes = page.locator("#he-promote-yes")
        await expect(yes).to_be_visible(timeout=SECONDS)
        await page.get_by_role("button", name="Leave it").click()
        await expect(yes).to_be_hidden(timeout=SECONDS)
        await expect(page.get_by_text("Not compared")).to_have_count(0)
        await page.locator("#he-promote").click()
        await expect(yes).to_be_visible(timeout=SECONDS)
        await page.wait_for_timeout(900)
        await yes.click()
        await expect(page.get_by_text("Not compared")).to_be_visible(timeout=2 * SECONDS)
        await expect(page.locator(".he-said")).to_contain_text("click-nothing")
        await expect(page.locator("#he-promote")).to_be_enabled()
        assert len(places.current.with_name("current.jsonl").read_text().splitlines()) == 2, "nothing was decided"


async def test_a_model_is_compared_in_the_background_and_stays_where_it_is(
    browser: Browser, tmp_path: Path, chromium: Path
) -> None:
    places = places_in(tmp_path)
    places.runs.mkdir()
    card = {"name": "tiny", "version": "1", "prompt": "compact"}
    (write_folder(places.training / "tiny" / "model") / "handeye.json").write_text(json.dumps(card))
    write_metrics(places.training / "tiny", sft_lines([10]))
    record = places.current.with_name("current.jsonl")
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await go_to(page, "Learn")
        await choose(page, "Model to promote", "tiny/model")
        await page.get_by_label("Compared on").fill("click-button")
        await page.get_by_label("Episodes of each").fill("2")
        await page.locator("#he-promote").click()
        await expect(page.locator("#he-promote-yes")).to_be_visible(timeout=SECONDS)
        await page.wait_for_timeout(900)
        await page.locator("#he-promote-yes").click()
        await expect(page.get_by_text("Comparing", exact=True)).to_be_visible(timeout=SECONDS)
        await expect(page.locator("#he-promote")).to_be_disabled()
        await expect(page.locator(".he-said")).to_contain_text("measuring", timeout=2 * SECONDS)
        await expect(page.get_by_text("Not promoted", exact=True)).to_be_visible(timeout=4 * SECONDS)
        await expect(page.get_by_role("region", name="Decisions")).to_contain_text("no: ", timeout=SECONDS)
        (decision,) = [json.loads(line) for line in record.read_text().splitlines()]
        assert (decision["promoted"], places.current.exists()) == (False, False)
        await go_to(page, "Benchmarks")
        await choose(page, "Evaluation", "miniwob")
        await expect(page.get_by_role("region", name=re.compile("^Tasks of miniwob"))).to_contain_text("click-button")


async def test_a_promotion_is_stopped_from_the_page_and_with_the_console(browser: Browser, places: Places) -> None:
    model = write_folder(places.training / "tiny" / "model")
    write_metrics(places.training / "tiny", sft_lines([10]))
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await go_to(page, "Learn")
        await choose(page, "Model to promote", "tiny/model")
        stop = page.get_by_role("button", name="Stop comparing")
        for is_last in (False, True):
            await page.locator("#he-promote").click()
            await expect(page.locator("#he-promote-yes")).to_be_visible(timeout=SECONDS)
            await page.wait_for_timeout(900)
            await page.locator("#he-promote-yes").click()
            await expect(stop).to_be_visible(timeout=SECONDS)
            assert len(processes_with(str(model))) == 1
            await page.wait_for_timeout(1500)
            if is_last:
                break
            await stop.click()
            await expect(stop).to_be_hidden(timeout=SECONDS)
            await expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
            await expect(page.locator("#he-promote")).to_be_enabled(timeout=SECONDS)
    assert processes_with(str(model)) == []


def processes_with(word: str) -> list[str]:
    """The numbers of processes that have this word in their command line."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word in path.read_bytes().decode(errors="replace").split("\0"):
                found.append(path.parent.name)
    return found


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["laptop", "phone"])
async def test_tables_differences_and_pictures_of_failures(
    browser: Browser, places: Places, size: tuple[int, int]
) -> None:
    asked: list[str] = []
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("request", lambda request: asked.append(request.url))
        await go_to(page, "Benchmarks")
        await choose(page, "Evaluation", "better")
        table = page.get_by_role("region", name="Tasks of forms, better")
        await expect(table).to_contain_text("69.9% to 97.2%", timeout=SECONDS)
        await choose(page, "Compared with an earlier one", "nano")
        difference = page.get_by_role("region", name="Difference: better less nano")
        await expect(difference).to_contain_text("+40.5% to +83.9%", timeout=SECONDS)
        picture = page.locator(".he-shots img").first
        await picture.scroll_into_view_if_needed()
        await until_loaded(picture.page)
        await expect(page.locator(".he-shots img")).to_have_count(5)
        await choose(page, "Failures of", "click-button")
        await expect(page.locator(".he-shots img")).to_have_count(2, timeout=SECONDS)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate("window.evil") is None
        pictures = [url for url in asked if "/evaluation/" in url]
        assert pictures
        assert {url.split("/evaluation/")[0] for url in pictures} == {console.url}


async def until_loaded(page: Page) -> None:
    """Wait until a picture of a failure is really shown."""
    await page.wait_for_function(
        "[...document.querySelectorAll('.he-shots img')].some((one) => one.naturalWidth === 160)", timeout=SECONDS
    )


async def test_the_doctor_looks_when_asked(browser: Browser, places: Places) -> None:
    with ConsoleServer(_launch, places.runs, places) as console:
        page = await entered(browser, console)
        await go_to(page, "Doctor")
        await expect(page.get_by_text("Press the button")).to_be_visible(timeout=SECONDS)
        await page.locator("#he-look").click()
        found = page.get_by_role("region", name="What the doctor found")
        await expect(found).to_contain_text("package perception", timeout=SECONDS)
        await expect(page.get_by_text(re.compile("^looked "))).to_be_visible(timeout=2 * SECONDS)
        await expect(found).to_contain_text("chromium")
        await expect(page.locator("#he-look")).to_be_enabled()
