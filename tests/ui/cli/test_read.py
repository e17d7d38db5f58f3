"""`handeye read` and `handeye ask`: forms, records, answers, and one sentence where it does not work."""

import json
from pathlib import Path

import pytest

from tests.perception.document.papers import line, pdf_bytes
from tests.perception.extraction.invoices import SCHEMA, SUMS, invoice
from ui.cli import exits
from ui.cli.main import main


def test_a_document_as_markdown_html_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes([line(60, 700, "Title", size=24) + line(60, 660, "Some words of text to read.")]))
    assert main(["read", str(path)]) == exits.DONE
    assert capsys.readouterr().out == "# Title\n\nSome words of text to read.\n"
    assert main(["read", str(path), "--as", "html", "--out", str(tmp_path / "a.html")]) == exits.DONE
    assert '<h1 data-page="1" data-box="' in (tmp_path / "a.html").read_text()
    capsys.readouterr()
    assert main(["read", str(path), "--as", "json"]) == exits.DONE
    layout = json.loads(capsys.readouterr().out)
    assert [block["kind"] for block in layout["blocks"]] == ["heading", "paragraph"]
    assert layout["blocks"][0]["box"]["left"] == 60


def test_a_record_of_every_document_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, schema = tmp_path / "in", tmp_path / "schema.json"
    folder.mkdir()
    invoice(folder)
    schema.write_text(json.dumps(SCHEMA))
    assert main(["read", str(folder), "--schema", str(schema), "--json"]) == exits.DONE
    (record,) = json.loads(capsys.readouterr().out)["records"]
    assert record["values"]["total"] == 65.45
    assert record["read_by"] == "labels"


def test_a_check_that_fails_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    path = invoice(tmp_path, sums=[*SUMS[:2], ("Gesamtbetrag", "66,45 €")])
    assert main(["read", str(path), "--schema", str(schema)]) == exits.FAILED
    assert "check net + tax == total: fails: 65.45 against 66.45" in capsys.readouterr().out


def test_a_schema_of_pydantic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = invoice(tmp_path)
    schema = "tests.perception.extraction.test_schema:Invoice"
    assert main(["read", str(path), "--schema", schema, "--json"]) == exits.DONE
    assert json.loads(capsys.readouterr().out)["records"][0]["values"]["net"] == 55.0


def test_a_question_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = invoice(tmp_path)
    assert main(["ask", str(path), "Wann ist die Rechnung fällig?"]) == exits.DONE
    said = capsys.readouterr().out
    assert "passages and no answer" in said
    assert "03.05.2024" in said
    assert main(["ask", str(path), "xylophone"]) == exits.FAILED


def test_a_question_to_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reply = {"found": True, "answer": "65,45 €", "citations": [{"page": 1, "quote": "Gesamtbetrag 65,45 €"}]}
    script = tmp_path / "script.jsonl"
    script.write_text(json.dumps(reply) + "\n")
    path = invoice(tmp_path)
    assert main(["ask", str(path), "Gesamtbetrag?", "--model", f"scripted:{script}", "--json"]) == exits.DONE
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["text"], answer["citations"][0]["page"]) == ("answer", "65,45 €", 1)


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (["none.pdf"], "none.pdf does not exist", exits.USAGE),
        (["{pdf}", "--as", "pdf"], "--as pdf: one of: markdown, html, json", exits.USAGE),
        (["{pdf}", "--pages", "7"], "has pages 1 to 1", exits.USAGE),
        (["{pdf}", "--pages", "x"], "write numbers and ranges", exits.USAGE),
        (["{pdf}", "--schema", "none.json"], "there is no such file", exits.USAGE),
        (["{pdf}", "--schema", "no.such:Model"], "there is no such pydantic model", exits.USAGE),
        (["{pdf}", "--schema", "{bad}"], "it is no JSON file", exits.USAGE),
        (["{pdf}", "--schema", "{bad}", "--as", "json"], "give one of them", exits.USAGE),
        (["{bad}"], "it is no PDF and no picture", exits.BROKEN),
        (["{pdf}", "--out", "no/such/file"], "name a file in a folder", exits.USAGE),
        (["{empty}"], "no document in the folder", exits.USAGE),
    ],
)
def test_what_does_not_work_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str, code: int
) -> None:
    bad, empty = tmp_path / "bad.bin", tmp_path / "empty"
    bad.write_text("not { json")
    empty.mkdir()
    known = {"{pdf}": str(invoice(tmp_path)), "{bad}": str(bad), "{empty}": str(empty)}
    assert main(["read", *(known.get(word, word) for word in words)]) == code
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
