"""Documents that were dropped are entered into the books by runs that are watched and asked about like all others."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.entry import FIELDS
from sandboxes.demos.erp.server import ErpServer
from tests.ui.cli.test_run_documents import SAID, VALUES, script
from tests.ui.console.documents.shelves import library_in, real_invoice
from tests.ui.console.documents.test_browser import LAPTOP, PHONE, console_of, entered, field
from tests.ui.console.shop import SECONDS, choose_question, go_to, says
from ui.console.documents.library import Library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SWAPPED = (*VALUES[:3], VALUES[4], VALUES[3], VALUES[5])


def library_with(folder: Path, *values: str, end: str = "success") -> Library:
    """A library whose runs type these values into the form by keys alone."""
    flags = {"model.name": script(folder, *values, end=end), "browser.viewport": {"width": 960, "height": 480}}
    return library_in(folder, **flags)


async def drop_and_send(page: Page, folder: Path, server: ErpServer) -> None:
    pdf = folder / "made" / "invoice.pdf"
    real_invoice(pdf.parent)
    await page.get_by_label("Documents to add").set_input_files(pdf)
    await expect(field(page, "Total amount")).to_be_visible(timeout=SECONDS)
    await expect(page.get_by_label("invoice.pdf", exact=True)).to_be_checked(timeout=SECONDS)
    await page.get_by_role("button", name="Send to a form").click()
    await page.get_by_label("Address of the form").fill(f"{server.url}/new")
    await page.get_by_label("What to do with each document").fill(SAID)
    await page.get_by_label("Address of a list").fill(f"{server.url}/?number={{number}}")
    await page.get_by_label("Model for the form").fill("")
    await send(page)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("It is under way: watch it under Live")).to_be_visible(timeout=SECONDS)


async def test_a_document_is_entered_once_however_often_it_is_sent(
    browser: Browser, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    library, books = library_with(tmp_path, *VALUES), Books(tmp_path / "books.sqlite")
    with ErpServer(books) as server, console_of(library, runs_folder) as console:
        page = await entered(browser, console, PHONE, faults)
        await drop_and_send(page, tmp_path, server)
        await expect(page.locator(".he-sent span")).to_have_text(re.compile("^entered: "), timeout=2 * SECONDS)
        await expect(page.locator(".he-sent")).to_contain_text("invoice.pdf")
        await expect(page.locator(".he-state:visible b").first).to_have_text("Over", timeout=SECONDS)
        (booking,) = books.bookings()
        assert tuple(getattr(booking.entry, name) for name in FIELDS) == VALUES
        await send(page)
        for _ in range(2):
            await expect(page.locator(".he-state:visible b").first).to_have_text("Over", timeout=SECONDS)
        assert len(books.bookings()) == 1
        assert library.sent is not None
        assert library.sent.folder.name.startswith("batch-documents-")
        await go_to(page, "Live")
        await expect(page.get_by_text(f"ended: {SAID}").first).to_be_visible(timeout=SECONDS)
    assert faults == []


async def test_a_wrong_form_is_asked_about_under_questions_and_corrected_values_go_in(
    browser: Browser, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    library, books = library_with(tmp_path, *SWAPPED, end="failure"), Books(tmp_path / "books.sqlite")
    with ErpServer(books) as server, console_of(library, runs_folder) as console:
        page = await entered(browser, console, LAPTOP, faults)
        await drop_and_send(page, tmp_path, server)
        await expect(page.locator(".he-state:visible b").first).to_have_text("Asks you", timeout=2 * SECONDS)
        await go_to(page, "Questions")
        await choose_question(page)
        await expect(page.locator(".he-ask")).to_contain_text("net")
        await page.get_by_label("Why not").fill("they are in each other's fields")
        await page.get_by_label("Why not").press("Enter")
        await go_to(page, "Live")
        await says(page, "Failed")
        await go_to(page, "Documents")
        await expect(page.locator(".he-sent")).to_contain_text("not entered", timeout=SECONDS)
        assert books.bookings() == []
        script(tmp_path, "RE-7", *VALUES[1:])  # The model does better, with what a person has corrected meanwhile.
        await field(page, "Invoice number").click()
        await page.locator(".he-value").fill("RE-7")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(field(page, "Invoice number").locator("span")).to_have_text("RE-7", timeout=SECONDS)
        await send(page)
        await expect(page.locator(".he-sent span")).to_have_text(re.compile("^entered: "), timeout=2 * SECONDS)
        (booking,) = books.bookings()
        assert booking.entry.number == "RE-7"
    assert faults == []


async def test_what_is_missing_is_said_before_anything_begins(
    browser: Browser, tmp_path: Path, runs_folder: Path
) -> None:
    faults: list[str] = []
    with console_of(library_with(tmp_path), runs_folder) as console:
        page = await entered(browser, console, PHONE, faults)
        await page.get_by_role("button", name="Send to a form").click()
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("Write the form's address")).to_be_visible(timeout=SECONDS)
        await page.get_by_label("Address of the form").fill("http://127.0.0.1:9/")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("choose the documents that are to be entered.")).to_be_visible(timeout=SECONDS)
        assert console.stages.all() == []
        await page.get_by_role("button", name="Read", exact=True).click()
        await expect(page.get_by_text("Choose a document to read.")).to_be_visible(timeout=SECONDS)
    assert faults == []
