"""Records read off by labels and places, and what is not there left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perception.document.document import Document
from perception.extraction.label_reader import read_labels
from perception.extraction.reader import ReadPage
from perception.extraction.record import Record
from perception.extraction.schema import read_schema
from tests.perception.document.papers import line, pdf_bytes
from tests.perception.extraction.invoices import SCHEMA, SUMS, invoice


def read(path: Path, schema: dict[str, Any]) -> Record:
    with Document(path) as document:
        pages = [ReadPage(page, document.text(page)) for page in range(1, document.num_pages + 1)]
    return read_labels(path.name, pages, read_schema(schema))


def simple(folder: Path, content: str) -> Path:
    path = folder / "simple.pdf"
    path.write_bytes(pdf_bytes([content]))
    return path


def test_an_invoice(tmp_path: Path) -> None:
    record = read(invoice(tmp_path), SCHEMA)
    assert record.values() == {
        "number": "RE-2024-00317",
        "date": "2024-04-03",
        "due_date": "2024-05-03",
        "supplier": "Muster & Söhne GmbH",
        "net": 55.0,
        "tax": 10.45,
        "total": 65.45,
        "iban": "DE89 3704 0044 0532 0130 00",
        "items": [
            {"description": "Schrauben", "quantity": 10, "amount": 15.0},
            {"description": "Muttern", "quantity": 20, "amount": 40.0},
        ],
    }
    assert record.is_whole
    assert [check.holds for check in record.checks] == [True] * 5


def test_every_leaf_says_where_and_how(tmp_path: Path) -> None:
    record = read(invoice(tmp_path), SCHEMA)
    leaf = next(leaf for leaf in record.leaves if leaf.path == "total")
    assert (leaf.page, leaf.quote, leaf.source, leaf.read_by, leaf.on_page) == (1, "65,45", "text", "labels", True)
    assert leaf.confidence is None  # nothing was measured, so nothing is claimed
    assert leaf.box is not None
    assert (round(leaf.box.left), round(leaf.box.bottom)) == (470, 376)


def test_sums_decide_between_values(tmp_path: Path) -> None:
    """The base of the tax stands nearer to its label than the tax does."""
    sums = [SUMS[0], ("MwSt. 19% auf 55,00", "10,45 €"), SUMS[2]]
    record = read(invoice(tmp_path, sums=sums), SCHEMA)
    assert record.values()["tax"] == 10.45


def test_sums_that_are_wrong_on_the_page_are_reported_and_not_mended(tmp_path: Path) -> None:
    record = read(invoice(tmp_path, sums=[*SUMS[:2], ("Gesamtbetrag", "66,45 €")]), SCHEMA)
    assert record.values()["total"] == 66.45
    failed = [check for check in record.checks if check.holds is False]
    assert [(check.check, check.says) for check in failed] == [("net + tax == total", "65.45 against 66.45")]
    assert not record.is_whole


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    record = read(simple(tmp_path, line(50, 700, "Dear Sir, nothing is owed.")), SCHEMA)
    assert record.missing == ("number", "total")
    assert all(leaf.value is None and leaf.box is None and not leaf.on_page for leaf in record.leaves)


@pytest.mark.parametrize(
    ("label", "value"),
    [("Invoice No.", "INV/2024/17"), ("Facture n°", "F-2024.017"), ("Nº de factura:", "2024-A-17"),
     ("Factuurnummer", "20240017"), ("Numero fattura", "17/2024"), ("Nr faktury:", "FV/17/03/2024")],
)  # fmt: skip
def test_labels_in_several_languages(tmp_path: Path, label: str, value: str) -> None:
    schema = {"properties": {"invoice_number": {"type": "string"}}}
    beside = read(simple(tmp_path, line(50, 700, label) + line(200, 700, value)), schema)
    below = read(simple(tmp_path, line(50, 700, label) + line(50, 686, value)), schema)
    assert beside.values() == below.values() == {"invoice_number": value}


def test_labels_and_choices_of_the_schemas_own(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "machine": {"type": "string", "x-labels": ["Maschinentyp"]},
            "state": {"type": "string", "title": "Condition", "enum": ["good", "bad"]},
            "code": {"type": "string", "title": "Code", "pattern": "^[A-Z]{2}-\\d{4}$"},
        }
    }
    page = line(50, 700, "Maschinentyp: Fräse 3000") + line(50, 680, "Condition") + line(200, 680, "good")
    page += line(50, 660, "Code") + line(200, 660, "about 7 or XY-1234")
    record = read(simple(tmp_path, page), schema)
    assert record.values() == {"machine": "Fräse 3000", "state": "good", "code": "XY-1234"}


def test_a_longer_label_hides_the_shorter(tmp_path: Path) -> None:
    schema = {"properties": {"total": {"type": "number"}, "date": {"type": "string", "format": "date"}}}
    page = line(50, 700, "Total net") + line(200, 700, "10.00") + line(50, 680, "Total") + line(200, 680, "12.00")
    page += (
        line(50, 660, "Due date") + line(200, 660, "2024-05-01") + line(50, 640, "Date") + line(200, 640, "2024-04-01")
    )
    assert read(simple(tmp_path, page), schema).values() == {"total": 12.0, "date": "2024-04-01"}


def test_letters_set_apart_are_words(tmp_path: Path) -> None:
    name = "BT /F1 12 Tf 4 Tc 50 780 Td (Example GmbH) Tj ET\n"
    record = read(simple(tmp_path, name), {"properties": {"supplier": {"type": "string"}}})
    assert record.values() == {"supplier": "Example GmbH"}


def test_a_name_over_several_lines_is_one(tmp_path: Path) -> None:
    """In a narrow column, beside another one whose lines stand between its own."""
    page = line(30, 700, "Lindenau &", bold=True) + line(30, 686, "Rauscher GmbH", bold=True)
    page += line(30, 672, "& Co. KG", bold=True) + line(30, 658, "Lindenweg 3a") + line(30, 644, "24103 Kiel")
    page += line(300, 705, "Rechnung an:") + line(300, 692, "Nordwind AG") + line(300, 679, "Hauptstr. 1")
    page += line(300, 600, "Vielen Dank. Wir danken Ihnen.")
    record = read(simple(tmp_path, page), {"properties": {"supplier": {"type": "string"}}})
    assert record.values() == {"supplier": "Lindenau & Rauscher GmbH & Co. KG"}
    box = record.leaves[0].box
    assert box is not None
    assert (box.bottom - box.top) > 30  # of three lines


def test_a_mail_address_tells_whose_paper_it_is(tmp_path: Path) -> None:
    names = {"properties": {"supplier": {"type": "string"}}}
    page = line(50, 780, "Brandtner AG") + line(50, 60, "Kesselhof GmbH")
    assert read(simple(tmp_path, page), names).values() == {"supplier": "Brandtner AG"}  # it stands at the head
    page += line(200, 60, "info@kesselhof.example")
    assert read(simple(tmp_path, page), names).values() == {"supplier": "Kesselhof GmbH"}


def test_a_date_whose_year_is_on_the_next_line(tmp_path: Path) -> None:
    page = line(50, 700, "Ausstellungsdatum") + line(50, 686, "26. September") + line(50, 673, "2024")
    page += line(200, 686, "Lindenweg 3a") + line(200, 673, "70173 Stuttgart")
    record = read(simple(tmp_path, page), {"properties": {"date": {"type": "string", "format": "date"}}})
    assert record.values() == {"date": "2024-09-26"}


def test_a_total_is_cited_where_it_is_said_and_not_at_the_end_of_a_column(tmp_path: Path) -> None:
    columns = [
        ("MwSt. %", "19 %", "Σ"),
        ("Netto", "55,00", "55,00"),
        ("MwSt.", "10,45", "10,45"),
        ("Gesamtbetrag", "65,45", "65,45"),
    ]
    page = ""
    for at, texts in enumerate(columns):
        page += "".join(line(50 + 90 * at, 500 - 14 * row, text) for row, text in enumerate(texts) if text != "Σ")
    page += line(50, 430, "Gesamtbetrag: 65,45", size=14)
    record = read(simple(tmp_path, page), SCHEMA)
    assert {name: record.values()[name] for name in ("net", "tax", "total")} == {
        "net": 55.0,
        "tax": 10.45,
        "total": 65.45,
    }
    leaf = next(leaf for leaf in record.leaves if leaf.path == "total")
    assert leaf.box is not None
    assert leaf.box.bottom - leaf.box.top > 12


def test_amounts_behind_a_currency_are_no_tax_numbers(tmp_path: Path) -> None:
    sums = [("Net amount", "GBP 5299.83"), ("VAT 20 %", "GBP 1059.97"), ("Total due", "GBP 6359.80")]
    values = read(invoice(tmp_path, sums=sums), SCHEMA).values()
    assert (values["net"], values["tax"], values["total"]) == (5299.83, 1059.97, 6359.8)


def test_an_amount_without_a_label_is_the_one_that_makes_the_sum_right(tmp_path: Path) -> None:
    values = read(invoice(tmp_path, sums=[SUMS[0], ("Abgabe", "10,45 €"), SUMS[2]]), SCHEMA).values()
    assert (values["net"], values["tax"], values["total"]) == (55.0, 10.45, 65.45)
    unprinted = read(invoice(tmp_path, sums=[SUMS[0], SUMS[2]]), SCHEMA)
    assert unprinted.values()["tax"] is None  # it could be worked out, but nobody wrote it
