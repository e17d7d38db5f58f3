"""An invoice for tests, and a schema of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.perception.document.papers import line, pdf_bytes

NUMBER: dict[str, Any] = {"type": "number"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["number", "total"],
    "properties": {
        "number": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "due_date": {"type": "string", "format": "date"},
        "supplier": {"type": "string"},
        "net": NUMBER,
        "tax": NUMBER,
        "total": NUMBER,
        "iban": {"type": "string", "x-check": "iban"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"description": {"type": "string"}, "quantity": {"type": "integer"}, "amount": NUMBER},
            },
        },
    },
    "x-checks": ["net + tax == total", "sum(items.amount) == net"],
}
ITEMS = [
    ("Bezeichnung", "Menge", "Einzelpreis", "Betrag"),
    ("Schrauben", "10", "1,50", "15,00"),
    ("Muttern", "20", "2,00", "40,00"),
]
SUMS = [("Nettobetrag", "55,00 €"), ("zzgl. 19% MwSt.", "10,45 €"), ("Gesamtbetrag", "65,45 €")]


def invoice(folder: Path, *, sums: list[tuple[str, str]] = SUMS, number: str = "RE-2024-00317") -> Path:
    """A PDF of one page."""
    page = line(50, 780, "Muster & Söhne GmbH", size=16, bold=True) + line(50, 764, "Musterweg 5, 12345 Berlin", size=8)
    page += line(50, 700, "Rechnung an:") + line(50, 686, "Anders AG") + line(50, 672, "Hauptstr. 1")
    head = [("Rechnungsnummer:", number), ("Rechnungsdatum:", "03.04.2024"), ("Fällig am:", "03.05.2024")]
    for row, (name, value) in enumerate(head):
        page += line(350, 700 - 14 * row, name) + line(470, 700 - 14 * row, value)
    for row, cells in enumerate(ITEMS):
        page += "".join(line(x, 600 - 16 * row, text) for x, text in zip((50, 250, 350, 470), cells, strict=True))
    for row, (name, value) in enumerate(sums):
        page += line(350, 500 - 16 * row, name) + line(470, 500 - 16 * row, value)
    page += line(50, 60, "IBAN: DE89 3704 0044 0532 0130 00", size=8)
    path = folder / "invoice.pdf"
    path.write_bytes(pdf_bytes([page]))
    return path
