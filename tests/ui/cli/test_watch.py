"""`handeye watch` answers by a model, tells steps, and says in one line what went wrong."""

import json
from pathlib import Path

import pytest

from tests.perception.recording.films import page, with_arrow, with_box, write
from ui.cli import exits
from ui.cli.main import main

ANSWER = '{"answer": "A box is ticked.", "from": 1.5, "to": 2}'


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tick that appears where the pointer rests."""
    path = tmp_path_factory.mktemp("films") / "shown.mp4"
    parts = [
        (10, page(), (60, 30)),
        (8, page(), (208, 30)),
        (15, with_box(page(), 202, 22, 14, 14, level=90), (208, 30)),
    ]
    shown = [with_arrow(pixels, *place) for count, pixels, place in parts for _ in range(count)]
    write(path, [(index / 10, pixels) for index, pixels in enumerate(shown)])
    return path


def _model(folder: Path, *replies: str) -> list[str]:
    path = folder / "script.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return ["--model", f"scripted:{path}", "--prompt", "computer_use"]


def test_a_question_is_answered_with_its_time(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = ["watch", str(video), "--ask", "What is done?", "--json", *_model(tmp_path, ANSWER)]
    assert main(words) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["answer"], said["start"], said["end"]) == ("A box is ticked.", 1.5, 2.0)
    assert said["question"] == "What is done?"


def test_an_answer_that_is_none_is_said(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["watch", str(video), *_model(tmp_path, "I like it")]) == exits.BROKEN
    assert "answer can't be read" in capsys.readouterr().err


def test_the_bundled_model_says_that_it_cannot(video: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["watch", str(video), "--ask", "What is done?"]) == exits.USAGE
    assert "one picture at a time" in capsys.readouterr().err


def test_steps_come_with_pictures(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "steps"
    assert main(["watch", str(video), "--as", "steps", "--out", str(out), "--json"]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    (step,) = said["steps"]
    assert said["source"] == "pictures"
    assert step["action"]["kind"] == "left_click"
    assert {path.name for path in out.iterdir()} == {"001.png", "001.target.png", "steps.json"}
    assert json.loads((out / "steps.json").read_text()) == said


def test_nothing_that_was_done_is_exit_code_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(tmp_path / "still.mp4", [(index / 10, page()) for index in range(10)])
    assert main(["watch", str(tmp_path / "still.mp4"), "--as", "steps"]) == exits.FAILED
    assert "no steps" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["none.mp4"], exits.USAGE, "does not exist"),
        (["bad.mp4", "--as", "steps"], exits.BROKEN, "no video"),
        (["bad.mp4", "--as", "steps", "--ask", "x"], exits.USAGE, "choose one"),
        (["bad.mp4", "--out", "x"], exits.USAGE, "--out is for --as steps"),
        (["bad.mp4", "--ask", " "], exits.USAGE, "--ask is empty"),
        (["bad.mp4", "--as", "steps", "--out", "."], exits.USAGE, "holds something already"),
        ([".", "--as", "steps"], exits.BROKEN, "video.webm does not exist"),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    line: str,
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.mp4").write_bytes(b"nothing of the kind")
    assert main(["watch", *words]) == code
    said = capsys.readouterr()
    assert line in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_run_by_the_bundled_model_refuses_a_recording(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    words = [
        "run",
        "Tick it",
        "--url",
        "http://127.0.0.1:9/",
        "--recording",
        str(video),
        "--runs",
        str(tmp_path / "runs"),
    ]
    assert main(words) == exits.USAGE
    assert "a recording needs a larger model" in capsys.readouterr().err
    assert not any((tmp_path / "runs").glob("*/run.json"))
