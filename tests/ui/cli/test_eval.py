"""`handeye eval` prints one object in the agreed form, and wrong use is one line."""

import json
from pathlib import Path

import pytest

from ui.cli import exits
from ui.cli.main import main

WAIT = {"thought": "Wait", "action": "wait", "time": 0.01}
END = {"thought": "Finished", "action": "terminate", "status": "success"}
KEYS = ["suite", "model", "seed", "episodes", "success", "ci95", "tasks"]
COLUMNS = ["episodes", "success", "ci95", "crashed", "steps", "seconds", "tokens"]


def _script(folder: Path, reply: object, count: int) -> str:
    path = folder / "script.jsonl"
    path.write_text((json.dumps(reply) + "\n") * count)
    return f"scripted:{path}"


def test_screens_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", "screens", "--episodes", "2", "--seed", "5", "--json"]
    assert main([*words, "--model", _script(tmp_path, WAIT, 50)]) == exits.DONE
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert list(said) == KEYS
    assert (said["suite"], said["seed"]) == ("screens", 5)
    assert 0 <= said["ci95"][0] <= said["success"] <= said["ci95"][1] <= 1
    assert all(list(row) == COLUMNS for row in said["tasks"].values())
    assert sum(row["episodes"] for row in said["tasks"].values()) == said["episodes"] > 0
    assert "95% interval" in printed.err


def test_crashed_episodes_are_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", "screens", "--episodes", "1", "--json", "--model", _script(tmp_path, WAIT, 1)]
    assert main(words) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert sum(row["crashed"] for row in said["tasks"].values()) == said["episodes"] - 1


@pytest.mark.browser
def test_miniwob_is_measured_and_its_runs_are_kept(
    tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", "miniwob", "--tasks", "click-test", "--episodes", "1", "--keep", str(runs_folder), "--json"]
    assert main([*words, "--model", _script(tmp_path, END, 1)]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    row = said["tasks"]["click-test"]
    assert (row["episodes"], row["success"], row["crashed"], row["steps"]) == (1, 0, 0, 1)
    (folder,) = runs_folder.iterdir()
    assert main(["verify", str(folder)]) == exits.DONE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "SUITE"),
        (["chess"], "there is no suite 'chess'; one of: screens, miniwob"),
        (["screens", "--episodes", "0"], "--episodes 0: at least 1"),
        (["screens", "--split", "x"], "there is no split 'x'; one of: heldout, train"),
        (["screens", "--tasks", "x"], "--tasks belongs to the suite miniwob"),
        (["miniwob", "--split", "train"], "--split belongs to the suite screens"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", *words]) == exits.USAGE
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_an_unknown_task_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", "miniwob", "--tasks", "click-tset", "--model", _script(tmp_path, END, 1)]
    assert main(words) == exits.USAGE
    printed = capsys.readouterr()
    assert "click-test" in printed.err
    assert printed.err.count("\n") == 1
