"""Demonstrations: scripted solvers play MiniWoB++ in real Chromium, with many seeds, in several processes.

    handeye demos --tasks pix2act --episodes 50 --parallel 2 --out build/demos

The folder is one of `evaluation.results`: what is finished is on disk, and the same command goes on; `runs/` holds
ordinary runs. Those that failed are kept too, and no training takes them for successes.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Benchmark
from agent.evaluation.miniwob import MiniWobBenchmark
from agent.evaluation.playing import Finished, jobs_of, play_all
from agent.evaluation.processes import players
from agent.evaluation.report import Report, report
from agent.evaluation.results import RUNS, Results
from agent.exchange.measuring import MOST_SEED
from agent.policy import Policy
from agent.practice.beginning import Announced
from agent.practice.oracle import OraclePolicy
from agent.settings import EvaluationSettings
from sandboxes.miniwob import MiniWobEnvironment
from sandboxes.oracles.oracle import MAX_STEPS, SOLVERS

Progress = Callable[[int, int, Finished], None]
"""Is told how many episodes are finished, of how many, and the last."""


def solved(tasks: Sequence[str]) -> tuple[str, ...]:
    """Those of the tasks that have a solver. Raises BenchmarkError where none has."""
    found = tuple(name for name in tasks if name in SOLVERS)
    if not found:
        raise BenchmarkError(f"none of these tasks has a solver: {', '.join(tasks)}; {len(SOLVERS)} others have")
    return found


@asynccontextmanager
async def crew(tasks: tuple[str, ...], seed: int, episodes: int) -> AsyncIterator[tuple[Benchmark, Policy]]:
    """What one process plays with."""
    environment = MiniWobEnvironment()
    limits = EvaluationSettings(max_steps=MAX_STEPS)
    benchmark = MiniWobBenchmark(tasks, seed=seed, episodes=episodes, settings=limits, make=lambda: environment)
    yield Announced(benchmark), OraclePolicy(environment)


async def demonstrate(
    tasks: Sequence[str],
    folder: Path,
    *,
    seed: int = 1,
    episodes: int = 20,
    parallel: int = 1,
    progress: Progress = lambda count, total, last: None,
) -> Report:
    """Play `episodes` of each task, with the seeds from `seed` on, and record the runs; what the folder has already is
    not played again.

    Raises BenchmarkError for a task without a solver, or for seeds that are for measuring; RecordError for a folder
    that can't be written, SandboxMissing without a browser or the pages.
    """
    if not 0 < seed <= MOST_SEED - episodes + 1:
        raise BenchmarkError(f"seeds above {MOST_SEED:,} are for measuring alone: begin lower, and above 0")
    names = solved(tasks)
    made = partial(crew, names, seed, episodes)
    async with players(made, parallel) as found:
        programme = await found[0].programme()
        results = Results(folder)
        try:
            jobs = jobs_of(programme.episodes)
            total = len(jobs)

            def note(line: Finished) -> None:
                results.add(line)
                progress(len(results.finished), total, line)

            await play_all(results.left(jobs), found, note, retries=1, runs=folder / RUNS)
        finally:
            results.close()
    return report("demos", "oracle", seed, results.finished)
