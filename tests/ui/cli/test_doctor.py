"""The doctor's command prints what was found, and its exit code says whether anything that is needed is missing."""

import json
from pathlib import Path

import pytest

from ui.cli import exits
from ui.cli.main import main


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
