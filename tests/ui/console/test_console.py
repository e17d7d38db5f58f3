"""The console in a real browser: the link lets in once; a run is started, watched, found after a reload, stopped."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

from agent.settings import load as load_settings
from tests.page_server import PageServer
from tests.ui.console.server import ConsoleServer
from tests.ui.sample_run import record_run
from ui.console.launch import launch_with
from ui.console.stage import View

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror='window.evil = 1'> ${7*7} {{7*7}}"
WAIT = {"thought": EVIL, "action": "wait", "time": 0.2}
PAGE = "<!doctype html><title>Form</title><body><input autofocus style='width: 200px'><p>Hello"
SECONDS = 25_000


@pytest.fixture
def console(tmp_path: Path, runs_folder: Path) -> ConsoleServer:
    """A console whose model waits for ever, with one run recorded before."""
    record_run(runs_folder / "20200101-000000-old")
    script = tmp_path / "script.jsonl"
    script.write_text("".join(json.dumps(WAIT | {"time": 0.2 + index / 1000}) + "\n" for index in range(2000)))
    flags = {"model.name": f"scripted:{script}", "run.folder": runs_folder, "run.stuck_after": 2000}
    return ConsoleServer(launch_with(load_settings(None, flags, {})), runs_folder)


async def test_a_run_is_started_watched_found_again_and_stopped(
    console: ConsoleServer, browser: Browser, page_server: PageServer
) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    with console:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(_server_of(request)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(console.link)
        await _start(page, page_server.add("/form", PAGE))
        await _is_running(page)
        await page.reload()
        await _is_running(page)
        await expect(page.get_by_label("Instruction")).to_have_value("Wait a while")
        await page.get_by_role("button", name="Stop").click()
        await expect(page.locator(".he-state b").first).to_have_text("Interrupted", timeout=SECONDS)
        assert _view(console).outcome is not None
        await _replay_is_shown(page)
        assert await page.evaluate("window.evil") is None
    assert wrong == []
    assert set(asked) == {console.url}


async def _start(page: Page, url: str) -> None:
    await page.get_by_label("Instruction").fill("Wait a while", timeout=SECONDS)
    await page.get_by_label("URL", exact=True).fill(url)
    await page.get_by_label("Model").fill("")
    await page.get_by_role("button", name="Start").click()


async def _is_running(page: Page) -> None:
    await expect(page.locator(".he-state b").first).to_have_text("Running", timeout=SECONDS)
    await expect(page.locator(".he-screen img")).to_be_visible(timeout=SECONDS)
    await expect(page.locator(".he-steps li div").first).to_contain_text(EVIL, timeout=SECONDS)
    await expect(page.get_by_role("button", name="Stop")).to_be_enabled()


async def _replay_is_shown(page: Page) -> None:
    await page.get_by_role("tab", name="Replay").click()
    await page.locator(".he-open", has_text="Order for").click(timeout=SECONDS)
    await expect(page.locator(".he-point:visible img")).to_be_visible(timeout=SECONDS)
    await expect(page.locator(".he-state:visible b").first).to_have_text("Done")


@pytest.mark.slow
async def test_what_is_typed_before_the_page_has_loaded_whole_stays(console: ConsoleServer, browser: Browser) -> None:
    async def held_up(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    with console:
        page = await browser.new_page()
        await page.route("**/run/predict*", held_up)
        async with page.expect_response("**/run/predict*", timeout=SECONDS):
            await page.goto(console.link)
            await page.get_by_label("Instruction").fill("Wait a while", timeout=SECONDS)
        await expect(page.get_by_role("button", name="Stop")).to_be_disabled()
        await asyncio.sleep(0.5)
        assert await page.get_by_label("Instruction").input_value() == "Wait a while"


@pytest.mark.slow
async def test_the_link_lets_in_once_and_nobody_else(console: ConsoleServer, browser: Browser) -> None:
    with console:
        first, second = await browser.new_context(), await browser.new_context()
        page, other = await first.new_page(), await second.new_page()
        assert (await _status(other, f"{console.url}/")) == 403
        await page.goto(console.link)
        await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
        assert (await _status(other, console.link)) == 403
        for path in (
            "/",
            "/startup-events",
            "/openapi.json",
            "/gradio_api/info",
            "/gradio_api/startup-events",
            "/config",
        ):
            assert (await _status(other, console.url + path)) == 403
        assert await page.evaluate("document.cookie") == ""


async def _status(page: Page, url: str) -> int:
    response = await page.goto(url)
    assert response is not None
    return response.status


@pytest.mark.slow
async def test_a_page_elsewhere_reads_and_starts_nothing(
    console: ConsoleServer, browser: Browser, page_server: PageServer
) -> None:
    with console:
        context = await browser.new_context()
        page, evil = await context.new_page(), await context.new_page()
        await page.goto(console.link)
        await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
        await evil.goto(page_server.add("/evil", "<!doctype html><p>evil"))
        ask = "([url, init]) => fetch(url, init).then((answer) => answer.status, (error) => String(error))"
        init = {"method": "POST", "credentials": "include", "body": "{}"}
        for options in ({"credentials": "include"}, init):
            answer = await evil.evaluate(ask, [f"{console.url}/gradio_api/run/predict", options])
            assert "TypeError" in str(answer)
        assert _view(console).phase == "idle"


@pytest.mark.slow
async def test_what_is_missing_is_said_on_the_page(console: ConsoleServer, browser: Browser) -> None:
    with console:
        page = await browser.new_page()
        await page.goto(console.link)
        told = page.get_by_text("Write an instruction and a URL.")
        for _ in range(10):  # a page that is still waking up does not hear a click
            await page.get_by_role("button", name="Start").click(timeout=SECONDS)
            with suppress(AssertionError):
                await expect(told).to_be_visible(timeout=SECONDS / 5)
                break
        await expect(told).to_be_visible(timeout=SECONDS)
        await _start(page, "http://127.0.0.1:1/")
        await expect(page.locator(".he-state").first).to_contain_text("can't be opened", timeout=SECONDS)


def _view(console: ConsoleServer) -> View:
    stage = console.stages.get("")
    return View() if stage is None else stage.view


def _server_of(request: Request) -> str:
    """The server that a request goes to; what is part of a page goes to none and counts as the page's."""
    url = request.url if request.url.startswith("http") else request.frame.url
    return "/".join(url.split("/")[:3])
