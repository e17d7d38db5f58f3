"""The doctor finds what is there, and says what to do about what is not."""

import re
import tomllib
from pathlib import Path

from agent.settings import load
from perception.document.office import PARTS
from ui.cli import exits
from ui.doctor.examination import ROOT, Chosen, chosen_by, examine


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


def test_a_runs_folder_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = {finding.part: finding for finding in examine(Chosen(tmp_path / "file" / "runs"))}
    assert findings["runs folder"].state == "missing"
    assert "--runs" in findings["runs folder"].advice


def test_what_settings_name_is_looked_for() -> None:
    settings = load(None, {"model.name": "other", "run.folder": "there", "browser.executable": "/bin/chrome"}, {})
    assert chosen_by(settings) == Chosen(Path("there"), "/bin/chrome", "other")
