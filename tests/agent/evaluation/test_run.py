import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.playing import RETRIES, Finished
from agent.evaluation.report import report
from agent.evaluation.run import evaluate, walk
from agent.policy import Policy
from agent.recorder import load
from agent.settings import RunSettings
from perception.clients.scripted import ScriptedClient
from sandboxes.errors import SandboxCrashed, SandboxMissing
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, BreakingForm, follower, plan, policy_of


def crash() -> None:
    raise SandboxCrashed("the page crashed")


class Forms:
    """A benchmark of drawn forms: one that can be done, one that can't, one that crashes, one that can't begin."""

    name = "forms"

    def __init__(self) -> None:
        self.closed = False

    def episodes(self) -> Sequence[Episode]:
        """Four."""
        impossible = TASK.model_copy(update={"settings": {"wanted": {"Name": "Bob"}}})
        broken = TASK.model_copy(update={"settings": {"nonsense": 1}})
        return [
            Episode(name="good", task=TASK),
            Episode(name="impossible", task=impossible),
            Episode(name="crash", task=TASK),
            Episode(name="crash", task=broken),
        ]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Through the walk."""
        environment = BreakingForm({1: crash}) if episode.name == "crash" else PaintedEnvironment()
        return await walk(episode, environment, policy, RunSettings(max_steps=8), folder)

    async def close(self) -> None:
        """Says that it was."""
        self.closed = True


async def test_episodes_are_played_counted_and_recorded(runs_folder):
    benchmark, told = Forms(), []
    policy = policy_of(follower(await plan()))
    summed = await evaluate(
        benchmark, policy, seed=3, folder=runs_folder, progress=lambda *progress: told.append(progress)
    )
    assert (summed.suite, summed.model, summed.seed) == ("forms", "scripted", 3)
    assert (summed.episodes, summed.success) == (4, 0.5)
    assert (summed.tasks["good"].success, summed.tasks["impossible"].success) == (1.0, 0.0)
    assert (summed.tasks["crash"].episodes, summed.tasks["crash"].crashed) == (2, 2)
    assert summed.tasks["good"].steps == 5
    assert [played for played, _, _ in told] == [1, 2, 3, 4]
    assert "the page crashed" in told[2][2].crashed
    assert "nonsense" in told[3][2].crashed
    assert benchmark.closed
    assert load(runs_folder / "00001-good").run.outcome is not None


async def test_without_a_folder_nothing_is_kept(tmp_path):
    result = await walk(
        Episode(name="good", task=TASK), PaintedEnvironment(), policy_of(follower(await plan())), RunSettings()
    )
    assert (result.success, result.reward, result.outcome) == (True, 1.0, "finished")
    assert result.folder == ""


async def test_stopping_stops_the_whole_evaluation():
    class Waiting(Forms):
        async def play(self, episode, policy, folder):
            environment = PaintedEnvironment()
            asyncio.get_running_loop().call_later(0.05, stopped.cancel)
            return await walk(episode, environment, policy, RunSettings(max_steps=100_000, stuck_after=100_000), folder)

    benchmark = Waiting()
    decisions = await plan()
    policy = policy_of(follower(decisions[:1], num_replies=100_000))
    stopped = asyncio.ensure_future(evaluate(benchmark, policy, seed=0))
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert benchmark.closed


async def test_a_model_without_replies_crashes_every_episode():
    summed = await evaluate(Forms(), policy_of(ScriptedClient([])), seed=0)
    assert sum(row.crashed for row in summed.tasks.values()) == summed.episodes == 4
    assert summed.success == 0.0


class Many(Forms):
    """Nothing but crashes, or a part that is missing."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error, self.num_played = error, 0

    def episodes(self) -> Sequence[Episode]:
        """A hundred."""
        return [Episode(name="x", task=TASK)] * 100

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Always breaks."""
        self.num_played += 1
        raise self.error


@pytest.mark.parametrize(
    ("error", "raised", "played"),
    [
        (SandboxMissing("no Chromium"), SandboxMissing, 1 + RETRIES),
        (SandboxCrashed("gone"), BenchmarkError, 10 * (1 + RETRIES)),
    ],
)
async def test_what_can_never_work_ends_early(error, raised, played):
    benchmark = Many(error)
    with pytest.raises(raised, match=str(error)):
        await evaluate(benchmark, policy_of(ScriptedClient([])), seed=0)
    assert (benchmark.num_played, benchmark.closed) == (played, True)


async def test_what_is_solved_before_the_first_action_is_no_success(tmp_path):
    """The check is fulfilled at the start: nothing is played, nothing recorded."""

    class Solved(PaintedEnvironment):
        async def reset(self, task):
            view = await super().reset(task)
            self.pressed = {"Name": "Ada", "Agree": True}
            return view

    client = follower(await plan())
    result = await walk(
        Episode(name="good", task=TASK), Solved(), policy_of(client), RunSettings(max_steps=8), tmp_path / "run"
    )
    assert (result.success, result.solved_before, result.crashed, client.asked) == (False, True, "", [])
    assert not (tmp_path / "run").exists()
    summed = report("forms", "scripted", 0, [Finished(number=1, task="t", seed=0, result=result)])
    assert (summed.episodes, summed.success, summed.solved_before, summed.ci95) == (1, 0.0, 1, (0.0, 1.0))


async def test_what_breaks_once_is_tried_again_in_a_fresh_environment():
    class Once(Forms):
        num_played = 0

        def episodes(self):
            return [Episode(name="good", task=TASK)]

        async def play(self, episode, policy, folder):
            self.num_played += 1
            environment = BreakingForm({1: crash} if self.num_played == 1 else {})
            return await walk(episode, environment, policy, RunSettings(max_steps=8), folder)

    summed = await evaluate(Once(), policy_of(follower(await plan())), seed=0)
    assert (summed.success, summed.crashed, summed.retried, summed.valid) == (1.0, 0, 1, True)
    summed = await evaluate(Once(), policy_of(follower(await plan())), seed=0, retries=0)
    assert (summed.success, summed.crashed, summed.retried, summed.valid) == (0.0, 1, 0, False)
