"""The fields that documents are read for: kinds that are known, and a table that a person draws up."""

from pathlib import Path
from typing import Any

import pytest

from perception.extraction.schema import SchemaInvalid, read_schema
from ui.console.documents.fields import FIRST, KINDS, OWN, TYPES, Row, drawn, load_rows, rows_of, save_rows, source_of
from ui.console.documents.table import table_html


def test_kinds_that_are_known_can_be_read_for(tmp_path: Path) -> None:
    for kind in KINDS:
        assert read_schema(source_of(kind.key, tmp_path)).fields
    assert all(field.required for field in read_schema(source_of("invoice", tmp_path)).fields)
    with pytest.raises(SchemaInvalid, match="choose"):
        source_of("../invoice", tmp_path)


def test_a_table_becomes_a_schema(tmp_path: Path) -> None:
    rows = tuple(Row(name=f"Größe {one}", type=one, required=one == "number") for one in TYPES)
    save_rows(tmp_path, rows)
    assert load_rows(tmp_path) == rows
    schema = read_schema(source_of(OWN, tmp_path))
    assert [field.kind for field in schema.fields] == [
        *("text", "number", "integer", "date", "boolean"),
        *("text", "text", "text"),
    ]
    assert [field.format for field in schema.fields][-3:] == ["iban", "vat-id", "email"]
    assert schema.fields[1].path == "grosse_number"
    assert [field.path for field in schema.fields if field.required] == ["grosse_number"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "at least one"),
        ([Row(name="1.")], "begins with a letter"),
        ([Row(name="A b"), Row(name="a  B")], "there twice"),
        ([Row(name="x" * 61)], "60 letters"),
        ([Row(name=f"f{n}") for n in range(61)], "more than the 60"),
    ],
)
def test_a_table_that_can_not_be_read_for_says_why(tmp_path: Path, rows: list[Row], why: str) -> None:
    with pytest.raises(SchemaInvalid, match=why):
        drawn(rows)
    with pytest.raises(SchemaInvalid):
        save_rows(tmp_path, rows)
    assert load_rows(tmp_path) == FIRST


@pytest.mark.parametrize("data", [None, "x", [1], [{}], [{"name": 1}], [{"name": "a", "type": "code"}], {"a": 1}])
def test_what_is_no_table_of_ours_is_refused(data: Any) -> None:
    with pytest.raises(SchemaInvalid, match="load the page again"):
        rows_of(data)


def test_rows_without_a_name_are_left_out_and_names_are_escaped(tmp_path: Path) -> None:
    assert rows_of([{"name": "  "}, {"name": " Our  ref "}]) == (Row(name="Our ref"),)
    assert "<b>" not in table_html([Row(name='"><b>')])
    (tmp_path / "fields.json").write_text("[" * 100_000)
    assert load_rows(tmp_path) == FIRST
