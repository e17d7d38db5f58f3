"""Scripted solvers record ordinary runs in real Chromium, from which training makes samples."""

from pathlib import Path

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.miniwob_tasks import HELDOUT_TASKS, PIX2ACT_TASKS
from agent.inspection import inspect
from agent.practice.demos import demonstrate, solved
from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.recorded import folders_of, recorded
from perception.clients.catalog import NANO

TASKS = ("click-test-2", "click-tab", "enter-time")


@pytest.mark.slow
@pytest.mark.browser
async def test_demonstrations_are_runs_like_any_other(chromium: Path, tmp_path: Path) -> None:
    counts: list[int] = []
    report = await demonstrate(
        TASKS, tmp_path, episodes=2, parallel=2, progress=lambda count, total, last: counts.append(count)
    )
    assert (report.success, report.episodes, report.crashed) == (1.0, 6, 0)
    assert counts == [1, 2, 3, 4, 5, 6]
    folders = folders_of(tmp_path)
    assert len(folders) == 6
    for folder in folders:
        found = inspect(folder)
        assert (found.faults, found.notes) == ((), ())
        trajectory = load(folder)
        assert trajectory.run.outcome is not None
        assert trajectory.run.outcome.success
        for step in trajectory.steps:
            assert step.policy == "oracle"
            assert step.thought
            assert step.replies[0].token_ids == ()
    maker = DialogueMaker(NANO)
    found = recorded(tmp_path, maker)
    assert found.num_runs == 6
    assert not found.left_out
    steps = sum(len(load(folder).steps) for folder in folders)
    assert len(found.dialogues) == steps > 6
    again = await demonstrate(TASKS, tmp_path, episodes=3, progress=lambda count, total, last: counts.append(count))
    assert counts[6:] == [7, 8, 9], "what was there was not played again"
    assert again.episodes == 9


async def test_what_is_for_measuring_is_never_demonstrated(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="none of these tasks has a solver"):
        await demonstrate(HELDOUT_TASKS, tmp_path)
    with pytest.raises(BenchmarkError, match="for measuring alone"):
        await demonstrate(TASKS, tmp_path, seed=999_999, episodes=3)
    assert folders_of(tmp_path) == []


def test_the_whole_suite_has_a_solver() -> None:
    assert solved(PIX2ACT_TASKS) == PIX2ACT_TASKS
