"""What is done on the page of a document: fields and words linked both ways, words picked, values corrected."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent.booking.batch import PERSON
from perception.extraction.record import Leaf
from tests.ui.console.documents.shelves import library_in, put, real_invoice
from tests.ui.console.documents.test_room import read
from ui.console.documents.library import Library
from ui.console.documents.looking import Looking, acted, looking_at
from ui.console.documents.paper import paper_html
from ui.console.documents.shelf import Shelf

EVIL = "<img src=x onerror=alert(1)>.pdf"


@pytest.fixture(scope="module")
def read_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library with an invoice that was read once for all tests."""
    folder = tmp_path_factory.mktemp("looking")
    library = library_in(folder)
    read(library, put(library.shelf, real_invoice(folder / "made"), EVIL))
    yield library
    library.close()


@pytest.fixture
def library(read_library: Library) -> Library:
    """The same, without what another test corrected."""
    (key,) = read_library.shelf.names()
    read_library.shelf.change(key, lambda sheet: sheet.model_copy(update={"corrections": {}}))
    return read_library


@pytest.fixture
def at(library: Library) -> Looking:
    (sheet,) = library.shelf.all()
    return looking_at(sheet)


def do(library: Library, at: Looking, what: str, **data: Any) -> Looking:
    mark = library.shelf.get(at.key).mark if at.key in library.shelf.names() else ""
    return acted(library, at, {"of": at.key, "page": at.page, "mark": mark, "do": what, **data})


def word(library: Library, at: Looking, text: str) -> int:
    return [one.text for one in library.room.page(at.key, 1).text.words].index(text)


def html(library: Library, at: Looking) -> str:
    return paper_html(library.shelf.get(at.key), at, library.room.page(at.key, at.page).text, "")


def leaf(library: Library, at: Looking, path: str) -> Leaf:
    record = library.shelf.get(at.key).corrected()
    assert record is not None
    return next(leaf for leaf in record.leaves if leaf.path == path)


def test_a_field_lights_its_box_and_a_word_chooses_its_field(library: Library, at: Looking) -> None:
    assert 'class="he-box on"' not in html(library, at)
    chosen = do(library, at, "field", field="total")
    assert 'class="he-box on" data-box="total"' in html(library, chosen)
    assert do(library, at, "word", number=word(library, at, "65,45")).path == "total"
    nothing = do(library, chosen, "word", number=word(library, at, "Schrauben"))
    assert nothing.path == "total"
    assert "No field was read from this word" in html(library, nothing)


def test_words_are_picked_put_back_and_used(library: Library, at: Looking) -> None:
    at = do(library, do(library, at, "field", field="supplier"), "pick")
    for text in ("Anders", "Gesamtbetrag", "AG", "Gesamtbetrag"):
        at = do(library, at, "word", number=word(library, at, text))
    assert "Picked: Anders AG" in html(library, at)
    assert leaf(library, at, "supplier").read_by == "labels", "nothing is corrected before it is said"
    at = do(library, at, "use")
    found = leaf(library, at, "supplier")
    assert (found.value, found.read_by, found.page, at.picking) == ("Anders AG", PERSON, 1, False)
    assert Shelf(library.shelf.folder).get(at.key).corrections == {"supplier": found}, "it is on disk"
    assert "a person said so, page 1" in html(library, at)
    at = do(library, at, "undo")
    assert leaf(library, at, "supplier").value == "Muster & Söhne GmbH"
    assert library.shelf.get(at.key).corrections == {}


def test_words_that_are_no_value_are_refused_and_stay_picked(library: Library, at: Looking) -> None:
    at = do(library, do(library, at, "field", field="total"), "pick")
    at = do(library, do(library, at, "word", number=word(library, at, "Schrauben")), "use")
    assert at.note == "“Schrauben” is not a number."
    assert at.picks
    assert do(library, at, "clear").picks == ()
    stopped = do(library, at, "stop")
    assert (stopped.picking, stopped.picks, library.shelf.get(at.key).corrections) == (False, (), {})


def test_a_value_is_typed_agreed_to_or_taken_away(library: Library, at: Looking) -> None:
    at = do(library, at, "field", field="number")
    at = do(library, at, "save", text="RE-1")
    assert (leaf(library, at, "number").value, leaf(library, at, "number").on_page) == ("RE-1", False)
    at = do(library, at, "empty")
    assert leaf(library, at, "number") == Leaf(path="number", read_by=PERSON)
    assert "required and not found: number" in html(library, at)
    at = do(library, do(library, at, "undo"), "right")
    assert (leaf(library, at, "number").value, leaf(library, at, "number").read_by) == ("RE-2024-00317", PERSON)


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], "x", {}, {"do": "use"}, {"do": "field", "field": "none"}, {"do": "word", "number": 10**9}),
        *({"do": "word", "number": "x"}, {"do": "word", "number": -1}, {"do": "nothing"}, {"do": ["use"]}),
        *({"do": "save"}, {"do": "page", "number": None}, {"of": "../x", "page": 1, "do": "use"}),
        {"of": "", "page": 7, "do": "right"},
    ],
)
def test_what_no_page_of_ours_says_changes_nothing_and_is_said(library: Library, at: Looking, data: Any) -> None:
    if isinstance(data, dict) and data and "of" not in data:
        data = {"of": at.key, "page": 1, "mark": library.shelf.get(at.key).mark, **data}
    after = acted(library, at, data)
    assert after.note
    assert library.shelf.get(at.key).corrections == {}


def test_pages_have_an_end_and_a_document_that_is_gone_says_so(library: Library, at: Looking) -> None:
    assert do(library, at, "page", number="99").page == 1
    assert do(library, Looking("0" * 32), "page", number=1).note == "There is no such document any more."


def test_what_another_page_has_changed_is_not_changed_unseen(library: Library, at: Looking) -> None:
    at = do(library, at, "field", field="total")
    before = library.shelf.get(at.key).mark
    do(library, at, "save", text="70,00")
    late = do(library, at, "right", mark=before)
    assert late.note == "It has changed meanwhile: look again, then say it."
    assert leaf(library, at, "total").value == 70.0
    assert do(library, at, "undo").note == ""


def test_text_of_documents_is_escaped(library: Library, at: Looking) -> None:
    shown = html(library, do(library, do(library, at, "field", field="number"), "save", text="<script>'\""))
    assert "<img src=x" not in shown
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
