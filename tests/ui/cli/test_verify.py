"""`handeye verify` says what is whole and what was changed; `handeye replay` makes the page again."""

import json
from pathlib import Path

import pytest

from tests.ui.sample_run import record_run
from ui.cli import exits
from ui.cli.main import main


def test_a_whole_run_is_whole(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "20261120-run")
    assert main(["verify", folder.name, "--runs", str(runs_folder), "--json"]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["whole"], said["steps"], said["faults"]) == (True, 5, [])


def test_a_changed_step_is_found(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "run")
    steps = folder / "steps.jsonl"
    steps.write_text(steps.read_text().replace('"text":"Ada"', '"text":"Eve"', 1))
    assert main(["verify", str(folder), "--json"]) == exits.BROKEN
    said = json.loads(capsys.readouterr().out)
    assert not said["whole"]
    first, *rest = said["faults"]
    assert f"{steps}, line 2 does not match its checksum" in first
    assert len(rest) == 1, "the line after names another one"


def test_a_lost_and_a_changed_image_are_found(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "run")
    first, second, *_ = sorted((folder / "images").glob("*.png"))
    second.write_bytes(first.read_bytes())
    first.unlink()
    assert main(["verify", str(folder)]) == exits.BROKEN
    printed = capsys.readouterr().out
    assert printed.count("fault  ") == 2
    assert "not whole: 2 faults" in printed


def test_a_torn_last_line_is_noted_and_the_rest_is_whole(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "run")
    with (folder / "steps.jsonl").open("a") as file:
        file.write('{"index": 5, "to')
    assert main(["verify", str(folder)]) == exits.DONE
    assert "torn line" in capsys.readouterr().out


def test_replay_makes_the_page_again(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "run")
    assert main(["replay", str(folder), "--json"]) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert Path(said["replay"]).read_text().startswith("<!doctype html>")
    assert said["outcome"]["success"] is True


def test_replay_of_a_changed_run_is_refused(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = record_run(runs_folder / "run")
    (folder / "run.json").write_text("{}")
    assert main(["replay", str(folder)]) == exits.BROKEN
    assert capsys.readouterr().err.count("\n") == 1
    assert not (folder / "replay.html").exists()


def test_a_folder_that_is_no_run_names_the_newest_ones(runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("1", "2", "3", "4"):
        record_run(runs_folder / name)
    assert main(["replay", "5", "--runs", str(runs_folder)]) == exits.USAGE
    assert "are 4, 3, 2\n" in capsys.readouterr().err
