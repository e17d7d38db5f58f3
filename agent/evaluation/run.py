"""Plays the episodes of a benchmark, one after another, and sums them up; `walk` plays one as a user's run."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.evaluation.benchmark import Benchmark, Episode, EpisodeResult
from agent.evaluation.playing import RETRIES, Finished, Here, jobs_of, play_all
from agent.evaluation.report import Report, report
from agent.guard.rules import OPEN
from agent.policy import Policy
from agent.runner import run
from agent.settings import RunSettings
from agent.trajectory import Outcome
from sandboxes.environment import Environment

Progress = Callable[[int, int, EpisodeResult], None]
"""Is told the number of episodes played, of all episodes, and the last result."""


async def evaluate(
    benchmark: Benchmark,
    policy: Policy,
    *,
    seed: int,
    folder: Path | None = None,
    progress: Progress = lambda played, total, result: None,
    retries: int = RETRIES,
) -> Report:
    """Play every episode; `folder` keeps the runs. An episode that breaks is retried in a fresh environment, then
    counted as crashed, and the next begins.

    When the first ones all break, nothing can be measured: BenchmarkError, with the reason of the last. A part that is
    missing in every try (SandboxMissing) is raised. The benchmark is closed at the end, the policy is the caller's.
    """
    player = Here(benchmark, policy)
    finished: list[Finished] = []

    def note(result: Finished) -> None:
        finished.append(result)
        progress(len(finished), len(jobs), result.result)

    try:
        jobs = jobs_of(benchmark.episodes())
        await play_all(jobs, [player], note, retries=retries, runs=folder)
    finally:
        await player.close()
    return report(benchmark.name, policy.identity.model, seed, finished)


async def walk(
    episode: Episode,
    environment: Environment,
    policy: Policy,
    settings: RunSettings,
    folder: Path | None = None,
    *,
    success: Callable[[Outcome], bool] = lambda outcome: bool(outcome.success),
    check_first: bool = True,
) -> EpisodeResult:
    """Play an episode as the walk that a user's run takes; without a folder its record is thrown away.

    The check is read once before the first action: where it is fulfilled already, nothing is played and nothing
    recorded, and the result says `solved_before`. `check_first` is false for an environment whose check changes its
    world.
    """
    if folder is None:
        with TemporaryDirectory(prefix="handeye-") as place:
            given = (episode, environment, policy, settings, Path(place) / "run")
            result = await walk(*given, success=success, check_first=check_first)
        return result.model_copy(update={"folder": ""})

    async def look_first() -> None:
        score = await environment.score()
        if score is not None and success(Outcome(kind="finished", success=score.success, score=score)):
            raise _SolvedBefore(score.reward)

    begun = look_first if check_first else None
    try:
        outcome = await run(episode.task, environment, policy, folder, settings, rules=OPEN, begun=begun)
    except _SolvedBefore as solved:
        return EpisodeResult(name=episode.name, solved_before=True, reward=solved.reward, outcome="solved_before")
    if outcome.kind == "interrupted":
        raise asyncio.CancelledError
    crashed = outcome.reason if outcome.kind == "failed" else ""
    return EpisodeResult(
        name=episode.name,
        success=not crashed and success(outcome),
        reward=outcome.score.reward if outcome.score else 0.0,
        steps=outcome.steps,
        seconds=outcome.seconds,
        tokens=outcome.tokens,
        crashed=crashed,
        outcome=outcome.kind,
        folder=str(folder),
    )


class _SolvedBefore(Exception):
    """Ends a run before it begins."""

    def __init__(self, reward: float) -> None:
        super().__init__()
        self.reward = reward
