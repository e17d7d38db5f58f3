"""axe-core finds no serious fault in any tab of the console: light and dark, on a laptop's screen and on a phone's."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.page_server import PageServer
from tests.ui.console.documents.shelves import real_invoice
from tests.ui.console.learned import choose, learned
from tests.ui.console.shop import PAGE, SECONDS, SEND, choose_question, console_with, press, says, start
from tests.ui.sample_run import record_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = "build/axe/node_modules/axe-core/axe.min.js"
LAPTOP, PHONE = (1440, 900), (390, 844)
GRAVE = ("serious", "critical")


@pytest.fixture
def axe(repository: Path) -> str:
    """The program that looks at a page. Missing, it fails the test: a skipped one would prove nothing."""
    path = repository / AXE
    if not path.is_file():
        pytest.fail(f"{AXE} is missing: `make setup-desktop` brings it", pytrace=False)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_no_tab_keeps_anybody_out(
    browser: Browser,
    axe: str,
    page_server: PageServer,
    tmp_path: Path,
    runs_folder: Path,
    scheme: str,
    size: tuple[int, int],
) -> None:
    width, height = size
    learned(tmp_path)
    record_run(runs_folder / "20200101-000000-old")
    with console_with([press(SEND)], tmp_path, runs_folder) as console:
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
        assert {"Live", "Questions", "Takeover", "Documents", "Replay", "Learn", "Benchmarks", "Doctor"} <= set(names)
        found: list[str] = []
        for name in names:
            await page.get_by_role("tab", name=name.partition(" (")[0]).click()
            await _fill(page, name, page_server.add("/shop", PAGE), tmp_path)
            found += [f"{name}: {fault}" for fault in await _faults(page)]
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{name} runs off the page"
            )
        assert not found, "\n".join(found)


async def _fill(page: Page, name: str, url: str, folder: Path) -> None:
    """Show what a tab can show: a run that asks, its question, its screen to work by hand, a document that was read,
    and what others left."""
    if name == "Live":
        await start(page, url)
        await says(page, "Asks you")
    elif name == "Questions":
        await choose_question(page)
    elif name == "Takeover":
        await page.locator("#he-take-over").click(timeout=SECONDS)
        await expect(page.locator(".he-point:visible")).to_be_visible(timeout=SECONDS)
    elif name == "Documents":
        document = {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": real_invoice(folder / "made")}
        await page.get_by_label("Documents to add").set_input_files([document])  # type: ignore[list-item]
        await page.locator(".he-leaf", has_text="Total amount").click(timeout=SECONDS)
        await page.get_by_role("button", name="Click the right words").click(timeout=SECONDS)
        await expect(page.locator(".he-sheet.picking")).to_be_visible(timeout=SECONDS)
        await page.get_by_role("button", name="Send to a form").click()
    elif name == "Replay":
        await page.locator(".he-open", has_text="Order for").click(timeout=SECONDS)
        await expect(page.locator(".he-point:visible")).to_be_visible(timeout=SECONDS)
        await page.get_by_label("Select Order for").check()
        await page.locator(".he-runs button[data-kind=compare]").first.click()
        await expect(page.locator("#he-other")).to_be_visible(timeout=SECONDS)
        await page.get_by_role("button", name="Send to a data set").first.click()
    elif name == "Learn":
        await choose(page, "Training run", "sft")
        await expect(page.locator(".he-curve").first).to_be_visible(timeout=SECONDS)
        await choose(page, "Model to promote", "sft/model")
        await page.locator("#he-promote").click()
        await expect(page.locator("#he-promote-yes")).to_be_visible(timeout=SECONDS)
    elif name == "Benchmarks":
        await choose(page, "Evaluation", "better")
        await choose(page, "Compared with an earlier one", "nano")
        await expect(page.get_by_text("What else differs")).to_be_visible(timeout=SECONDS)
        await page.get_by_text("What else differs").click()
    elif name == "Doctor":
        await page.locator("#he-look").click()
        await expect(page.get_by_text("looked just now")).to_be_visible(timeout=SECONDS)


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
