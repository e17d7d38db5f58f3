"""The suite that flags name, for the verbs that play one: `handeye eval`, and `handeye promote`."""

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ui.cli import eval_osworld, eval_screenspot, exits

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from agent.evaluation.benchmark import Benchmark
    from agent.settings import Settings


def benchmark_of(
    arguments: argparse.Namespace, settings: "Settings", seed: int
) -> "AbstractAsyncContextManager[Benchmark]":
    """The suite that the flags name, made when it is entered; in whichever process plays it."""
    if arguments.suite == "screens":
        return _screens(arguments, settings, seed)
    if arguments.suite == "screenspot":
        return nullcontext(eval_screenspot.benchmark(arguments, seed))
    if arguments.suite == "osworld":
        return nullcontext(eval_osworld.benchmark(arguments, settings.evaluation, seed))
    return nullcontext(_miniwob(arguments, settings, seed))


def _screens(
    arguments: argparse.Namespace, settings: "Settings", seed: int
) -> "AbstractAsyncContextManager[Benchmark]":
    from agent.evaluation.rendered import screens_benchmark
    from agent.evaluation.screens import SPLITS

    split = arguments.split or "heldout"
    if split not in SPLITS:
        raise exits.UsageError(f"there is no split {split!r}; one of: {', '.join(SPLITS)}")
    renderer = arguments.renderer or "both"
    number = arguments.episodes or 2000
    return screens_benchmark(number, seed=seed, split=split, renderer=renderer, settings=settings.evaluation)


def _miniwob(arguments: argparse.Namespace, settings: "Settings", seed: int) -> "Benchmark":
    from agent.errors import BenchmarkError
    from agent.evaluation.miniwob import MiniWobBenchmark, named_tasks, suite_tasks
    from agent.evaluation.posed import PosedBenchmark, Together, posed_task
    from sandboxes import catalog
    from ui.walking import environment_of, make_miniwob

    try:
        tasks = named_tasks(arguments.tasks) if arguments.tasks else suite_tasks(arguments.task_suite or "default")
        posing = [name for name in tasks if name in catalog.names() and name != "miniwob"]
        pages = [name for name in tasks if name not in posing]
        number = settings.evaluation.episodes if arguments.episodes is None else arguments.episodes
        same: dict[str, Any] = {"seed": seed, "episodes": number, "settings": settings.evaluation}
        parts: list[Benchmark] = []
        if pages or not posing:
            parts.append(MiniWobBenchmark(pages, make=lambda: make_miniwob(settings.browser), **same))
        if posing:
            parts.append(
                PosedBenchmark(posing, make=lambda name: environment_of(posed_task(name, 0), settings), **same)
            )
        return Together(*parts) if len(parts) > 1 else parts[0]
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error
