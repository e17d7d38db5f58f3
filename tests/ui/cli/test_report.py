"""`handeye report` writes both files, compares several, and refuses in one line what is no evaluation."""

import json
import re
from pathlib import Path

import pytest

from tests.evaluations import BROKE, LOST, WON, evaluated
from ui.cli import exits
from ui.cli.main import main


def test_one_is_written_into_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = evaluated(tmp_path / "e", [WON, LOST, BROKE])
    assert main(["report", str(folder)]) == exits.DONE
    printed = capsys.readouterr().out
    assert "50.0% (9.4% to 90.5%)" in printed
    assert "NOT VALID: 1 of 3 episodes crashed" in printed
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    assert (folder / "report.md").read_text().startswith("# forms, scripted")


def test_two_are_compared_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = evaluated(tmp_path / "before", [LOST] * 10)
    now = evaluated(tmp_path / "now", [WON] * 10)
    out = tmp_path / "new" / "place"
    assert main(["report", str(before), str(now), "--out", str(out), "--json"]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["page"], said["text"]) == (str(out / "report.html"), str(out / "report.md"))
    assert [each["success"] for each in said["evaluations"]] == [0.0, 1.0]
    (pair,) = said["comparisons"]
    assert pair["rows"][0] == {"name": "all", "before": 0.0, "now": 1.0, "change": 1.0, "ci95": [0.6075, 1.0]}
    assert not (now / "report.html").exists()
    linked = re.findall(r"last screen\]\(([^)]+)\)", (out / "report.md").read_text())
    assert linked[0] == "pictures/1-00001-click.png"
    assert sorted(linked) == sorted(f"pictures/{path.name}" for path in (out / "pictures").iterdir())
    assert (out / linked[0]).read_bytes() == (before / "pictures/00001-click.png").read_bytes()


def test_what_is_no_evaluation_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = evaluated(tmp_path / "e", [WON])
    assert main(["report", str(folder), str(tmp_path / "none")]) == exits.USAGE
    printed = capsys.readouterr()
    assert "none is no evaluation: it has no manifest.json" in printed.err
    assert printed.err.count("\n") == 1
    assert not (folder / "report.html").exists()


def test_a_changed_result_ends_it_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = evaluated(tmp_path / "e", [WON, LOST])
    path = folder / "results.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"success":false', b'"success":true'))
    assert main(["report", str(folder)]) == exits.BROKEN
    assert "line 2 does not match its checksum" in capsys.readouterr().err
    assert not list(folder.glob("report.*"))
