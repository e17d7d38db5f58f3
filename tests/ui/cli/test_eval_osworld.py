"""`handeye eval osworld` without its parts, or used wrongly, is one line with the way out."""

import json
from pathlib import Path

import pytest

from ui.cli import exits
from ui.cli.main import main


def task(folder: Path) -> str:
    path = folder / "a.json"
    path.write_text(json.dumps({"id": "a", "instruction": "", "config": [], "evaluator": {"func": "infeasible"}}))
    return str(path)


def test_without_desktop_env_the_way_to_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OSWORLD_ENVIRONMENT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept = tmp_path / "kept"
    assert main(["eval", "osworld", "--examples", task(tmp_path), "--keep", str(kept)]) == exits.MISSING
    printed = capsys.readouterr()
    assert "make it once (0.9 GB) in HandEye's folder by `tests/osworld/make_environment.sh" in printed.err
    assert printed.err.count("\n") == 1
    assert not kept.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "osworld needs --examples PATH"),
        (["--examples", "NOWHERE"], "NOWHERE holds no tasks"),
        (["--examples", "TASK", "--settle", "soon"], "--settle soon: write two numbers of seconds, such as 60,20"),
        (["--examples", "TASK", "--settle=-1,0"], "--settle -1,0: from 0 to an hour each"),
        (["--examples", "TASK", "--settle", "nan,0"], "from 0 to an hour each"),
        (["--examples", "TASK", "--tasks", "a"], "--tasks belongs to the suite miniwob"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [task(tmp_path) if word == "TASK" else word for word in words]
    assert main(["eval", "osworld", *words]) == exits.USAGE
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
