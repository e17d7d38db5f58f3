"""The comparison of trainings: both sides are given the same, ours is measured, and what is missing is said."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from agent.errors import BenchmarkError, TrainingMissing
from agent.evaluation.bench.tuning import (
    Plan,
    Row,
    check_batches,
    check_packages,
    figures,
    main,
    table,
    written_records,
)
from agent.evaluation.bench.tuning_runs import write_runs
from agent.evaluation.bench.tuning_side import OURS, TRL, Job, Reading, measured
from agent.exchange.trl import conversation
from tests.tiny_model import write_folder

PLAN = Plan(steps=2, warm_steps=1, batch_size=2, repeats=1, num_screens=4)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn screens as runs."""
    return write_runs(tmp_path_factory.mktemp("runs"), PLAN.num_screens)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_folder(tmp_path_factory.mktemp("model"))


def job(model: Path, data: Path, folder: Path) -> Job:
    fields = {"steps": 3, "warm_steps": 1, "batch_size": 2, "seed": 0, "bf16": False}
    return Job(model=str(model), data=str(data), folder=str(folder), num_workers=0, num_threads=1, **fields)


def test_records_are_the_replies_that_our_run_draws(model: Path, runs: Path, tmp_path: Path) -> None:
    path, timed, every = written_records(tmp_path / "records.jsonl", PLAN, model, runs)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(records) == 6
    assert 0 < timed < every
    for record in records:
        turns, images = conversation(record)
        assert [turn.role for turn in turns] == ["user", "assistant"]
        assert turns[-1].learned
        assert len(images) == turns[0].num_images == 1
        assert Path(images[0]).is_file()


@pytest.mark.slow
def test_our_side_is_measured_in_a_process_of_its_own(model: Path, runs: Path, tmp_path: Path) -> None:
    reading = measured(OURS, job(model, runs, tmp_path))
    assert reading.seconds_per_step > 0
    assert reading.peak_mb > 100
    with pytest.raises(BenchmarkError, match=r"tuning_ours failed: .*holds no step of a successful run"):
        measured(OURS, job(model, tmp_path / "nothing", tmp_path / "out"))


def test_other_batches_than_ours_are_no_comparison() -> None:
    one = job(Path(), Path(), Path())
    check_batches(Reading(1.0, 1.0, 1.0, 1.0, 1012), 1000, one)
    check_batches(Reading(1.0, 1.0, 1.0, 1.0, 0), 1000, one)
    for counted in (999, 1019):
        with pytest.raises(BenchmarkError, match="these are not the same batches"):
            check_batches(Reading(1.0, 1.0, 1.0, 1.0, counted), 1000, one)


def test_the_fastest_of_each_side_counts() -> None:
    rows = [
        Row(OURS, False, 0, Reading(1.0, 2.0, 500.0, 7.0)),
        Row(OURS, True, 1, Reading(0.5, 1.0, 600.0, 7.0)),
        Row(TRL, False, 0, Reading(0.7, 1.3, 900.0, 7.0)),
        Row(TRL, True, 0, Reading(2.0, 1.2, 800.0, 7.0)),
    ]
    found = figures(rows, 2000, PLAN)
    assert (found["ratio"], found["memory_ratio"], found["reached"]) == (1.4, 1.5, False)
    assert found["cpu_ratio"] == 1.2
    assert [row["tokens_per_s"] for row in found["rows"]] == [1000.0, 2000.0, 1428.6, 500.0]
    assert "1.40 times TRL's (at least 1.5) NOT reached" in table(found)
    faster = [*rows[:2], Row(TRL, False, 0, Reading(0.8, 1.5, 900.0, 7.0))]
    assert figures(faster, 2000, PLAN)["reached"]


@pytest.mark.skipif(find_spec("trl") is not None, reason="TRL is installed here")
def test_without_trl_it_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--trl", str(tmp_path), "--output", str(tmp_path / "out.json")]) == 3
    said = capsys.readouterr().err
    assert f"{tmp_path} lacks trl, datasets" in said
    assert f"pip install --no-deps --target {tmp_path} trl==1.16.0" in said
    assert not (tmp_path / "out.json").exists()
    (tmp_path / "trl").mkdir()
    with pytest.raises(TrainingMissing, match="lacks datasets"):
        check_packages(str(tmp_path))
