"""What a person says of a field, and what becomes of the record then."""

from pathlib import Path

import pytest

from agent.booking.batch import PERSON, lacks_of
from perception.extraction.record import Leaf
from perception.extraction.schema import read_schema
from tests.ui.console.documents.shelves import number_of, page_text, read_sheet
from ui.console.documents.correction import NotMeant, agreed, clicked, emptied, field_at, typed, value_of
from ui.console.documents.fields import source_of
from ui.console.documents.shelf import Shelf

SCHEMA = read_schema(source_of("invoice", Path()))
WORDS = page_text().words


def leaf_of(path: str, *words: str) -> Leaf:
    field = field_at(SCHEMA, path)
    assert field is not None
    return clicked(field, path, 1, [WORDS[number_of(word)] for word in words], page_text())


def test_several_words_are_one_value_with_its_place() -> None:
    leaf = leaf_of("supplier", "Muster", "GmbH")
    assert (leaf.value, leaf.quote, leaf.source, leaf.read_by, leaf.on_page) == (
        *("Muster GmbH", "Muster GmbH", "text", PERSON),
        True,
    )
    assert leaf.box is not None
    assert (leaf.box.left, leaf.box.right) == (50, 50 + 36 + 4 + 24)
    assert leaf_of("total", "65,45", "€").value == 65.45
    assert leaf_of("date", "03.04.2024").value == "2024-04-03"


@pytest.mark.parametrize(
    ("path", "words", "why"),
    [
        ("total", ("Muster",), "is not a number"),
        ("date", ("65,45",), "is not a date"),
        ("number", (), "click the words"),
    ],
)
def test_words_that_mean_no_value_are_refused(path: str, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(NotMeant, match=why):
        leaf_of(path, *words)


def test_a_sign_behind_a_word_is_not_meant_and_a_choice_must_be_one() -> None:
    total, text = field_at(SCHEMA, "total"), page_text()
    assert total is not None
    assert value_of(total, "65,45.", text) == 65.45
    with pytest.raises(NotMeant, match="too long"):
        value_of(total, "1" * 501, text)
    chosen = read_schema({"type": "object", "properties": {"state": {"type": "string", "enum": ["paid", "open"]}}})
    with pytest.raises(NotMeant, match="none of: paid, open"):
        value_of(chosen.fields[0], "lost", text)


def test_dates_have_the_order_of_their_page() -> None:
    date = field_at(SCHEMA, "date")
    american = page_text()
    words = tuple(word.model_copy(update={"text": "12/31/2024"}) for word in american.words[:2])
    american = american.model_copy(update={"words": words})
    assert date is not None
    assert value_of(date, "07/03/2024", page_text()) == "2024-03-07"
    assert value_of(date, "07/03/2024", american) == "2024-07-03"


def test_what_is_typed_has_a_place_where_the_page_says_it_and_else_the_old_one() -> None:
    number = field_at(SCHEMA, "number")
    assert number is not None
    before = leaf_of("number", "RE-2024-00317")
    elsewhere = typed(number, before, "10,45", 1, page_text())
    assert (elsewhere.value, elsewhere.on_page) == ("10,45", True)
    nowhere = typed(number, before, "RE-2024-99999", 1, page_text())
    assert (nowhere.value, nowhere.box, nowhere.on_page, nowhere.quote) == ("RE-2024-99999", before.box, False, "")


def test_the_record_is_checked_anew_and_what_was_read_stays(tmp_path: Path) -> None:
    sheet = read_sheet(Shelf(tmp_path))
    wrong = sheet.model_copy(update={"corrections": {"total": leaf_of("total", "55,00")}})
    record = wrong.corrected()
    assert record is not None
    assert not record.is_whole
    assert lacks_of(record).startswith("a check of the record fails")
    assert {leaf.path for leaf in record.leaves if leaf.doubt} == {"net", "tax"}
    assert wrong.record == sheet.record
    right = wrong.model_copy(update={"corrections": {"total": leaf_of("total", "65,45")}}).corrected()
    assert right is not None
    assert (right.is_whole, lacks_of(right)) == (True, "")
    gone = sheet.model_copy(update={"corrections": {"number": emptied("number")}}).corrected()
    assert gone is not None
    assert gone.missing == ("number",)


def test_what_a_person_has_looked_at_is_not_doubted(tmp_path: Path) -> None:
    sheet = read_sheet(Shelf(tmp_path))
    assert sheet.record is not None
    leaves = tuple(leaf.model_copy(update={"doubt": "it was read from pixels"}) for leaf in sheet.record.leaves)
    doubted = sheet.model_copy(update={"record": sheet.record.model_copy(update={"leaves": leaves})})
    corrections = {leaf.path: agreed(leaf) for leaf in leaves if leaf.path in ("number", "date", "supplier")}
    record = doubted.model_copy(update={"corrections": corrections}).corrected()
    assert record is not None
    assert [leaf.path for leaf in record.leaves if leaf.doubt] == [], "the amounts are confirmed by their sum"
    typed_in = record.leaves[0].model_copy(update={"read_by": PERSON, "on_page": False})
    assert lacks_of(record.model_copy(update={"leaves": (typed_in, *record.leaves[1:])})) == ""


def test_fields_of_tables_are_found_by_their_row() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "number"}}}}
    schema = read_schema({"type": "object", "properties": {"items": items}})
    field = field_at(schema, "items.3.amount")
    assert field is not None
    assert field.kind == "number"
    assert [field_at(schema, path) for path in ("items.x.amount", "items.3.name", "items", "")] == [None] * 4
