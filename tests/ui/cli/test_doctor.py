"""The doctor finds what is there, and says what to do about what is not."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from perception.document.office import PARTS
from ui.cli import exits
from ui.cli.doctor import ROOT, Chosen, examine
from ui.cli.main import main


def test_every_part_has_one_row_and_a_known_state(tmp_path: Path) -> None:
    findings = list(examine(Chosen(tmp_path)))
    names = [finding.part for finding in findings]
    assert len(names) == len(set(names))
    assert {f"package {name}" for name in exits.OURS} <= set(names)
    assert {"python", "torch", "model nano", "chromium", "runs folder", "display", "gpu", "miniwob"} <= set(names)
    assert {finding.state for finding in findings} <= {"ok", "missing", "absent"}
    assert all(finding.advice for finding in findings if finding.state == "missing")
    ours = [finding for finding in findings if finding.part.startswith("package ")]
    assert all(finding.state == "ok" for finding in ours)


def test_what_documents_need_is_listed_with_the_line_that_installs_it(tmp_path: Path) -> None:
    findings = {finding.part: finding for finding in examine(Chosen(tmp_path))}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    packages = {re.split(r"[><=]", package)[0] for package in extras["documents"]}
    assert packages <= set(findings)
    for part in (*packages, "soffice"):
        found = findings[part]
        line = f"sudo apt install {PARTS}" if part == "soffice" else 'pip install "handeye[documents]"'
        assert found.state == "ok" or (found.state == "absent" and found.advice == line)


def test_json_is_one_object_that_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["ok"] == (code == exits.DONE)
    assert code in (exits.DONE, exits.MISSING)
    assert "python" in printed.err


def test_a_browser_that_is_not_there_is_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDEYE_BROWSER__EXECUTABLE", str(tmp_path / "chromium"))
    assert main(["doctor", "--json"]) == exits.MISSING
    findings = {finding["part"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["chromium"]["state"] == "missing"
    assert "sudo apt install chromium" in findings["chromium"]["advice"]


def test_a_runs_folder_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = {finding.part: finding for finding in examine(Chosen(tmp_path / "file" / "runs"))}
    assert findings["runs folder"].state == "missing"
    assert "--runs" in findings["runs folder"].advice
