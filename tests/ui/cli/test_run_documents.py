"""`handeye run --documents`: invoices into the demo's books by keys alone, and one sentence where it does not work."""

import json
from pathlib import Path

import pytest

from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.entry import FIELDS
from sandboxes.demos.erp.server import ErpServer
from tests.perception.extraction.invoices import invoice
from tests.walk.filler import INVOICE
from ui.cli import exits
from ui.cli.main import main

SAID = "Enter the invoice and press Save invoice"
PYDANTIC = """
import datetime
from pydantic import BaseModel, Field

class Invoice(BaseModel):
    number: str = Field(title="Invoice number")
    date: datetime.date = Field(title="Invoice date")
    supplier: str
    net: float = Field(title="Net amount")
    tax: float = Field(title="Tax amount")
    total: float = Field(title="Total amount")
"""
VALUES = ("RE-2024-00317", "2024-04-03", "Muster & Söhne GmbH", "55.00", "10.45", "65.45")


def script(folder: Path, *values: str, end: str = "success") -> str:
    """Keys alone: the form's first field is the third stop, and the button the one after the last field."""
    replies = [{"action": "key", "keys": ["Tab"]}] * 3
    for value in values:
        replies += [{"action": "type", "text": value}, {"action": "key", "keys": ["Tab"]}]
    replies += [{"action": "key", "keys": ["Enter"]}, {"action": "terminate", "status": end}]
    path = folder / "script.jsonl"
    path.write_text("".join(json.dumps({"thought": "Next", **reply}) + "\n" for reply in replies))
    return f"scripted:{path}"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    invoice(folder)
    (tmp_path / "invoice.json").write_text(json.dumps(INVOICE))
    (tmp_path / "invoice.py").write_text(PYDANTIC)
    return folder


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("schema", "wrong", "code"),
    [("invoice.py", False, 0), ("invoice.json", True, 1)],
)
def test_a_document_is_entered_or_held(
    inbox: Path,
    runs_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    schema: str,
    wrong: bool,
    code: int,
) -> None:
    values = (*VALUES[:3], VALUES[4], VALUES[3], VALUES[5]) if wrong else VALUES
    books = Books(tmp_path / "books.sqlite")
    with ErpServer(books) as server:
        words = ["run", SAID, "--url", f"{server.url}/new", "--documents", str(inbox)]
        words += ["--schema", str(tmp_path / schema), "--listed", f"{server.url}/?number={{number}}"]
        words += [
            "--model",
            script(tmp_path, *values, end="failure" if wrong else "success"),
            "--runs",
            str(runs_folder),
            "--viewport",
            "960x480",
        ]
        assert main([*words, "--json"]) == code
        (document,) = json.loads(capsys.readouterr().out)["documents"]
        if wrong:
            assert document["receipt"]["state"] == "not_entered"
            assert books.bookings() == []
            return
        assert document["receipt"]["state"] == "entered", document
        assert "R-000001" in document["receipt"]["said"]
        assert main(words) == exits.DONE, "nothing is left to enter"
    (booking,) = books.bookings()
    assert tuple(getattr(booking.entry, name) for name in FIELDS) == VALUES
    printed = capsys.readouterr().out
    assert "document invoice.pdf: entered" in printed
    assert "1 documents: 1 entered" in printed
    (batch,) = runs_folder.iterdir()
    (run,) = (path for path in batch.iterdir() if path.is_dir())
    assert main(["resume", str(run), "--runs", str(runs_folder)]) == exits.USAGE
    assert "call handeye run with --documents again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--documents", "INBOX"], "--schema is missing"),
        (["--schema", "invoice.json"], "--schema is for documents"),
        (["--listed", "http://x"], "--listed is for documents"),
        (["--documents", "INBOX", "--schema", "none.json"], "there is no such file"),
        (["--documents", "INBOX", "--schema", "empty.py"], "makes none: name MODULE:MODEL"),
        (["--documents", "INBOX", "--schema", "broken.py"], "it can't be run (ZeroDivisionError"),
        (["--documents", "INBOX", "--schema", "items.json"], "items is a list, and lists can't be entered yet"),
        (["--documents", "absent", "--schema", "invoice.json"], "absent does not exist"),
        (["--documents", "INBOX", "--schema", "invoice.json", "--listed", "list"], "list is no address of a list"),
        (["--documents", "INBOX", "--schema", "invoice.json", "--recording", "x.mp4"], "can't be given together"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    inbox: Path, runs_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    items = {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "number"}}}}
    (tmp_path / "items.json").write_text(json.dumps({"type": "object", "properties": {"items": items}}))
    named = [str(inbox) if flag == "INBOX" else flag for flag in flags]
    named = [str(tmp_path / flag) if flag.endswith((".json", ".py")) else flag for flag in named]
    assert main(["run", SAID, "--url", "http://127.0.0.1:9/", *named, "--runs", str(runs_folder)]) == exits.USAGE
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert list(runs_folder.iterdir()) == []
