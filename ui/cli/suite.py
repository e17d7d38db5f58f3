"""The suite that flags name, for the verbs that play one: `handeye eval`, and `handeye promote`."""

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING

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
    from ui.walking import make_miniwob

    try:
        tasks = named_tasks(arguments.tasks) if arguments.tasks else suite_tasks(arguments.task_suite or "default")
        return MiniWobBenchmark(
            tasks,
            seed=seed,
            episodes=arguments.episodes,
            settings=settings.evaluation,
            make=lambda: make_miniwob(settings.browser),
        )
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error
