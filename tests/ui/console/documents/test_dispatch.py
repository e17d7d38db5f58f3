"""Documents that are sent to a form: which can be, where their ledger is, and how far they have come."""

from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from agent.booking.ledger import FILE_NAME, Begun, Ledger, Listed, Receipt
from agent.errors import SettingsError
from agent.events import Watcher
from agent.guard.person import Person
from perception.extraction.schema import read_schema
from tests.ui.console.documents.shelves import library_in, put, read_sheet
from ui.console.documents.dispatch import batch_folder, launch_of, schema_of, speaks_against
from ui.console.documents.library import Library, Sent
from ui.console.documents.progress import progress_html, progress_mark
from ui.console.stage import Order, Stage, View

ORDER = Order("Enter it", "http://127.0.0.1:9/new", "")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_in(tmp_path)


def test_documents_that_can_not_be_entered_together_say_why(library: Library) -> None:
    one = read_sheet(library.shelf)
    assert schema_of([one, one]).fields
    unread = put(library.shelf, b"%PDF-2", "other.pdf")
    other = one.model_copy(update={"source": {"type": "object", "properties": {"ref": {"type": "string"}}}})
    items = {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "number"}}}}
    listing = one.model_copy(update={"source": {"type": "object", "properties": {"items": items}}})
    for sheets, why in (
        ([], "choose the documents"),
        ([one, unread], "not read yet"),
        ([one, other], "read for other fields"),
        ([listing], "items is a list"),
    ):
        with pytest.raises(SettingsError, match=why):
            launch_of(library.shelf, library.settings, sheets, "")
    with pytest.raises(SettingsError, match="'none', which the schema does not have"):
        launch_of(library.shelf, library.settings, [one], "http://x/?q={none}")
    assert [speaks_against(sheet) for sheet in (one, unread)] == ["", "it is not read yet"]
    assert read_schema(other.source or {}).fields[0].path == "ref"


def test_a_form_has_one_ledger_however_its_instruction_is_worded(library: Library) -> None:
    first = batch_folder(library.shelf, ORDER, library.settings)
    assert first == batch_folder(library.shelf, Order("Enter all", ORDER.url, "nano"), library.settings)
    assert first != batch_folder(library.shelf, Order("Enter it", "http://127.0.0.1:9/other", ""), library.settings)
    assert first.parent == library.settings.run.folder


async def _nothing(order: Order, watcher: Watcher, person: Person) -> None:
    return


class _Staged:
    """A stage whose run is as it is told."""

    def __init__(self) -> None:
        self.view = View()


def test_how_far_a_batch_is_stands_in_its_ledger(library: Library, tmp_path: Path) -> None:
    assert (progress_html(library), progress_mark(library.sent)) == ("", "")
    sheet, staged = read_sheet(library.shelf, name="<b>one</b>.pdf"), _Staged()
    library.sent = sent = Sent(tmp_path / "batch", cast(Stage, staged))
    before = progress_mark(sent)
    assert "Over" in progress_html(library)
    with closing(Ledger(sent.folder)) as ledger:
        ledger.write(Listed(document=sheet.sha256, name="0f.pdf"))
        assert "waits for its turn" in progress_html(library)
        ledger.write(Begun(document=sheet.sha256, run="r-1"))
        assert "it is being entered, by the run r-1" in progress_html(library)
        ledger.write(Receipt(document=sheet.sha256, run="r-1", state="entered", by="screen", said="<i>R-1</i>"))
        assert progress_mark(sent) != before
    shown = progress_html(library)
    assert "&lt;b&gt;one&lt;/b&gt;.pdf" in shown
    assert "entered: &lt;i&gt;R-1&lt;/i&gt;" in shown
    staged.view = View(error="the form can't be opened")
    assert "the form can&#x27;t be opened" in progress_html(library)
    file = sent.folder / FILE_NAME
    file.write_bytes(file.read_bytes().replace(b"0f.pdf", b"1f.pdf"))
    assert "checksum" in progress_html(library)
