"""The replay page carries the whole run in one file, shows it in a browser, and lets no text of the run
become code."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, async_playwright

from agent.recorder import load
from agent.trajectory import Outcome
from tests.ui.sample_run import INSTRUCTION, SUCCESS, record_run
from ui.replay import FILE_NAME, write_replay

EVIL = '</script><script>window.evil = 1</script><img src=x onerror="window.evil = 1">{{data}}\u2028'


def _data(page: str) -> dict:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_the_page_holds_steps_images_outcome_and_facts(tmp_path: Path) -> None:
    folder = record_run(tmp_path / "run")
    path = write_replay(load(folder), folder)
    assert path == folder / FILE_NAME
    data = _data(path.read_text())
    assert data["instruction"] == INSTRUCTION
    assert data["headline"] == "done"
    assert ["name", "Ada"] in data["facts"]
    assert [step["action"] for step in data["steps"]][:2] == ["left_click (170, 90)", 'type "Ada"']
    assert data["steps"][1]["marks"] == [{"kind": "label", "at": {"x": 170, "y": 90}, "text": "Ada"}]
    shown = {step["before"]["digest"] for step in data["steps"]}
    assert shown <= data["images"].keys()
    assert all(uri.startswith("data:image/webp;base64,") for uri in data["images"].values())
    assert list(folder.glob("*.part")) == []


def test_making_it_again_gives_the_same_page(tmp_path: Path) -> None:
    folder = record_run(tmp_path / "run")
    first = write_replay(load(folder), folder).read_text()
    assert write_replay(load(folder), folder).read_text() == first


def test_a_lost_image_is_left_out_and_the_rest_is_shown(tmp_path: Path) -> None:
    folder = record_run(tmp_path / "run")
    lost = load(folder).steps[0].before.digest
    (folder / "images" / f"{lost}.png").unlink()
    data = _data(write_replay(load(folder), folder).read_text())
    assert lost not in data["images"]
    assert len(data["steps"]) == 5


@pytest.mark.parametrize(
    ("outcome", "headline", "tone"),
    [
        (None, "unfinished", "open"),
        (Outcome(kind="stuck", success=False, reason="nothing moved"), "failed", "bad"),
        (Outcome(kind="interrupted"), "interrupted", "open"),
        (SUCCESS, "done", "good"),
    ],
)
def test_the_headline_says_how_it_ended(tmp_path: Path, outcome: Outcome, headline: str, tone: str) -> None:
    folder = record_run(tmp_path / "run", outcome=outcome)
    data = _data(write_replay(load(folder), folder).read_text())
    assert (data["headline"], data["tone"]) == (headline, tone)


@pytest.mark.parametrize("outcome", [SUCCESS, Outcome(kind="failed", reason=EVIL, answer=EVIL)])
def test_text_of_the_run_never_leaves_its_place(tmp_path: Path, outcome: Outcome) -> None:
    folder = record_run(tmp_path / "run", instruction=EVIL, thought=EVIL, outcome=outcome)
    page = write_replay(load(folder), folder).read_text()
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert _data(page)["steps"][0]["thought"] == EVIL


@pytest.mark.browser
async def test_a_browser_steps_through_it_without_a_request_or_an_error(tmp_path: Path, chromium: Path) -> None:
    folder = record_run(tmp_path / "run", instruction=EVIL)
    path = write_replay(load(folder), folder)
    asked: list[str] = []
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(_address(request)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        await page.goto(path.as_uri())
        await _walk_through(page)
        assert await page.evaluate("window.evil") is None
        assert await page.text_content("h1") == EVIL
        await browser.close()
    assert wrong == []
    assert asked == [path.as_uri()]


def _address(request: Request) -> str:
    """Images inside the file are announced as requests too; they ask nobody."""
    return request.url if not request.url.startswith("data:") else request.frame.url


async def _walk_through(page: Page) -> None:
    assert await page.text_content("#count") == "1 of 5"
    assert await page.locator(".screen circle").count() == 4
    await page.keyboard.press("ArrowRight")
    assert await page.text_content(".thought") == 'Type "Ada"'
    assert await page.text_content(".screen text") == "Ada"
    await page.keyboard.press("a")
    assert await page.get_attribute("#after", "aria-pressed") == "true"
    assert await page.locator(".screen svg").count() == 0
    await page.keyboard.press("End")
    assert await page.text_content("#count") == "5 of 5"
    await page.locator("#list button").nth(2).click()
    assert await page.text_content(".detail .action") == "left_click (32, 132)"
    await page.locator("#theme").click()
    assert await page.get_attribute("html", "data-theme") in ("light", "dark")
