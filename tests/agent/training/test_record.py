"""The record adds up the lines of the metrics and carries what a person noted."""

import json
from pathlib import Path

import pytest

from agent.evaluation.card import training_lines
from agent.training.metrics import METRICS
from agent.training.pretrain import PretrainConfig
from agent.training.record import NOTES, training_record, write_record
from agent.training.rl import RlConfig
from agent.training.screens.fonts import fingerprint
from agent.training.screens.icon_store import VARIABLE
from agent.training.sft import SftConfig


def run_folder(folder: Path) -> Path:
    lines = [
        {"step": step, "stage": stage, "steps_per_s": 1.0, "screens_per_s": 16.0, "questions_per_s": 80.0}
        for stage, step in (("read", 50), ("read", 100), ("learn", 150))
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_stages_are_added_up_and_notes_are_carried(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    assert training_record(PretrainConfig(), folder)["notes"] == ""
    (folder / NOTES).write_text("The rate was halved by hand.\n")
    config = PretrainConfig(num_processes=2)
    write_record(training_record(config, folder), folder)
    record = json.loads((folder / "training.json").read_text())
    assert record["stages"]["read"] == {"steps": 100, "screens": 1600, "questions": 8000, "seconds": 100}
    lines = training_lines(record)
    assert "| read | 100 | 1,600 screens, 8,000 questions | 3 |" in lines  # 100 s on each of two processes
    assert "The rate was halved by hand." in lines


def test_a_run_that_began_with_other_weights_tells_of_both(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        run_folder(folder)
    (first / NOTES).write_text("The first ones.\n")
    write_record(training_record(PretrainConfig(), first), first)
    record = training_record(PretrainConfig(init=str(first)), second)
    assert record["before"]["notes"] == "The first ones."
    lines = training_lines(record)
    assert lines.count("| read | 100 |") == 2
    assert lines.index("The first ones.") < lines.index("Run 2: Seed 0")


def test_fine_tuning_and_practice_tell_what_they_learned_from(tmp_path: Path) -> None:
    tuned, played = tmp_path / "tuned", tmp_path / "played"
    tuned.mkdir()
    played.mkdir()
    begun = {"step": 0, "seconds": 0.0, "runs": 9, "replies": 30}
    steps = [{"step": 10 * n, "stage": "sft", "steps_per_s": 0.5, "replies_per_s": 8.0} for n in (1, 2)]
    (tuned / METRICS).write_text("".join(json.dumps(line) + "\n" for line in (begun, *steps)))
    write_record(training_record(SftConfig(), tuned), tuned)
    waves = [{"step": n, "stage": "rl", "seconds": at, "episodes": 32} for n, at in ((1, 60), (2, 120), (3, 50))]
    (played / METRICS).write_text("".join(json.dumps(line) + "\n" for line in waves))
    record = training_record(RlConfig(model=str(tuned)), played)
    assert record["stages"] == {"rl": {"steps": 3, "seconds": 170, "episodes": 96}}  # it was stopped after 120 s
    lines = training_lines(record)
    assert f"| sft | 20 | {8 * 40:,} replies | 1 |" in lines
    assert "| rl | 3 | 96 episodes | 3 |" in lines


def test_only_what_drew_screens_names_fonts_and_icons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / METRICS).write_text("")
    assert training_record(SftConfig(screens=2), tmp_path)["fonts"] == fingerprint()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.zip"))  # which such a run never reads
    records = [training_record(config, tmp_path) for config in (SftConfig(), RlConfig())]
    assert [(record["fonts"], record["icons"]) for record in records] == [("", ""), ("", "")]
