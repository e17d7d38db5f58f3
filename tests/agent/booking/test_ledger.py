"""A batch's ledger: what it says of a document, and that what was changed in it is seen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from agent.booking.ledger import FILE_NAME, Begun, Ledger, Listed, Read, Receipt, read_standings
from agent.errors import RecordBusy, RecordError


def written(folder: Path) -> None:
    with closing(Ledger(folder)) as ledger:
        ledger.write(Listed(document="d", name="a.pdf"))
        ledger.write(Read(document="d", values={"number": "1"}, read_by="labels"))
        ledger.write(Begun(document="d", run="d-1"))


def test_it_says_how_far_a_document_is(tmp_path: Path) -> None:
    written(tmp_path / "new" / "batch")
    with closing(Ledger(tmp_path / "new" / "batch")) as ledger:
        standing = ledger.of("d")
        assert (standing.name, standing.open_run, standing.is_settled) == ("a.pdf", "d-1", False)
        assert standing.record is not None
        assert standing.record.values == {"number": "1"}
        ledger.write(Receipt(document="d", run="d-1", state="not_entered", by="run"))
        assert not ledger.of("d").is_settled
        ledger.write(Begun(document="d", run="d-2"))
        assert ledger.of("d").receipt is None, "a run is open again"
        ledger.write(Receipt(document="d", run="d-2", state="entered", by="screen"))
        assert ledger.of("d").is_settled
        assert ledger.of("d").runs == ("d-1", "d-2")
        assert ledger.of("other").receipt is None


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    assert read_standings(tmp_path) == ()
    written(tmp_path)
    with closing(Ledger(tmp_path)) as ledger:
        assert read_standings(tmp_path) == (ledger.of("d"),)
        ledger.write(Receipt(document="d", run="d-1", state="entered", by="screen"))
        (standing,) = read_standings(tmp_path)
        assert (standing.is_settled, standing.open_run, standing.runs) == (True, "", ("d-1",))
    file = tmp_path / FILE_NAME
    file.write_bytes(file.read_bytes() + b"torn")
    assert read_standings(tmp_path)[0].is_settled
    file.write_bytes(file.read_bytes().replace(b"a.pdf", b"b.pdf"))
    with pytest.raises(RecordError, match="checksum"):
        read_standings(tmp_path)


def test_a_torn_line_is_cut_back_and_a_changed_one_refused(tmp_path: Path) -> None:
    written(tmp_path)
    file = tmp_path / FILE_NAME
    file.write_bytes(file.read_bytes()[:-20])
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger.of("d").open_run == ""
    file.write_bytes(file.read_bytes().replace(b"a.pdf", b"b.pdf"))
    with pytest.raises(RecordError, match="checksum"):
        Ledger(tmp_path)


def test_a_line_that_is_gone_is_seen(tmp_path: Path) -> None:
    written(tmp_path)
    lines = (tmp_path / FILE_NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE_NAME).write_bytes(lines[0] + lines[2])
    with pytest.raises(RecordError, match="does not follow"):
        Ledger(tmp_path)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path)), pytest.raises(RecordBusy):
        Ledger(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="can't be made"):
        Ledger(tmp_path / "file" / "batch")


def test_a_line_of_a_version_without_a_chain_is_no_way_around_it(tmp_path: Path) -> None:
    """The ledger of a batch never had such a version."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.write(Listed(document="a", name="a.pdf"))
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write(Listed(schema_version=1, document="b", name="b.pdf").model_dump_json() + "\n")
    with pytest.raises(RecordError, match="does not follow from the line before"):
        read_standings(tmp_path)
