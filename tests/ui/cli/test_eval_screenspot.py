"""`handeye eval screenspot` measures a folder of pictures, and says in one line what is wrong with it."""

import json
from pathlib import Path

import pytest

from agent.evaluation.screen_targets import ANNOTATIONS, write_targets
from ui.cli import exits
from ui.cli.main import main


def _script(folder: Path, reply: str, count: int) -> str:
    path = folder / "script.jsonl"
    path.write_text((json.dumps({"text": reply}) + "\n") * count)
    return f"scripted:{path}"


def test_a_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_targets(tmp_path / "spots", number=4)
    model = _script(tmp_path, "[]", 9)
    assert main(["eval", "screenspot", "--data", str(tmp_path / "spots"), "--json", "--model", model]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["suite"], said["episodes"], said["success"]) == ("screenspot", 4, 0.0)
    assert set(said["tasks"]) <= {"web/text", "web/icon"}
    words = ["eval", "screenspot", "--data", str(tmp_path / "spots"), "--episodes", "2", "--format", "screenspot"]
    assert main([*words, "--json", "--model", model]) == exits.DONE
    assert json.loads(capsys.readouterr().out)["episodes"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["screenspot"], "needs --data FOLDER"),
        (["screenspot", "--data", "nowhere"], "nowhere is no folder"),
        (["screenspot", "--data", ".", "--format", "coco"], "no format 'coco'; one of: screenspot, screenspot-v2"),
        (["screens", "--data", "."], "--data belongs to the suite screenspot"),
        (["miniwob", "--format", "boxes"], "--format belongs to the suite screenspot"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", *words]) == exits.USAGE
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_a_bad_annotation_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_targets(tmp_path / "spots", number=1)
    file = tmp_path / "spots" / ANNOTATIONS
    file.write_text(file.read_text().replace('"bbox"', '"box"'))
    assert main(["eval", "screenspot", "--data", str(tmp_path / "spots")]) == exits.USAGE
    printed = capsys.readouterr()
    assert f'{file}, entry 1: "bbox" must be [x, y, width, height] with area, and is missing' in printed.err
    assert printed.err.count("\n") == 1
