"""A shelf with an invoice on it that was read, without any process that reads."""

from __future__ import annotations

from pathlib import Path

from agent.settings import load as load_settings
from perception.document.page import PageText, Word
from perception.extraction.label_reader import read_labels
from perception.extraction.reader import ReadPage
from perception.extraction.schema import read_schema
from perception.geometry import Box
from tests.perception.extraction.invoices import invoice
from ui.console.documents.fields import source_of
from ui.console.documents.library import Library
from ui.console.documents.sheet import Sheet
from ui.console.documents.shelf import Shelf

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
LINES = (
    ("Muster", "GmbH"),
    ("Rechnungsnummer:", "RE-2024-00317"),
    ("Rechnungsdatum:", "03.04.2024"),
    ("Nettobetrag", "55,00", "€"),
    ("MwSt.", "10,45", "€"),
    ("Gesamtbetrag", "65,45", "€"),
)


def put(shelf: Shelf, content: bytes = PDF, name: str = "invoice.pdf") -> Sheet:
    """A document as it comes in."""
    with shelf.arrival() as arrival:
        arrival.take(content)
        return arrival.keep(name)


def page_text() -> PageText:
    """The page of the invoice: a line of words each 20 points."""
    words = []
    for row, line in enumerate(LINES):
        left = 50.0
        for text in line:
            box = Box(left=left, top=50 + 20 * row, right=left + 6 * len(text), bottom=60 + 20 * row)
            words.append(Word(text=text, box=box))
            left = box.right + 4
    return PageText(width=400, height=400, words=tuple(words))


def number_of(text: str) -> int:
    """Which word of the page it is."""
    return [word.text for word in page_text().words].index(text)


def read_sheet(shelf: Shelf, **changes: object) -> Sheet:
    """The invoice, read for what invoices have."""
    sheet, source = put(shelf), source_of("invoice", shelf.folder)
    record = read_labels("invoice.pdf", [ReadPage(1, page_text())], read_schema(source))
    known = {"record": record, "source": source, "num_pages": 1}
    return shelf.change(sheet.key, lambda one: one.model_copy(update=known | changes))


def library_in(folder: Path, **flags: object) -> Library:
    """A library with settings as they are without a file."""
    return Library(folder / "documents", load_settings(None, {"run.folder": folder / "runs", **flags}, {}))


def real_invoice(folder: Path) -> bytes:
    """A PDF with the same values."""
    folder.mkdir(exist_ok=True)
    return invoice(folder).read_bytes()
