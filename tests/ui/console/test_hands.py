"""The console in a real browser, on a real page: questions are answered, the mouse is taken over, runs are steered."""

import asyncio
import threading
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from actions.action import Action, LeftClick, Scroll, Type
from agent.guard.question import Question, Questions
from agent.recorder import load
from perception.geometry import Point
from tests.page_server import PageServer
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import (
    DRAFT,
    FIELD,
    LAPTOP,
    PAGE,
    PHONE,
    SECONDS,
    SEND,
    choose_question,
    console_with,
    entered,
    go_to,
    picture,
    point,
    press,
    reply,
    says,
    start,
    view_of,
)
from ui.console import live_tab
from ui.console.feed import controls_mark
from ui.console.stages import Stages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

END = reply("terminate", status="success")


def is_click_near(action: Action | None, at: tuple[int, int]) -> bool:
    """Whether it is a click there, give or take what a browser rounds of a picture that is shown smaller."""
    return isinstance(action, LeftClick) and abs(action.at.x - at[0]) <= 2 and abs(action.at.y - at[1]) <= 2


async def ended(console: ConsoleServer, name: str = "") -> None:
    """Wait until a run is over, the newest without a name."""
    for _ in range(400):
        if view_of(console, name).phase == "ended":
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"it goes on: {view_of(console, name)}")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_questions_are_moved_approved_and_refused(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path, size: dict[str, int]
) -> None:
    faults: list[str] = []
    with console_with([press(SEND), press(SEND), END], tmp_path, runs_folder) as console:
        page = await entered(browser, console, size, faults)
        await start(page, page_server.add("/shop", PAGE))
        await says(page, "Asks you")
        await go_to(page, "Questions")
        await choose_question(page)
        await expect(page.locator(".he-ask")).to_contain_text('presses "Send message"')
        await expect(page.locator(".he-ask")).to_contain_text("looked at once more")
        await expect(page.locator(".he-crop")).to_be_visible()
        await point(page, DRAFT)
        await expect(page.locator("#he-approve")).to_contain_text("Approve at (1", timeout=SECONDS)
        first_asked = view_of(console).question
        assert first_asked is not None, "pointing answers nothing"
        await page.locator("#he-approve").click()
        await _question_after(console, first_asked.id)
        await choose_question(page)
        assert len(view_of(console).steps) == 1
        await page.get_by_label("Why not").fill("not this one")
        await page.get_by_label("Why not").press("Enter")
        await ended(console)
        folder = view_of(console).folder
        assert folder is not None
        first, second, _ = load(folder).steps
        assert first.actor == "human"
        assert is_click_near(first.action, DRAFT)
        assert first.info["guard"]["by"] == "browser 1 at the console"
        assert second.error.startswith("A person was asked and refused: not this one")
        assert second.after is None
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
    assert faults == []


async def test_double_clicks_two_people_and_a_stale_page_answer_once_and_nothing_else(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    with console_with([press(SEND), press(SEND), END], tmp_path, runs_folder) as console:
        one = await entered(browser, console, LAPTOP, faults)
        link = await _link_for_another(one)
        context = await browser.new_context(viewport=LAPTOP)  # type: ignore[arg-type]
        other = await context.new_page()
        await other.goto(link)
        await start(one, page_server.add("/shop", PAGE))
        for page in (one, other):
            await go_to(page, "Questions")
            await choose_question(page)
        first = view_of(console).question
        assert first is not None
        await asyncio.gather(one.locator("#he-approve").dblclick(), other.locator("#he-approve").dblclick())
        second = await _question_after(console, first.id)
        assert (second.step, len(view_of(console).steps)) == (1, 1)
        for page in (one, other):  # Neither shows the next question by itself, nor anything to approve it with.
            await expect(page.locator("#he-approve:visible")).to_have_count(0, timeout=SECONDS)
            await expect(page.locator(".he-ask:visible")).to_have_count(0)
        assert [question.id for question in Questions(view_of(console).folder or tmp_path).open()] == [second.id]
        told = await asyncio.gather(*(page.locator(".he-note:visible").all_inner_texts() for page in (one, other)))
        assert any("You said: approved" in note for notes in told for note in notes)
        for page in (one, other):
            await choose_question(page)
        hears = asyncio.Event()

        async def held_up(route: Route) -> None:
            await hears.wait()
            await route.continue_()

        await other.route("**/run/predict*", held_up)  # It hears nothing of what happens meanwhile.
        await one.get_by_label("Why not").fill("enough")
        await one.get_by_role("button", name="Refuse").click()
        await ended(console)
        await other.locator("#he-approve").click()
        hears.set()
        await expect(other.locator(".he-note:visible")).to_contain_text("answered", timeout=SECONDS)
        assert [step.error == "" for step in load(view_of(console).folder or tmp_path).steps] == [True, False, True]
    assert faults == []


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_taking_over_acting_by_hand_and_handing_back(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path, size: dict[str, int]
) -> None:
    faults: list[str] = []
    with console_with([press(SEND), END], tmp_path, runs_folder) as console:
        page = await entered(browser, console, size, faults)
        await start(page, page_server.add("/shop", PAGE))
        await says(page, "Asks you")
        await page.get_by_role("button", name="Take over").first.click()
        await says(page, "Your turn")
        await point(page, FIELD, clicks=2)  # What follows within a double click finds the turn over.
        await _turn_after(page, console, 1)
        await page.get_by_label("Text to type").fill("Ada")
        await page.get_by_label("Text to type").press("Enter")
        await _turn_after(page, console, 2)
        await page.get_by_role("button", name="Scroll down").click()
        await _turn_after(page, console, 3)
        await page.get_by_role("button", name="Scroll up").click()
        await _turn_after(page, console, 4)
        await picture(page).focus()
        for key in ("ArrowLeft", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await _turn_after(page, console, 5)
        await page.get_by_role("button", name="Hand back").click()
        await ended(console)
        folder = view_of(console).folder
        assert folder is not None
        steps = load(folder).steps
        assert [step.actor for step in steps] == ["human"] * 5 + ["model"]
        assert is_click_near(steps[0].action, FIELD)
        assert [step.action for step in steps[1:5]] == [
            Type(text="Ada"),
            Scroll(pixels=-400),
            Scroll(pixels=400),
            LeftClick(at=Point(x=232, y=168)),
        ]
        assert all(step.effect_id and not step.error for step in steps[:5])
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
    assert faults == []


async def test_pausing_stepping_and_telling_it_something(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    waits = [reply("wait", f"Number {number}", time=0.3) for number in range(400)]
    with console_with(waits, tmp_path, runs_folder) as console:
        page = await entered(browser, console, LAPTOP, faults)
        await start(page, page_server.add("/shop", PAGE))
        await says(page, "Running")
        await page.locator("body").press("p")  # The key, where nothing is written.
        await says(page, "Paused")
        number = len(view_of(console).steps)
        await page.wait_for_timeout(800)
        assert len(view_of(console).steps) == number
        await page.locator("#he-step").dblclick()
        await expect(page.locator(".he-state:visible").first).to_contain_text(
            f"step {number + 2} waits", timeout=SECONDS
        )
        await page.wait_for_timeout(500)
        assert len(view_of(console).steps) == number + 1, "a double click is one step"
        await page.reload()
        await says(page, "Paused")
        other = await (await browser.new_context()).new_page()
        await other.goto(await _link_for_another(page))
        await says(other, "Paused")
        held = view_of(console).sitting.held
        await other.get_by_label("Tell it something").fill("mind the tick")
        await other.get_by_label("Tell it something").press("Enter")
        await expect(page.get_by_text("mind the tick")).to_be_visible(timeout=SECONDS)
        # It thinks again, so what is held is another decision, and the page's button is for that one.
        await expect(page.locator(f"[data-held='{held + 1}']")).to_be_attached(timeout=SECONDS)
        await page.locator("#he-step").click()
        await expect(page.locator(".he-state:visible").first).to_contain_text(
            f"step {number + 3} waits", timeout=SECONDS
        )
        await page.get_by_role("button", name="Go on").click()
        await says(page, "Running")
        await page.get_by_role("button", name="Stop").click()
        await says(page, "Interrupted")
        folder = view_of(console).folder
        assert folder is not None
        assert load(folder).steps[number + 1].info["told"] == ["mind the tick"]
    assert faults == []


async def test_several_runs_are_followed_one_at_a_time(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    with console_with([reply("wait", time=0.3)] * 400, tmp_path, runs_folder) as console:
        page = await entered(browser, console, LAPTOP, faults)
        url = page_server.add("/shop", PAGE)
        await start(page, url, "First of two")
        await says(page, "Running")
        await page.get_by_label("Instruction").fill("Second of two")
        await page.get_by_role("button", name="Start").click()
        await expect(page.locator("label:visible:has(input[type=radio])")).to_have_count(2, timeout=SECONDS)
        await page.get_by_text("1  running: First of two").click(timeout=SECONDS)
        await page.get_by_role("button", name="Stop").click()
        await says(page, "Interrupted")
        await ended(console, "1")
        assert view_of(console, "2").is_busy
    assert faults == []


async def test_a_look_that_takes_long_does_not_put_the_page_back_to_the_run_before(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was begun before another run was started, and ends when that one is shown."""
    faults: list[str] = []
    slow, looking, ends = threading.Event(), threading.Event(), threading.Event()

    def look(stages: Stages, name: str) -> str:
        if slow.is_set() and name == "1" and not looking.is_set():
            looking.set()
            assert ends.wait(SECONDS / 1000)
        return controls_mark(stages, name)

    monkeypatch.setattr(live_tab, "controls_mark", look)
    with console_with([reply("wait", time=0.3)] * 400, tmp_path, runs_folder) as console:
        page = await entered(browser, console, LAPTOP, faults)
        url = page_server.add("/shop", PAGE)
        await start(page, url, "First of two")
        await says(page, "Running")
        told = page.locator(".he-told [data-run]")
        slow.set()
        stage = console.stages.get("1")
        assert stage is not None
        stage.seat.pause()  # The page is told, and asks for its controls.
        assert await asyncio.to_thread(looking.wait, SECONDS / 1000)
        await page.get_by_label("Instruction").fill("Second of two")
        await page.get_by_role("button", name="Start").click()
        await expect(told).to_have_attribute("data-run", "2", timeout=SECONDS)
        ends.set()
        await page.wait_for_timeout(1500)
        await expect(told).to_have_attribute("data-run", "2", timeout=SECONDS)
        await says(page, "Running")
        await expect(page.locator("label:visible:has(input:checked)")).to_contain_text("Second of two")
        await expect(page.locator("#he-pause")).to_be_enabled()
    assert faults == []


async def _link_for_another(page: Page) -> str:
    await page.get_by_role("button", name="Another browser, and keys").click()
    await page.get_by_role("button", name="A link for another browser").click()
    told = page.locator(".he-link")
    await expect(told).to_contain_text("/enter?key=", timeout=SECONDS)
    return (await told.inner_text()).split()[0]


async def _question_after(console: ConsoleServer, name: str) -> Question:
    """The question that the run asks after that one."""
    for _ in range(400):
        question = view_of(console).question
        if question is not None and question.id != name:
            return question
        await asyncio.sleep(0.1)
    raise AssertionError("nothing more is asked")


async def _waits(page: Page, step: int) -> None:
    await expect(page.locator(".he-state:visible").first).to_contain_text(f"step {step} waits", timeout=SECONDS)


async def _turn_after(page: Page, console: ConsoleServer, number: int) -> None:
    """Wait until so many steps are recorded, and the page shows the turn after them."""
    await expect(page.locator(".he-state:visible").first).to_contain_text(f"step {number + 1}:", timeout=SECONDS)
    assert len(view_of(console).steps) == number
    await expect(picture(page)).to_have_attribute("data-of", str(view_of(console).sitting.turn), timeout=SECONDS)
