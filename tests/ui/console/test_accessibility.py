"""axe-core finds no serious fault in any tab of the console: light and dark, on a laptop's screen and on a phone's."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from agent.events import Watcher
from agent.guard.person import Person
from tests.ui.console.learned import learned
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import SECONDS
from tests.ui.sample_run import record_run
from ui.console.places import Places
from ui.console.stage import Order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = "build/axe/node_modules/axe-core/axe.min.js"
LAPTOP, PHONE = (1440, 900), (390, 844)
GRAVE = ("serious", "critical")


async def _launch(order: Order, watcher: Watcher, person: Person) -> None:
    raise AssertionError("nothing is run here")


@pytest.fixture
def axe(repository: Path) -> str:
    """The program that looks at a page. Missing, it fails the test: a skipped one would prove nothing."""
    path = repository / AXE
    if not path.is_file():
        pytest.fail(f"{AXE} is missing: `make setup-desktop` brings it", pytrace=False)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """With something to show in every tab."""
    places = learned(tmp_path)
    record_run(places.runs / "20200101-000000-old")
    return places


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_no_tab_keeps_anybody_out(
    browser: Browser, axe: str, places: Places, scheme: str, size: tuple[int, int]
) -> None:
    width, height = size
    with ConsoleServer(_launch, places.runs, places) as console:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        page = await context.new_page()
        await page.goto(console.link)
        await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
        assert await page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
        await page.evaluate(axe)
        names = [name.strip() for name in await page.get_by_role("tab").all_inner_texts()]
        assert {"Live", "Questions", "Takeover", "Replay", "Learn", "Benchmarks", "Doctor"} <= set(names)
        found: list[str] = []
        for name in names:
            await page.get_by_role("tab", name=name).click()
            await _fill(page, name)
            found += [f"{name}: {fault}" for fault in await _faults(page)]
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{name} runs off the page"
            )
        assert not found, "\n".join(found)


async def _fill(page: Page, name: str) -> None:
    """Show what a tab can show, as far as a choice is needed for it."""
    if name == "Replay":
        await choose(page, "Run", "Order for")
        await expect(page.locator("iframe.he-replay")).to_be_visible(timeout=SECONDS)
    elif name == "Learn":
        await choose(page, "Training run", "sft")
        await expect(page.locator(".he-curve").first).to_be_visible(timeout=SECONDS)
        await choose(page, "Model to promote", "sft/model")
        await page.locator("#he-promote").click()
        await expect(page.locator("#he-promote-yes")).to_be_visible(timeout=SECONDS)
    elif name == "Benchmarks":
        await choose(page, "Evaluation", "better")
        await choose(page, "Less an earlier one", "nano")
        await expect(page.get_by_text("What else differs")).to_be_visible(timeout=SECONDS)
        await page.get_by_text("What else differs").click()
    elif name == "Doctor":
        await page.locator("#he-look").click()
        await expect(page.get_by_text("looked just now")).to_be_visible(timeout=SECONDS)


async def choose(page: Page, label: str, words: str) -> None:
    """Choose what holds these words from a list."""
    await page.get_by_label(label, exact=True).last.click(timeout=SECONDS)
    await page.get_by_role("option").filter(has_text=words).first.click(timeout=SECONDS)


async def _faults(page: Page) -> list[str]:
    """What axe calls serious or critical, a line each: the rule, and where it is broken."""
    await page.wait_for_timeout(400)  # a list that closes, or a tab that comes, fades
    result: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in result["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
