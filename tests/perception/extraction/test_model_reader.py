"""What a model says of a document, and what of it stands on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from perception.clients.client import Completion
from perception.clients.scripted import ScriptedClient
from perception.document.document import Document
from perception.errors import ClientError
from perception.extraction.model_reader import ModelReader, reply_schema
from perception.extraction.pages import model_layout
from perception.extraction.reader import ReadPage
from perception.extraction.record import Record
from perception.extraction.schema import read_schema
from tests.perception.extraction.invoices import SCHEMA, invoice


def said(value: Any, quote: str, box: list[int] | None = None) -> dict[str, Any]:
    return {"value": value, "quote": quote, "page": 1, "bbox_2d": box or [0, 0, 10, 10]}


REPLY: dict[str, Any] = {
    "number": said("RE-2024-00317", "RE-2024-00317"),
    "date": said("2024-04-03", "03.04.2024"),
    "due_date": None,
    "supplier": said("Muster GmbH & Co.", "Muster GmbH & Co."),  # made up
    "net": said(55.0, "55,00 €"),
    "tax": said(11.45, "10,45 €"),  # a right quote for a wrong number
    "total": said(65.45, "Gesamtbetrag 65,45 €", [780, 430, 860, 450]),
    "iban": None,
    "items": [
        {"description": said("Schrauben", "Schrauben"), "quantity": said(10, "10"), "amount": said(15.0, "15,00")}
    ],
}


async def read(folder: Path, reply: str | Completion) -> tuple[Record, ScriptedClient]:
    client, schema = ScriptedClient([reply], name="strong"), read_schema(SCHEMA)
    with Document(invoice(folder)) as document:
        pages = [ReadPage(1, document.text(1))]
        return await ModelReader(client).read(document, pages, schema), client


async def test_values_keep_the_words_that_say_them(tmp_path: Path) -> None:
    record, client = await read(tmp_path, json.dumps(REPLY))
    leaves = {leaf.path: leaf for leaf in record.leaves}
    total = leaves["total"]
    assert (total.value, total.quote, total.source, total.read_by) == (65.45, "Gesamtbetrag 65,45", "text", "strong")
    assert total.box is not None
    assert 349 < total.box.left < 351  # the words' own box, and not what the model said
    assert leaves["items.0.quantity"].on_page
    assert client.schemas == [reply_schema(read_schema(SCHEMA))]
    assert len(client.asked[0][0].parts) == 2


async def test_what_is_not_on_the_page_is_marked(tmp_path: Path) -> None:
    record, _ = await read(tmp_path, json.dumps(REPLY))
    leaves = {leaf.path: leaf for leaf in record.leaves}
    for path in ("supplier", "tax"):
        assert leaves[path].value is not None
        assert not leaves[path].on_page
        assert (leaves[path].source, leaves[path].quote) == (None, "")
    assert leaves["iban"].value is None
    assert {check.check: check.holds for check in record.checks}["net + tax == total"] is False


def test_the_reply_is_held_to_a_schema() -> None:
    schema = reply_schema(read_schema(SCHEMA))
    jsonschema.validate(REPLY, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(REPLY | {"net": "55"}, schema)


@pytest.mark.parametrize("reply", ["no JSON", "[]", '{"net": 3, "total": {"value": "x"}, "items": [4]}'])
async def test_replies_that_are_none(tmp_path: Path, reply: str) -> None:
    if reply == "no JSON":
        with pytest.raises(ClientError, match="no JSON"):
            await read(tmp_path, reply)
        return
    record, _ = await read(tmp_path, reply)
    assert all(leaf.value is None for leaf in record.leaves)
    assert record.missing == ("number", "total")


async def test_a_model_reads_whole_pages(tmp_path: Path) -> None:
    client = ScriptedClient(['<h1 data-bbox="0 0 500 100">Rechnung</h1>'], name="strong")
    with Document(invoice(tmp_path)) as document:
        layout = await model_layout(document, [1], client, "qwenvl html")
    assert (layout.read_by, layout.blocks[0].text, layout.blocks[0].source) == ("strong", "Rechnung", "model")
    assert client.asked[0][0].parts[1].text == "qwenvl html"  # type: ignore[union-attr]
