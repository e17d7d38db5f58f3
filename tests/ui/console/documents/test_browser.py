"""The tab of documents in a real Chromium: dropped, read, looked at, corrected by clicks, downloaded."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from agent.booking.batch import PERSON
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from sandboxes.demos.papers.truth import Truth
from tests.ui.console.documents.shelves import library_in
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import SECONDS, go_to
from ui.console.documents.library import Library
from ui.console.launch import launch_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVIL = "<img src=x onerror='window.evil = 1'>.pdf"


@pytest.fixture
async def papers(tmp_path: Path) -> tuple[Path, list[Truth]]:
    """Two invoices of the project's own, as a browser prints them."""
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder, await write_papers(Order(7, "invoice", "seen", ("en", "de")), range(2), folder)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_in(tmp_path)


def console_of(library: Library, runs: Path) -> ConsoleServer:
    return ConsoleServer(launch_with(library.settings), runs, library=library)


async def entered(browser: Browser, console: ConsoleServer, size: dict[str, int], faults: list[str]) -> Page:
    """A browser at the tab of documents; what breaks on the page is put among the faults."""
    context = await browser.new_context(viewport=size, accept_downloads=True)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
    await page.goto(console.link)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    await go_to(page, "Documents")
    await expect(page.locator(".he-drop")).to_be_visible(timeout=SECONDS)
    return page


async def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let go of files over the place for them, as a person does."""
    given = [[name, list(content)] for name, content in files]
    transfer = await page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
            return transfer;
        }""",
        given,
    )
    for kind in ("dragenter", "dragover", "drop"):
        await page.dispatch_event(".he-drop", kind, {"dataTransfer": transfer})


def field(page: Page, name: str) -> Locator:
    return page.locator(".he-leaf", has=page.locator("b", has_text=name))


async def click_words(page: Page, text: str) -> None:
    """Click the words of a text that stand side by side on the page that is shown."""
    words = json.loads(await page.locator(".he-sheet").get_attribute("data-words") or "[]")
    wanted = text.split()
    start = next(n for n in range(len(words)) if [word[4] for word in words[n : n + len(wanted)]] == wanted)
    for number, (left, top, right, bottom, _) in enumerate(words[start : start + len(wanted)], start=1):
        x, y = (left + right) / 20_000, (top + bottom) / 20_000
        sheet = page.locator(".he-sheet")
        box = await sheet.bounding_box()
        assert box is not None
        await sheet.click(position={"x": x * box["width"], "y": y * box["height"]})
        await expect(page.locator(".he-box.pick")).to_have_count(number, timeout=SECONDS)


async def downloaded(page: Page, name: str) -> bytes:
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name=name, exact=True).click()
    download = await waiting.value
    assert download.suggested_filename == f"records.{name.lower()}"
    return (await download.path()).read_bytes()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_dropped_read_corrected_by_clicks_and_downloaded(
    browser: Browser,
    library: Library,
    runs_folder: Path,
    papers: tuple[Path, list[Truth]],
    size: dict[str, int],
) -> None:
    folder, (truth, other) = papers
    faults: list[str] = []
    with console_of(library, runs_folder) as console:
        page = await entered(browser, console, size, faults)
        one, two = ((folder / paper.file).read_bytes() for paper in (truth, other))
        await drop(page, (EVIL, one), ("second.pdf", two), ("program.exe", b"MZ" * 900))
        await expect(page.locator(".he-dropped .bad")).to_contain_text(
            "program.exe: it is none of PDF", timeout=SECONDS
        )
        await expect(field(page, "Total amount")).to_be_visible(timeout=SECONDS)
        await expect(page.locator("label:visible:has(input[type=radio])")).to_have_count(2)
        # A field lights its box, and a word chooses its field.
        await field(page, "Invoice number").click()
        await expect(page.locator(".he-box.on")).to_have_attribute("data-box", "number", timeout=SECONDS)
        box = await page.locator('[data-box="total"]').bounding_box()
        sheet = await page.locator(".he-sheet").bounding_box()
        assert box is not None
        assert sheet is not None
        middle = {"x": box["x"] - sheet["x"] + box["width"] / 2, "y": box["y"] - sheet["y"] + box["height"] / 2}
        await page.locator(".he-sheet").click(position=middle)  # type: ignore[arg-type]
        await expect(field(page, "Total amount")).to_have_attribute("aria-pressed", "true", timeout=SECONDS)
        # A value is corrected by clicking the right words: here the buyer's name in place of the supplier's.
        await field(page, "Supplier").click()
        await expect(page.locator(".he-correct b")).to_have_text("Supplier", timeout=SECONDS)
        await page.get_by_role("button", name="Click the right words").click()
        await expect(page.locator(".he-sheet.picking")).to_be_visible(timeout=SECONDS)
        buyer = truth.fields["buyer"].text
        await click_words(page, buyer)
        await expect(page.locator(".he-correct")).to_contain_text(f"Picked: {buyer}")
        await page.get_by_role("button", name="Use these words").click()
        await expect(field(page, "Supplier").locator("small")).to_contain_text("a person said so", timeout=SECONDS)
        # It is on disk at once, and stays after a reload.
        (sheet_of,) = [one for one in library.shelf.all() if one.corrections]
        assert (sheet_of.corrections["supplier"].value, sheet_of.corrections["supplier"].read_by) == (buyer, PERSON)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
        lines = list(csv.DictReader(io.StringIO((await downloaded(page, "CSV")).decode("utf-8-sig"))))
        records = json.loads(await downloaded(page, "JSON"))
        assert {line["document"] for line in lines} == {EVIL, "second.pdf"}
        (record,) = [one for one in records if one["document"] == EVIL]
        assert record["values"]["supplier"] == buyer
        assert record["values"]["number"] == truth.fields["number"].value
        await page.reload()
        await go_to(page, "Documents")
        await page.get_by_text(f"{EVIL}: read", exact=False).click(timeout=SECONDS)
        await expect(field(page, "Supplier").locator("span")).to_have_text(buyer, timeout=SECONDS)
        assert await page.evaluate("window.evil") is None
    assert faults == []


async def test_by_keys_alone_a_value_is_chosen_picked_and_put_back(
    browser: Browser, library: Library, runs_folder: Path, papers: tuple[Path, list[Truth]]
) -> None:
    folder, (truth, _) = papers
    faults: list[str] = []
    with console_of(library, runs_folder) as console:
        page = await entered(browser, console, LAPTOP, faults)
        await page.get_by_label("Documents to add").set_input_files(folder / truth.file)
        await expect(field(page, "Invoice number")).to_be_visible(timeout=SECONDS)
        await field(page, "Invoice number").focus()
        await page.keyboard.press("Enter")
        await expect(field(page, "Invoice number")).to_have_attribute("aria-pressed", "true", timeout=SECONDS)
        await expect(field(page, "Invoice number")).to_be_focused()
        await page.get_by_role("button", name="Click the right words").press("Enter")
        await expect(page.locator(".he-sheet.picking")).to_be_visible(timeout=SECONDS)
        await page.locator(".he-sheet").focus()
        await page.keyboard.press("ArrowRight")
        first = await page.locator(".he-heard").inner_text()
        await page.keyboard.press("ArrowRight")
        await expect(page.locator(".he-heard")).not_to_have_text(first)
        await page.keyboard.press("ArrowLeft")
        await expect(page.locator(".he-heard")).to_have_text(first)
        await page.keyboard.press("Enter")
        await expect(page.locator(".he-correct")).to_contain_text(f"Picked: {first}", timeout=SECONDS)
        await page.get_by_role("button", name="Use these words").press("Enter")
        await expect(field(page, "Invoice number").locator("span")).to_have_text(first, timeout=SECONDS)
        await page.get_by_role("button", name="As it was read").press("Enter")
        number = str(truth.fields["number"].value)
        await expect(field(page, "Invoice number").locator("span")).to_have_text(number, timeout=SECONDS)
        await page.locator(".he-value").fill("RE-1")
        await page.locator(".he-value").press("Enter")
        await expect(field(page, "Invoice number").locator("span")).to_have_text("RE-1", timeout=SECONDS)
    assert faults == []


async def test_fields_of_ones_own_are_drawn_up_and_read(
    browser: Browser, library: Library, runs_folder: Path, papers: tuple[Path, list[Truth]]
) -> None:
    folder, (truth, _) = papers
    faults: list[str] = []
    with console_of(library, runs_folder) as console:
        page = await entered(browser, console, PHONE, faults)
        await page.get_by_label("Read them for").click()
        await page.get_by_role("option", name="Fields of my own").click()
        await expect(page.locator(".he-table")).to_be_visible(timeout=SECONDS)
        rows = page.locator(".he-field")
        await expect(rows).to_have_count(3)
        await rows.nth(1).get_by_role("button", name="Remove the field").click()
        await rows.nth(1).get_by_label("Name of the field").fill("Invoice date")
        await rows.nth(1).get_by_label("Type of the field").select_option("date")
        await rows.nth(1).get_by_label("required").check()
        await page.get_by_role("button", name="Save these fields").click()
        await expect(page.get_by_text("2 fields are saved")).to_be_visible(timeout=SECONDS)
        await page.get_by_label("Documents to add").set_input_files(folder / truth.file)
        await expect(page.locator(".he-leaf")).to_have_count(2, timeout=SECONDS)
        await expect(field(page, "Invoice date").locator("span")).to_have_text(str(truth.fields["date"].value))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
        await page.get_by_role("button", name="Remove this document").click()
        await expect(page.get_by_text("It is removed.")).to_be_visible(timeout=SECONDS)
        for _ in range(100):
            if not library.shelf.all():
                break
            await asyncio.sleep(0.05)
        assert library.shelf.all() == []
    assert faults == []
