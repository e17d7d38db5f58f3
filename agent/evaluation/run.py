"""Plays the episodes of a benchmark, one after another, and sums them up."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Benchmark, Episode, EpisodeResult
from agent.evaluation.report import Report, report
from agent.policy import Policy
from agent.runner import run
from agent.settings import RunSettings
from agent.trajectory import Outcome
from sandboxes.environment import Environment
from sandboxes.errors import SandboxMissing

log = logging.getLogger(__name__)

MAX_CRASHES = 10
"""So many crashes at the beginning, without any other episode, end the evaluation."""

Progress = Callable[[int, int, EpisodeResult], None]
"""Is told the number of episodes played, of all episodes, and the last result."""


async def evaluate(
    benchmark: Benchmark,
    policy: Policy,
    *,
    seed: int,
    folder: Path | None = None,
    progress: Progress = lambda played, total, result: None,
) -> Report:
    """Play every episode; `folder` keeps the runs. An episode that breaks is counted as crashed, and the next begins.

    When the first ones all break, nothing can be measured: BenchmarkError, with the reason of the last. A part that is
    missing (SandboxMissing) is raised at once. The benchmark is closed at the end, the policy is the caller's.
    """
    results: list[EpisodeResult] = []
    try:
        episodes = benchmark.episodes()
        for number, episode in enumerate(episodes, start=1):
            place = None if folder is None else folder / f"{number:05d}-{episode.name}"
            results.append(await _play(benchmark, episode, policy, place))
            _check_beginning(results)
            progress(number, len(episodes), results[-1])
    finally:
        await benchmark.close()
    return report(benchmark.name, policy.identity.model, seed, results)


async def walk(
    episode: Episode,
    environment: Environment,
    policy: Policy,
    settings: RunSettings,
    folder: Path | None = None,
    *,
    success: Callable[[Outcome], bool] = lambda outcome: bool(outcome.success),
) -> EpisodeResult:
    """Play an episode as the walk that a user's run takes; without a folder its record is thrown away."""
    if folder is None:
        with TemporaryDirectory(prefix="handeye-") as place:
            result = await walk(episode, environment, policy, settings, Path(place) / "run", success=success)
        return result.model_copy(update={"folder": ""})
    outcome = await run(episode.task, environment, policy, folder, settings)
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


def _check_beginning(results: Sequence[EpisodeResult]) -> None:
    if len(results) == MAX_CRASHES and all(result.crashed for result in results):
        raise BenchmarkError(f"the first {MAX_CRASHES} episodes all crashed: {results[-1].crashed}")


async def _play(benchmark: Benchmark, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
    try:
        return await benchmark.play(episode, policy, folder)
    except SandboxMissing:
        raise
    except Exception as error:
        log.warning("episode %s (seed %d) crashed", episode.name, episode.task.seed, exc_info=error)
        return EpisodeResult(name=episode.name, crashed=f"{type(error).__name__}: {error}")
