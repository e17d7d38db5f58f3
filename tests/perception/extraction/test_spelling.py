"""Words as pixels are misread, and what is left alone."""

from __future__ import annotations

import pytest

from perception.document.page import PageText, Source, Word
from perception.extraction.label_reader import read_labels
from perception.extraction.reader import ReadPage
from perception.extraction.schema import read_schema
from perception.extraction.spelling import Spelling, mended_value
from perception.geometry import Box

SPELLING = Spelling(["invoice", "total", "totale", "rechnungsnummer", "iva", "netto"])


@pytest.mark.parametrize(
    ("read", "meant"),
    [("lnv0ice", "invoice"), ("invoicc", "invoice"), ("rechmungsnummcr", "rechnungsnummer"), ("1va", "iva"),
     ("totai", "total")],
)  # fmt: skip
def test_words_of_labels(read: str, meant: str) -> None:
    assert SPELLING.mended(read) == meant


@pytest.mark.parametrize("word", ["total", "nett", "iv", "detail", "invite", "12345", "totall e"])
def test_other_words_stay(word: str) -> None:
    assert SPELLING.mended(word) == word


@pytest.mark.parametrize(
    ("read", "meant"),
    [("1.2O4,O2", "1.204,02"), ("l2.O3.2024", "12.03.2024"), ("2O24-5344", "2024-5344"), ("0.0.", "o.o."),
     ("S.r.I.", "S.r.l."), ("1.2O4,02,", "1.204,02,")],
)  # fmt: skip
def test_what_can_only_be_meant(read: str, meant: str) -> None:
    assert mended_value(read) == meant


@pytest.mark.parametrize("word", ["PO411302", "INV-2024", "LTD", "s.a.", "Olive", "B.V.", "0.0", "NL874073574B08"])
def test_what_may_be_meant_otherwise_stays(word: str) -> None:
    assert mended_value(word) == word


@pytest.mark.parametrize(("source", "value"), [("ocr", 1204.02), ("text", None)])
def test_only_pixels_are_misread(source: Source, value: float | None) -> None:
    """A text layer means what it says; there, the label is another word."""
    words = [("Totai", 50.0), ("amount:", 80.0), ("1.2O4,02", 200.0)]
    page = PageText(
        width=595,
        height=842,
        words=tuple(
            Word(text=text, source=source, box=Box(left=left, top=100.0, right=left + 5.0 * len(text), bottom=110.0))
            for text, left in words
        ),
    )
    record = read_labels("a.pdf", [ReadPage(1, page)], read_schema({"properties": {"total": {"type": "number"}}}))
    assert record.values() == {"total": value}
