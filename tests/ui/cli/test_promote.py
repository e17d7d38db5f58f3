"""`handeye promote` measures both models by the same episodes, and says what came of it."""

import json
from pathlib import Path

import pytest

from tests.tiny_model import write_folder
from ui.cli import exits
from ui.cli.main import main


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ([], "CANDIDATE", exits.USAGE),
        (["nowhere"], 'There is no model "nowhere"', exits.USAGE),
        (["nano"], "hold the same weights", exits.USAGE),
        (["nano", "--seed", "1000000"], "are for training; take one above", exits.USAGE),
        (["nano", "--margin", "1.5"], "--margin: a share", exits.USAGE),
        (["nano", "--episodes", "0"], "at least 1", exits.USAGE),
        (["nano", "--worse", "0.1"], "together with --taught", exits.USAGE),
        (["nano", "--taught", "parcel", "--worse", "1"], "--worse: a share", exits.USAGE),
    ],
)
def test_wrong_use_is_one_line(
    words: list[str],
    said: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["promote", *words]) == code
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.browser
def test_a_model_that_knows_nothing_is_not_promoted(
    chromium: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "candidate")
    words = ["promote", "candidate", "--tasks", "click-button", "--episodes", "2", "--json"]
    assert main(words) == exits.FAILED
    first = json.loads(capsys.readouterr().out)
    assert not first["promoted"]
    assert first["before"]["name"].startswith("handeye-nano")
    assert not (tmp_path / "models" / "current").exists()
    assert main(words) == exits.FAILED
    lines = (tmp_path / "models" / "current.jsonl").read_text().splitlines()
    assert len(lines) == 2
    again = json.loads(lines[1])
    assert again["before"]["evaluation"] == first["before"]["evaluation"], "nothing is measured twice"
