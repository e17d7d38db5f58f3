"""Practice: real rollouts by processes, weights taken up without a restart, the same weights after a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from agent.errors import SettingsError
from agent.evaluation.miniwob_tasks import HELDOUT_TASKS
from agent.practice.practice import RUNS, practise
from agent.recorder import load
from agent.training.learner import CHECKPOINT
from agent.training.metrics import METRICS
from agent.training.recorded import folders_of
from agent.training.rl import RlConfig
from perception.errors import ModelError
from perception.qwen3vl import weights
from tests.agent.practice.leaning import SMALL, LeaningCourse, taught


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that clicks anywhere."""
    return taught(tmp_path_factory.mktemp("model"))


def lines_of(folder: Path) -> list[dict]:
    path = folder / METRICS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.slow
def test_the_learner_and_two_players_work_at_once(model: Path, tmp_path: Path) -> None:
    config = RlConfig(model=str(model), folder=str(tmp_path), steps=6, workers=2, keep_runs=True, **SMALL)
    out = practise(config, course=LeaningCourse())
    lines = lines_of(tmp_path)
    assert [line["step"] for line in lines if "loss" in line] == [1, 2, 3, 4, 5, 6]
    assert all(line["episodes"] == 8 and not line["crashed"] for line in lines)
    assert all(0 <= line["lag"] <= config.max_lag for line in lines)
    versions = {step.policy for folder in folders_of(tmp_path / RUNS) for step in load(folder).steps}
    assert len(versions) > 1, "players took up newer weights"
    assert all(name.rpartition(" v")[2].isdigit() for name in versions)
    before, after = weights.load(model).state_dict(), weights.load(out).state_dict()
    changed = {name for name in before if not torch.equal(before[name].bfloat16(), after[name].bfloat16())}
    assert changed
    assert not any(name.startswith("model.visual.") for name in changed), "the tower stays as it is"


@pytest.mark.slow
def test_a_wave_can_be_learned_from_in_several_steps(model: Path, tmp_path: Path) -> None:
    """Two groups in a wave, a step each where both teach something, and all of it twice; the last wave takes no more
    steps than are left."""
    given = {**SMALL, "steps": 9, "minibatches": 2, "passes": 2, "most": 1.0}
    config = RlConfig(model=str(model), folder=str(tmp_path), workers=2, **given)
    practise(config, course=LeaningCourse())
    learned = [line for line in lines_of(tmp_path) if "loss" in line]
    steps = [line["step"] for line in learned]
    assert steps[-1] == 9
    assert all(later - earlier in (2, 4) for earlier, later in pairwise([0, *steps[:-1]]))
    assert all(line["lag"] <= 4 * config.max_lag for line in learned)


@pytest.mark.slow
def test_imitation_of_what_went_well_ends_when_its_time_is_up(model: Path, tmp_path: Path) -> None:
    """By 0.01 minutes one wave is learned from, since time is looked at between them."""
    given = {**SMALL, "steps": 1000, "loss": "imitation", "most": 1.0, "minutes": 0.01}
    config = RlConfig(model=str(model), folder=str(tmp_path), workers=2, **given)
    out = practise(config, course=LeaningCourse())
    learned = [line for line in lines_of(tmp_path) if "loss" in line]
    assert 1 <= len(learned) < 10
    assert all(line["loss"] > 0 for line in learned)
    weights.load(out)
    assert (tmp_path / CHECKPOINT).exists(), "it can be gone on with"


@pytest.mark.slow
def test_what_is_rewarded_becomes_more_frequent(model: Path, tmp_path: Path) -> None:
    given = {**SMALL, "group_size": 8, "steps": 8, "save_every": 100, "rate": 3e-3, "most": 0.99}
    config = RlConfig(model=str(model), folder=str(tmp_path), workers=2, deterministic=True, **given)
    practise(config, course=LeaningCourse(("0.4",)))
    success = [line["success"] for line in lines_of(tmp_path)]
    assert sum(success[-3:]) > sum(success[:3]) + 0.4


@pytest.mark.slow
def test_killed_and_gone_on_with_it_comes_to_the_same_weights(model: Path, tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "tests.agent.practice.leaning", str(model)]
    subprocess.run([*command, str(tmp_path / "whole")], cwd=repository, check=True, capture_output=True, timeout=600)
    for number in (1, 3):
        with subprocess.Popen([*command, str(tmp_path / "cut")], cwd=repository, stdout=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 300
            while len([line for line in lines_of(tmp_path / "cut") if "loss" in line]) < number:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    subprocess.run([*command, str(tmp_path / "cut")], cwd=repository, check=True, capture_output=True, timeout=600)
    states = [torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "cut")]
    assert states[0]["beside"] == states[1]["beside"]
    for name, tensor in states[0]["model"].items():
        assert torch.equal(tensor, states[1]["model"][name]), name


@pytest.mark.slow
def test_nothing_to_learn_from_ends_the_run_and_says_what_to_do(model: Path, tmp_path: Path) -> None:
    small = {**SMALL, "group_size": 2, "workers": 1, "patience": 2, "deterministic": True}
    config = RlConfig(model=str(model), folder=str(tmp_path), **small)
    with pytest.raises(ModelError, match="2 waves in a row had nothing to learn from"):
        practise(config, course=LeaningCourse(("0",)))
    assert [(line["lost"], line["won"]) for line in lines_of(tmp_path)] == [(2, 0), (2, 0)]


@pytest.mark.slow
def test_what_no_checker_looks_at_is_judged_by_one_judge_for_all_waves(model: Path, tmp_path: Path) -> None:
    """Of the first wave it says yes and no by turns, and no to all of the second."""
    script = tmp_path / "judge.jsonl"
    words = [json.dumps({"reason": "Seen.", "success": n < 8 and n % 2 == 0}) for n in range(16)]
    script.write_text("".join(f"{line}\n" for line in words))
    given = {**SMALL, "steps": 2, "patience": 1, "judge": f"scripted:{script}", "deterministic": True}
    config = RlConfig(model=str(model), folder=str(tmp_path / "out"), workers=1, **given)
    with pytest.raises(ModelError, match="nothing to learn from"):
        practise(config, course=LeaningCourse(checked=False))
    assert [line["success"] for line in lines_of(tmp_path / "out")] == [0.5, 0.0]


@pytest.mark.slow
def test_who_can_not_judge_is_refused_before_anything_is_played(model: Path, tmp_path: Path) -> None:
    config = RlConfig(model=str(model), folder=str(tmp_path / "out"), judge="nano", **SMALL)
    with pytest.raises(SettingsError, match="can't judge a run"):
        practise(config, course=LeaningCourse(checked=False))
    assert not list((tmp_path / "out").glob("runs/*"))


@pytest.mark.slow
def test_two_machines_of_a_cluster_play(model: Path, tmp_path: Path, repository: Path) -> None:
    """In a process of its own: Ray stays in the one that imported it."""
    command = [sys.executable, "-m", "tests.agent.practice.spread", str(model), str(tmp_path / "out")]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    played = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert played.returncode == 0, played.stderr[-3000:]
    assert int(played.stdout.splitlines()[-1]) == 2, "both machines had a player"
    lines = lines_of(tmp_path / "out")
    assert [line["step"] for line in lines if "loss" in line] == [1, 2, 3]
    assert all(line["episodes"] == 8 and not line["crashed"] for line in lines)
    versions = {step.policy for folder in folders_of(tmp_path / "out" / RUNS) for step in load(folder).steps}
    assert len(versions) > 1, "players took up newer weights"
    weights.load(tmp_path / "out" / "model")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"loss": "ppo"}, "there is no such loss; one of: sapo, grpo, dapo"),
        ({"group_size": 1}, "group_size=1: at least 2"),
        ({"workers": 0}, "workers=0: at least 1"),
    ],
)
def test_a_config_that_can_not_be_is_refused(given: dict, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        practise(RlConfig(folder=str(tmp_path / "out"), **given), course=LeaningCourse())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("tasks", "said"), [(f"click-test,{HELDOUT_TASKS[3]}", "for measuring alone"), ("heldout", "for measuring alone")]
)
def test_tasks_for_measuring_are_refused(tasks: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        practise(RlConfig(folder=str(tmp_path / "out"), tasks=tasks))
    assert not (tmp_path / "out").exists()
