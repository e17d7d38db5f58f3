"""The whole way of a new user, with the bundled model in a real browser on a real page, on the screens of a laptop and
a phone: a run is watched, one action refused, one approved, another run taken over and handed back; then a click is put
right, the runs become a data set, and one leaves as a file."""

import json
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from actions.action import LeftClick, Type
from agent.recorder import load
from agent.settings import load as load_settings
from agent.trajectory import Trajectory
from sandboxes.demos.signup import PAGE, VIEWPORT, Signup
from tests.page_server import PageServer
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import (
    LAPTOP,
    PHONE,
    SECONDS,
    choose_question,
    entered,
    go_to,
    picture,
    point,
    says,
    view_of,
)
from ui.console.launch import launch_with
from ui.words import action_words

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORM = Signup(
    title="Summer Picnic",
    theme="paper",
    fields={"Name": "Mara Lind", "City": "Lisbon"},
    check="Bring a guest",
    button="Order",
)
CITY, ORDER = (175, 163), (77, 237)
"""Middles of the second field and of the button."""
REPORTS = """<script>
addEventListener("submit", () => fetch("/sent/" + encodeURIComponent(JSON.stringify(submissions[0]))));
</script></body>"""
"""Tells the server what was sent, so that it is known when the browser has long been closed."""
OVER = re.compile("Ended|Failed")
"""Whatever the bundled model believes of what it did."""
MODEL_SECONDS = 180_000
"""Milliseconds that the model may take for one stretch of its way, on a busy machine."""


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_run_answer_take_over_put_right_and_teach(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path, size: dict[str, int]
) -> None:
    url = f"{page_server.add('/form', PAGE.read_text().replace('</body>', REPORTS))}?{urlsplit(FORM.url).query}"
    flags = {"run.folder": runs_folder, "browser.viewport": VIEWPORT.model_dump()}
    faults: list[str] = []
    with ConsoleServer(launch_with(load_settings(None, flags, {})), runs_folder) as console:
        page = await entered(browser, console, size, faults)
        await _three_steps_are_watched(page, console, url)
        await _one_is_refused(page)
        await _one_is_approved(page)
        answered = _as_it_was_answered(console)
        await _the_mouse_is_borrowed(page, console, url)
        by_hand = _as_it_was_done(console)
        sent = [{**FORM.wanted}, {**FORM.wanted, "City": "LisbonBergen"}]
        assert [path for path in page_server.requested if path.startswith("/sent/")] == [*map(_report, sent)]
        await _a_click_is_put_right(page)
        await _both_become_a_data_set(page)
        await _one_leaves_as_a_file(page, browser, tmp_path)
    assert faults == []
    _is_learned(tmp_path / "datasets" / "tour", answered, by_hand)


async def _three_steps_are_watched(page: Page, console: ConsoleServer, url: str) -> None:
    """The bundled model's first steps, as they happen; the model's field is left as the page brings it."""
    await expect(page.get_by_label("Model")).to_have_value("nano")
    await _begin(page, FORM.instruction, url)
    for number in (1, 2, 3):
        row = page.locator(".he-steps > li", has=page.get_by_text(str(number), exact=True))
        await expect(row).to_be_visible(timeout=MODEL_SECONDS)
        step = view_of(console).steps[number - 1]
        await expect(row).to_contain_text(step.thought)
        await expect(row).to_contain_text(action_words(step.action))
    await expect(page.locator(".he-screen:visible img")).to_be_visible()
    await _fits(page)


async def _one_is_refused(page: Page) -> None:
    """An order is asked about, as any is; that somebody is waited for is seen at once, under Live."""
    await _asks(page)
    await expect(page.locator(".he-ask")).to_contain_text('presses "Order"')
    await page.get_by_label("Why not").fill("not before noon")
    await page.get_by_role("button", name="Refuse").click()
    await expect(page.get_by_text("You said: refused")).to_be_visible(timeout=SECONDS)
    await _fits(page)


async def _one_is_approved(page: Page) -> None:
    """The bundled model reads no advice and asks anew; now it may."""
    await choose_question(page)
    await page.locator("#he-approve").click()
    await expect(page.get_by_text("You said: approved")).to_be_visible(timeout=SECONDS)
    await go_to(page, "Live")
    await says(page, OVER, MODEL_SECONDS)
    await expect(page.get_by_role("tab", name="Questions", exact=True)).to_be_visible(timeout=SECONDS)


async def _the_mouse_is_borrowed(page: Page, console: ConsoleServer, url: str) -> None:
    """Another run asks: the person takes it over, clicks, types and clicks on its screen, and hands back."""
    await _begin(page, FORM.instruction, url)
    await _asks(page)
    await page.get_by_role("button", name="Take over instead").click()
    await says(page, "Your turn")
    number = len(view_of(console).steps)
    await point(page, CITY)
    await _hand_of(page, console, number + 1)
    await page.get_by_label("Text to type").fill("Bergen")
    await page.get_by_role("button", name="Type").click()
    await _hand_of(page, console, number + 2)
    await _fits(page)
    await point(page, ORDER)
    await _hand_of(page, console, number + 3)
    await page.get_by_role("button", name="Hand back").click()
    await go_to(page, "Live")
    await says(page, OVER, MODEL_SECONDS)


def _as_it_was_answered(console: ConsoleServer) -> Trajectory:
    """The record of the run that was refused first and approved then."""
    recorded = _recorded(console)
    refused, approved = (step for step in recorded.steps if "question" in step.info.get("guard", {}))
    assert "not before noon" in refused.error
    assert (refused.after, approved.error) == (None, "")
    assert approved.info["guard"]["by"] == "browser 1 at the console"
    return recorded


def _as_it_was_done(console: ConsoleServer) -> Trajectory:
    """The record of the run that was taken over."""
    recorded = _recorded(console)
    click, text, press = (step.action for step in recorded.steps if step.actor == "human")
    assert isinstance(click, LeftClick)
    assert isinstance(press, LeftClick)
    assert text == Type(text="Bergen")
    assert recorded.steps[-1].actor == "model"
    return recorded


async def _a_click_is_put_right(page: Page) -> None:
    """The first click of the run belonged a little further to the left, says the person."""
    await go_to(page, "Replay")
    await page.locator(".he-open", has_text="Mara Lind").last.click(timeout=SECONDS)
    await expect(picture(page)).to_be_visible(timeout=SECONDS)
    await point(page, (90, 100))
    await expect(page.locator("#he-correct")).to_contain_text("Put the click right", timeout=SECONDS)
    await page.locator("#he-correct").click()
    await expect(page.get_by_text("Click put right")).to_be_visible(timeout=SECONDS)
    await page.locator("#he-next").click()
    await expect(page.get_by_text("step 2 of")).to_be_visible(timeout=SECONDS)
    await page.locator("#he-good").click()
    await expect(page.get_by_text("Marked good")).to_be_visible(timeout=SECONDS)
    await _fits(page)


async def _both_become_a_data_set(page: Page) -> None:
    """The runs are selected and sent, and stand among the data sets to learn from."""
    await page.get_by_role("button", name="Select all that were found").click()
    await page.get_by_role("button", name="Send to a data set").first.click()
    await expect(page.locator("#he-selected")).to_have_text("2 selected", timeout=SECONDS)
    await page.get_by_label("Name of the data set").fill("tour")
    await page.locator("#he-send").click()
    await expect(page.locator("#he-sent")).to_contain_text("steps of 2 runs", timeout=SECONDS)
    await _fits(page)
    await go_to(page, "Learn")
    await expect(page.get_by_role("region", name="Data sets")).to_contain_text("tour", timeout=SECONDS)
    await _fits(page)


async def _one_leaves_as_a_file(page: Page, browser: Browser, folder: Path) -> None:
    """The file shows the run in a browser that knows nothing of the console."""
    await go_to(page, "Replay")
    async with page.expect_download(timeout=SECONDS) as waiting:
        await page.get_by_role("link", name="Download replay.html").click()
    download = await waiting.value
    assert download.suggested_filename == "replay.html"
    elsewhere = await (await browser.new_context(offline=True)).new_page()
    await download.save_as(folder / download.suggested_filename)
    await elsewhere.goto((folder / "replay.html").as_uri())
    await expect(elsewhere.get_by_text('Type "Mara Lind"').first).to_be_visible(timeout=SECONDS)
    await elsewhere.locator("#list button", has=elsewhere.locator(".dot.bad")).click()
    await expect(elsewhere.get_by_text("not before noon")).to_be_visible(timeout=SECONDS)


def _is_learned(folder: Path, answered: Trajectory, by_hand: Trajectory) -> None:
    """What the data set teaches: all that was done, the click where it belonged, and what the person did."""
    lines = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    done = [step for recorded in (answered, by_hand) for step in recorded.steps if not step.error]
    assert len(lines) == len(done)
    people = [line for line in lines if line["actor"] == "human"]
    assert len(people) == 4, "the click that was put right, and three by hand"


async def _begin(page: Page, instruction: str, url: str) -> None:
    await page.get_by_label("Instruction").fill(instruction)
    await page.get_by_label("URL", exact=True).fill(url)
    await page.get_by_role("button", name="Start").click()


async def _asks(page: Page) -> None:
    """Wait for a question, and look at it."""
    await says(page, "Asks you", MODEL_SECONDS)
    await expect(page.get_by_role("tab", name="Questions (1)")).to_be_visible(timeout=SECONDS)
    await go_to(page, "Questions")
    await choose_question(page)


async def _hand_of(page: Page, console: ConsoleServer, number: int) -> None:
    """Wait until so many steps are recorded, and the page shows the turn after them."""
    await expect(page.locator(".he-state:visible").first).to_contain_text(f"step {number + 1}:", timeout=SECONDS)
    await expect(picture(page)).to_have_attribute("data-of", str(view_of(console).sitting.turn), timeout=SECONDS)


async def _fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"


def _report(sent: dict[str, str | bool]) -> str:
    """What the page asks its server for when this is sent."""
    return f"/sent/{quote(json.dumps(sent, separators=(',', ':')), safe='')}"


def _recorded(console: ConsoleServer) -> Trajectory:
    folder = view_of(console).folder
    assert folder is not None
    return load(folder)
