"""Documents are read in the background, by real worker processes; what can't be read says why."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from perception.errors import DocumentError
from perception.extraction.record import Leaf
from perception.extraction.schema import SchemaInvalid
from tests.ui.console.documents.shelves import PDF, library_in, put, real_invoice
from ui.console.documents.bench import Bench, Tools
from ui.console.documents.fields import source_of
from ui.console.documents.library import Library
from ui.console.documents.sheet import DocumentUnknown, Sheet
from ui.console.documents.viewer import Viewer


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = library_in(tmp_path)
    yield library
    library.close()


def until(holds: Callable[[], bool], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def read(library: Library, sheet: Sheet) -> Sheet:
    library.room.read(sheet.key, source_of("invoice", library.shelf.folder))
    until(lambda: not library.room.state(sheet.key))
    return library.shelf.get(sheet.key)


def test_a_document_is_read_and_its_page_is_seen(library: Library, tmp_path: Path) -> None:
    sheet = put(library.shelf, real_invoice(tmp_path / "made"), "a <b>.pdf")
    before = library.room.version
    assert library.room.page(sheet.key, 1).text.words
    found = read(library, sheet)
    assert found.record is not None
    assert (found.record.document, found.record.read_by, found.num_pages) == ("a <b>.pdf", "labels", 1)
    assert {leaf.path: leaf.value for leaf in found.record.leaves}["total"] == 65.45
    assert library.room.version == before + 2
    assert library.room.page(sheet.key, 1) is library.room.page(sheet.key, 1)
    with pytest.raises(DocumentUnknown, match="pages 1 to 1"):
        library.room.page(sheet.key, 2)


def test_what_can_not_be_read_says_why_by_its_own_name(library: Library) -> None:
    sheet = read(library, put(library.shelf, PDF + b"torn", "torn.pdf"))
    assert sheet.record is None
    assert "can't be read as a PDF" in sheet.trouble
    assert sheet.key not in sheet.trouble
    with pytest.raises(DocumentError):
        library.room.page(sheet.key, 1)


def test_what_a_person_said_stays_when_it_is_read_anew_for_the_same_fields(library: Library, tmp_path: Path) -> None:
    sheet = read(library, put(library.shelf, real_invoice(tmp_path / "made")))
    said = Leaf(path="supplier", value="Ada", read_by="a person")
    library.shelf.change(sheet.key, lambda one: one.model_copy(update={"corrections": {"supplier": said}}))
    assert read(library, sheet).corrections == {"supplier": said}
    library.room.read(sheet.key, {"type": "object", "properties": {"supplier": {"type": "string"}}})
    until(lambda: not library.room.state(sheet.key))
    assert library.shelf.get(sheet.key).corrections == {}


def test_what_breaks_the_reading_is_said(library: Library, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    sheet = put(library.shelf, real_invoice(tmp_path / "made"))
    checks = {"type": "object", "properties": {"total": {"type": "number"}}, "x-checks": ["total ("]}
    library.room.read(sheet.key, checks)
    until(lambda: not library.room.state(sheet.key))
    assert "can't be read" in library.shelf.get(sheet.key).trouble


def test_what_is_unknown_or_no_schema_is_not_begun(library: Library) -> None:
    sheet = put(library.shelf)
    with pytest.raises(SchemaInvalid):
        library.room.read(sheet.key, {"type": "array"})
    with pytest.raises(DocumentUnknown):
        library.room.read("0" * 32, source_of("invoice", library.shelf.folder))
    assert library.room.state(sheet.key) == ""


def test_a_bench_works_in_turn_rests_and_works_again() -> None:
    bench, seen = Bench("bench", idle_seconds=0.05), []

    def job(tools: Tools) -> int:
        seen.append(threading.current_thread().name)
        return len(seen)

    def broken(tools: Tools) -> int:
        raise ZeroDivisionError

    assert [bench.ask(job).result(20), bench.ask(job).result(20)] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        bench.ask(broken).result(20)
    until(lambda: "bench" not in [thread.name for thread in threading.enumerate()])
    assert bench.ask(job).result(20) == 3
    bench.close()
    assert set(seen) == {"bench"}
    with pytest.raises(CancelledError):
        bench.ask(job).result(20)


def test_what_waits_when_a_bench_is_closed_is_cancelled() -> None:
    bench, goes, begun = Bench("bench"), threading.Event(), threading.Event()

    def slow(tools: Tools) -> bool:
        begun.set()
        return goes.wait(20)

    first, second = bench.ask(slow), bench.ask(slow)
    assert begun.wait(20)
    closing = threading.Thread(target=bench.close)
    closing.start()
    time.sleep(0.05)
    goes.set()
    closing.join()
    assert first.result(20)
    with pytest.raises(CancelledError):
        second.result(20)


def test_every_session_has_a_view_of_its_own() -> None:
    import copy

    one = Viewer()
    assert copy.deepcopy(one) is not one
    assert copy.deepcopy(one).lock is not one.lock
