"""What speaks against a value: what may be read in two ways, what pixels may have lost, sums, and rivals."""

from __future__ import annotations

from typing import Any

import pytest

from perception.document.page import PageText, Word
from perception.extraction.label_reader import read_labels
from perception.extraction.reader import ReadPage
from perception.extraction.schema import read_schema
from perception.geometry import Box

NUMBER: dict[str, Any] = {"type": "number"}
SCHEMA = read_schema(
    {
        "type": "object",
        "properties": {
            "number": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "supplier": {"type": "string"},
            "net": NUMBER,
            "tax": NUMBER,
            "total": NUMBER,
        },
    }
)
LINES = (
    "Muster GmbH",
    "Invoice number: INV-2024-17",
    "Date: 23.01.2024",
    "Net amount: 100.00",
    "Tax amount: 19.00",
    "Total amount: 119.00",
)


def doubts(*lines: str, confidence: float | None = None, but: str = "") -> dict[str, str]:
    """By path; confidence: of all words, as of a scan, and of the word `but` less."""
    words = []
    for row, line in enumerate(lines):
        left = 50.0
        for text in line.split():
            box = Box(left=left, top=40.0 + 30 * row, right=left + 6.0 * len(text), bottom=52.0 + 30 * row)
            known = None if confidence is None else 0.6 if text == but else confidence
            words.append(Word(text=text, box=box, source="text" if known is None else "ocr", confidence=known))
            left = box.right + 4
    page = PageText(width=600, height=800, words=tuple(words))
    record = read_labels("paper", [ReadPage(1, page)], SCHEMA)
    return {leaf.path: leaf.doubt for leaf in record.leaves if leaf.doubt}


def changed(old: str, new: str) -> list[str]:
    return [line.replace(old, new) for line in LINES]


def test_nothing_speaks_against_what_is_plain() -> None:
    assert doubts(*LINES) == {}


@pytest.mark.parametrize(
    ("more", "is_open"),
    [("", True), ("Paid in $ to IBAN DE02", True), ("All taxes: TVA", False), ("Due date: 28.04.2024", False)],
)
def test_a_day_that_may_be_a_month(more: str, is_open: bool) -> None:
    found = doubts(*changed("23.01.2024", "03.04.2024"), more)
    assert found == ({"date": "03.04.2024 may have the day or the month first"} if is_open else {})


def test_what_pixels_may_have_lost() -> None:
    assert set(doubts(*LINES, confidence=0.99)) == {"supplier"}, "a name's accents; sums confirm amounts"
    assert set(doubts(*LINES, confidence=0.99, but="119.00")) == {"supplier"}
    found = doubts(*LINES, confidence=0.99, but="INV-2024-17")
    assert found["number"] == "it was read from pixels, and not surely: INV-2024-17"


def test_sums_and_shares() -> None:
    assert set(doubts(*changed("119.00", "120.00"))) == {"net", "tax", "total"}
    swapped = [LINES[0], LINES[1], LINES[2], "Net amount: 19.00", "Tax amount: 100.00", LINES[5]]
    assert doubts(*swapped) == {"tax": "100.00 is more than a third of 19.00"}


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (["Muster GmbH Hauptstrasse"], "it goes on behind a company's name"),
        (["Muster GmbH", "Beispiel AG"], "stands there too"),
        (["Vendor: Muster GmbH", "Beispiel AG"], ""),
    ],
)
def test_names_that_another_comes_close_to(head: list[str], said: str) -> None:
    found = doubts(*head, *LINES[1:])
    assert (said in found["supplier"]) if said else (found == {})
