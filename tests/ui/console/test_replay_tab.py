"""The replay tab in a real browser: runs are found, gone through, marked, put right, compared, sent on."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from agent.recorder import load
from agent.review import Review, reviews
from agent.trajectory import Outcome
from tests.ui.console.server import ConsoleServer
from tests.ui.many_runs import write_runs
from tests.ui.sample_run import SIZE, record_run
from ui.console.stage import Order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 40_000
LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVIL = "<img src=x onerror='window.evil = 1'>"
GOOD, BAD = "20200101-000000-ada", "20200102-000000-evil"


async def _launch(order: Order, *rest: object) -> None:
    raise AssertionError("nobody starts a run here")


@pytest.fixture
def console(runs_folder: Path) -> ConsoleServer:
    """Two runs with pictures, and a page and a half without."""
    record_run(runs_folder / GOOD)
    record_run(runs_folder / BAD, outcome=Outcome(kind="gave_up"), instruction=f"Buy {EVIL}", thought=f"Look {EVIL}")
    write_runs(runs_folder, 75)
    return ConsoleServer(_launch, runs_folder)


async def opened(browser: Browser, console: ConsoleServer, size: dict[str, int], faults: list[str]) -> Page:
    """The tab, with its list."""
    context = await browser.new_context(viewport=size, accept_downloads=True)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(console.link)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    await page.get_by_role("tab", name="Replay").click()
    await expect(page.locator("#he-found")).to_have_text("77 runs, page 1 of 2", timeout=SECONDS)
    return page


async def found(page: Page, field: str, text: str, number: str) -> None:
    """Fill in a field of the filter, and wait for how many there are."""
    await page.get_by_label(field, exact=True).last.fill(text)
    await page.get_by_label(field, exact=True).last.press("Enter")
    await expect(page.locator("#he-found")).to_have_text(number, timeout=SECONDS)


async def open_run(page: Page, words: str) -> None:
    """Open a run of the list."""
    await page.locator(".he-open", has_text=words).click()
    await expect(page.locator(".he-point:visible img")).to_be_visible(timeout=SECONDS)


async def at_step(page: Page, words: str) -> None:
    """Wait until a step is shown."""
    await expect(page.locator(".he-state:visible", has_text=words).first).to_be_visible(timeout=SECONDS)


async def point(page: Page, x: int, y: int) -> None:
    """Click a pixel of the run's screen."""
    image = page.locator(".he-point:visible img")
    await image.scroll_into_view_if_needed()
    box = await image.bounding_box()
    assert box is not None
    left, top = box["x"] + (x + 0.5) * box["width"] / SIZE.width, box["y"] + (y + 0.5) * box["height"] / SIZE.height
    await page.mouse.click(left, top)


def said_of(runs: Path, name: str) -> dict[int, Review]:
    """What people said of a run's steps."""
    return reviews(runs / name, load(runs / name).steps)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_a_run_is_found_marked_put_right_and_sent_to_a_data_set(
    browser: Browser, console: ConsoleServer, runs_folder: Path, tmp_path: Path, size: dict[str, int]
) -> None:
    faults: list[str] = []
    with console:
        page = await opened(browser, console, size, faults)
        await page.get_by_role("button", name="Older").click()
        await expect(page.locator("#he-found")).to_have_text("77 runs, page 2 of 2", timeout=SECONDS)
        await found(page, "In the steps", "newsl", "2 runs, page 1 of 1")
        await found(page, "Task", "ada", "1 run, page 1 of 1")
        await open_run(page, "Order for")
        await at_step(page, "step 1 of 5")
        await page.locator("#he-next").click()
        await at_step(page, "step 2 of 5")
        await page.locator("#he-bad").click()
        await at_step(page, "Marked bad")
        await page.locator("#he-next").click()
        await at_step(page, "step 3 of 5")
        await point(page, 200, 132)
        await expect(page.locator("#he-correct")).to_contain_text("Put the click right: (", timeout=SECONDS)
        assert list(said_of(runs_folder, GOOD)) == [1], "pointing says nothing"
        await page.locator("#he-correct").click()
        await at_step(page, "Click put right")
        corrected = said_of(runs_folder, GOOD)[2]
        assert corrected.at is not None
        assert abs(corrected.at.x - 200) <= 2
        assert abs(corrected.at.y - 132) <= 2
        assert corrected.by == "browser 1 at the console"
        await page.locator(".he-runs input").check()
        await page.get_by_role("button", name="Send to a data set").first.click()
        await expect(page.locator("#he-selected")).to_have_text("1 selected", timeout=SECONDS)
        await page.get_by_label("Name of the data set").fill("../up")
        await page.locator("#he-send").click()
        await expect(page.locator("#he-sent")).to_contain_text(
            "Nothing was written: a data set's name", timeout=SECONDS
        )
        await page.get_by_label("Name of the data set").fill("forms-1")
        await page.locator("#he-send").click()
        await expect(page.locator("#he-sent")).to_contain_text("4 steps of 1 run", timeout=SECONDS)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
    lines = [json.loads(line) for line in (tmp_path / "datasets/forms-1/train.jsonl").read_text().splitlines()]
    assert [line["actor"] for line in lines] == ["model", "human", "model", "model"]
    assert not (tmp_path / "up").exists()
    assert faults == []


async def test_steps_are_gone_through_with_keys_and_two_runs_are_compared(
    browser: Browser, console: ConsoleServer, runs_folder: Path
) -> None:
    faults: list[str] = []
    with console:
        page = await opened(browser, console, LAPTOP, faults)
        await found(page, "In the steps", "newsl", "2 runs, page 1 of 1")
        await open_run(page, "Buy")
        await expect(page.locator("h3:visible")).to_have_text(f"Buy {EVIL}")
        await page.keyboard.press("ArrowRight")
        await at_step(page, "step 1 of 5")
        await page.locator("#he-next").focus()
        await page.keyboard.press("ArrowRight")
        await at_step(page, "step 2 of 5")
        await page.keyboard.press("ArrowRight")
        await at_step(page, "step 3 of 5")
        await page.keyboard.press("ArrowLeft")
        await at_step(page, "step 2 of 5")
        await page.locator(".he-runs button[data-kind=compare]").last.click()
        await expect(page.locator("#he-difference")).to_contain_text("do the same, step for step", timeout=SECONDS)
        await expect(page.locator("#he-other img")).to_be_visible()
        await page.get_by_role("button", name="Stop comparing").click()
        await expect(page.locator("#he-other")).to_be_hidden(timeout=SECONDS)
        await page.locator("#he-good").click()
        await at_step(page, "Marked good")
        await page.get_by_role("button", name="Take the mark back").click()
        await at_step(page, "Not reviewed")
        assert said_of(runs_folder, BAD) == {}
        assert await page.evaluate("window.evil") is None
    assert faults == []


async def test_the_run_is_taken_along_as_one_file(browser: Browser, console: ConsoleServer, tmp_path: Path) -> None:
    faults: list[str] = []
    with console:
        page = await opened(browser, console, LAPTOP, faults)
        await found(page, "Task", "ada", "1 run, page 1 of 1")
        await open_run(page, "Order for")
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Download replay.html").click()
        download = await waiting.value
        assert download.suggested_filename == "replay.html"
        await download.save_as(tmp_path / "taken.html")
    other = await browser.new_page()
    await other.goto((tmp_path / "taken.html").as_uri())
    await expect(other.locator("#pill")).to_have_text("done")
    await expect(other.locator(".screen img")).to_be_visible()
    assert faults == []


async def test_fields_that_make_no_sense_are_answered_with_a_sentence(browser: Browser, console: ConsoleServer) -> None:
    faults: list[str] = []
    with console:
        page = await opened(browser, console, PHONE, faults)
        await page.get_by_label("From", exact=True).fill("yesterday")
        await page.get_by_role("button", name="Find").click()
        await expect(page.locator(".he-note:visible")).to_have_text(
            "'yesterday' is no day: write it as 2026-05-31.", timeout=SECONDS
        )
        await page.get_by_label("From", exact=True).fill("2031-01-01")
        await page.get_by_role("button", name="Find").click()
        await expect(page.get_by_text("No run is here.")).to_be_visible(timeout=SECONDS)
        await page.get_by_role("button", name="Send to a data set").first.click()
        await page.get_by_label("Name of the data set").fill("none")
        await page.locator("#he-send").click()
        await expect(page.locator("#he-sent")).to_contain_text("select runs in the list first", timeout=SECONDS)
    assert faults == []
