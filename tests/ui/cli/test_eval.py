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
    words = ["eval", "screens", "--episodes", "2", "--seed", "5", "--json", "--keep", str(tmp_path / "kept")]
    assert main([*words, "--model", _script(tmp_path, WAIT, 50)]) == exits.DONE
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert list(said)[: len(KEYS)] == KEYS
    assert (said["suite"], said["seed"]) == ("screens", 5)
    assert 0 <= said["ci95"][0] <= said["success"] <= said["ci95"][1] <= 1
    assert all(list(row)[: len(COLUMNS)] == COLUMNS for row in said["tasks"].values())
    assert sum(row["episodes"] for row in said["tasks"].values()) == said["episodes"] > 0
    assert "95% interval" in printed.err


def test_crashed_episodes_are_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", "screens", "--episodes", "1", "--json", "--keep", str(tmp_path / "kept")]
    assert main([*words, "--model", _script(tmp_path, WAIT, 1)]) == exits.FAILED
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
    (folder,) = (runs_folder / "runs").iterdir()
    assert main(["verify", str(folder)]) == exits.DONE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which SUITE? one of: screens, miniwob"),
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


def _measured(folder: Path, model: str, *words: str) -> list[str]:
    """The command that measures a few drawn screens into a folder."""
    return [
        "eval",
        "screens",
        "--episodes",
        "2",
        "--renderer",
        "drawn",
        "--keep",
        str(folder),
        "--model",
        model,
        *words,
    ]


def _said(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_what_was_stopped_goes_on_and_comes_to_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = _script(tmp_path, WAIT, 200)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert main(_measured(whole, model, "--json")) == exits.DONE
    first = _said(capsys)
    assert main(_measured(stopped, model)) == exits.DONE
    results = stopped / "results.jsonl"
    lines = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(b"".join(lines[:3]) + lines[3][:40])  # as after a kill
    (stopped / "report.json").unlink()
    capsys.readouterr()
    assert main(["eval", "--resume", str(stopped), "--json"]) == exits.DONE
    printed = capsys.readouterr()
    second = json.loads(printed.out)
    assert f"3 of {first['episodes']} episodes were played before" in printed.err
    for key in ("suite", "model", "seed", "episodes", "success", "ci95", "crashed"):
        assert second[key] == first[key]
    assert results.read_bytes().count(b"\n") == first["episodes"]
    assert (stopped / "report.json").exists()
    assert main(["eval", "--resume", str(stopped), "--json"]) == exits.DONE, "once more there is nothing to do"
    assert _said(capsys)["episodes"] == first["episodes"]


def test_what_was_measured_is_measured_again_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, now = tmp_path / "before", tmp_path / "now"
    assert main(_measured(before, _script(tmp_path, WAIT, 200), "--seed", "5")) == exits.DONE
    kept = (before / "results.jsonl").read_bytes()
    (tmp_path / "script.jsonl").write_text((json.dumps(END) + "\n") * 200)  # other weights under the same name
    capsys.readouterr()
    assert main(["eval", "--again", str(before), "--keep", str(now), "--json"]) == exits.DONE
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert "differs now: weights.script.jsonl" in printed.err
    assert said["seed"] == 5
    rows = said["comparison"]
    assert [row["name"] for row in rows] == ["all", *said["tasks"]]
    assert rows[0]["now"] == said["success"]
    assert rows[0]["change"] == pytest.approx(rows[0]["now"] - rows[0]["before"], abs=1e-4)
    assert rows[0]["ci95"][0] < rows[0]["change"] < rows[0]["ci95"][1]
    assert (before / "results.jsonl").read_bytes() == kept
    assert main(["eval", "--resume", str(before)]) == exits.BROKEN, "what is half played must not go on with others"
    assert "weights is not as it was; measure anew with --again" in capsys.readouterr().err


def test_a_manifest_alone_can_be_played_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tmp_path / "before"
    assert main(_measured(before, _script(tmp_path, WAIT, 200))) == exits.DONE
    (tmp_path / "sent.json").write_bytes((before / "manifest.json").read_bytes())
    capsys.readouterr()
    words = ["eval", "--again", str(tmp_path / "sent.json"), "--keep", str(tmp_path / "now"), "--json"]
    assert main(words) == exits.DONE
    said = _said(capsys)
    assert said["episodes"] > 0
    assert said["comparison"] == []


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["--resume", "FOLDER", "--seed", "4"], "leave out what is played", exits.USAGE),
        (["screens", "--again", "FOLDER"], "leave out what is played", exits.USAGE),
        (["--resume", "FOLDER", "--keep", "x"], "leave out what is played", exits.USAGE),
        (["--resume", "FOLDER"], "name the folder of an evaluation", exits.BROKEN),
        (["--again", "FOLDER"], "name the folder of an evaluation", exits.BROKEN),
    ],
)
def test_wrong_use_of_a_folder_is_one_line(
    tmp_path: Path, words: list[str], said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(tmp_path / "none") if word == "FOLDER" else word for word in words]
    assert main(["eval", *given]) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_a_suite_in_a_file_is_checked_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("click-tset\n")
    words = [
        "eval",
        "miniwob",
        "--suite",
        str(path),
        "--keep",
        str(tmp_path / "e"),
        "--model",
        _script(tmp_path, END, 1),
    ]
    assert main(words) == exits.USAGE
    assert 'no task "click-tset"; there is click-test' in capsys.readouterr().err
    assert not (tmp_path / "e").exists()
