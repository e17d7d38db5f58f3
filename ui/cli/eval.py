"""Measure a model on a suite of tasks.

    handeye eval screens --split heldout --seed 1000001
    handeye eval miniwob --tasks click-test,click-button --episodes 20
    handeye eval needle --tokens 2000,8000,32000

screens asks questions about many screens, three in four drawn and the others rendered by Chromium, and works whole
forms there; miniwob plays MiniWoB++ in Chromium; needle hides one frame in long videos and measures what they cost.
Success comes with its 95% interval; episodes that crashed are counted apart. Exit code 0 says that it was measured,
whatever the score.
"""

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_run_flags, load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from agent.evaluation.benchmark import Benchmark, EpisodeResult
    from agent.evaluation.report import Report
    from agent.settings import Settings

SUITES = ("screens", "miniwob", "needle")
RENDERERS = ("drawn", "chromium", "both")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("suite", metavar="SUITE", help=" or ".join(SUITES))
    parser.add_argument("--split", default=None, help="screens: heldout (default) or train")
    parser.add_argument(
        "--renderer", metavar="NAME", help="screens: drawn, chromium (forms too), or both (default; one in four)"
    )
    parser.add_argument(
        "--tasks",
        metavar="A,B",
        help="miniwob: names of tasks, or heldout for those never trained on (default: what nano can try)",
    )
    parser.add_argument(
        "--episodes",
        type=int,
        metavar="N",
        help="screens: how many (default 2000), each with several questions; miniwob, needle: of each task, length",
    )
    parser.add_argument("--tokens", metavar="A,B", help="needle: lengths of prompts (default: 2000,8000)")
    parser.add_argument("--shape", metavar="SIZE", help="needle: random weights of this size, nano or 240m")
    parser.add_argument("--seed", type=int, metavar="N", help="the first seed")
    parser.add_argument("--keep", metavar="DIR", help="keep the runs in this folder")
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Play every episode, show the table."""
    import asyncio
    from pathlib import Path

    from agent.evaluation.run import evaluate
    from ui.walking import policy_of

    _check(arguments)
    if arguments.suite == "needle":
        from ui.cli import eval_needle

        return eval_needle.execute(arguments, output)
    settings = load_settings(arguments)
    seed = settings.evaluation.seed if arguments.seed is None else arguments.seed
    folder = Path(arguments.keep) if arguments.keep else None
    benchmark = _benchmark(arguments, settings, seed)
    progress = _Progress(output)

    async def measure() -> "Report":
        async with policy_of(settings) as policy, benchmark as suite:
            return await evaluate(suite, policy, seed=seed, folder=folder, progress=progress)

    try:
        report = asyncio.run(measure())
    finally:
        progress.close()
    _print(report, output)
    output.result(report.as_json())
    return exits.DONE


def _check(arguments: argparse.Namespace) -> None:
    if arguments.suite not in SUITES:
        raise exits.UsageError(f"there is no suite {arguments.suite!r}; one of: {', '.join(SUITES)}")
    if arguments.episodes is not None and arguments.episodes < 1:
        raise exits.UsageError(f"--episodes {arguments.episodes}: at least 1")
    for flag in ("split", "renderer"):
        if getattr(arguments, flag) is not None and arguments.suite != "screens":
            raise exits.UsageError(f"--{flag} belongs to the suite screens")
    if arguments.renderer not in (None, *RENDERERS):
        raise exits.UsageError(f"there is no renderer {arguments.renderer!r}; one of: {', '.join(RENDERERS)}")
    for flag in ("tokens", "shape"):
        if getattr(arguments, flag) is not None and arguments.suite != "needle":
            raise exits.UsageError(f"--{flag} belongs to the suite needle")
    if arguments.tasks is not None and arguments.suite != "miniwob":
        raise exits.UsageError("--tasks belongs to the suite miniwob")


def _benchmark(
    arguments: argparse.Namespace, settings: "Settings", seed: int
) -> "AbstractAsyncContextManager[Benchmark]":
    if arguments.suite == "screens":
        return _screens(arguments, settings, seed)
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
    from agent.evaluation.miniwob import DEFAULT_TASKS, MiniWobBenchmark, named_tasks
    from ui.walking import make_miniwob

    tasks = DEFAULT_TASKS if arguments.tasks is None else named_tasks(arguments.tasks)
    try:
        return MiniWobBenchmark(
            tasks,
            seed=seed,
            episodes=arguments.episodes,
            settings=settings.evaluation,
            make=lambda: make_miniwob(settings.browser),
        )
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error


class _Progress:
    """One moving line on a terminal; in a log a line now and then."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._good = self._crashed = 0
        self._status = output.console.status("loading the model") if output.console.is_terminal else None
        if self._status is not None:
            self._status.start()

    def __call__(self, played: int, total: int, result: "EpisodeResult") -> None:
        """Say how far it is."""
        self._good += result.success
        self._crashed += bool(result.crashed)
        line = f"{played}/{total}  {self._good} succeeded, {self._crashed} crashed"
        if self._status is not None:
            self._status.update(line)
        elif played == total or played % max(1, total // 20) == 0:
            self._output.console.print(line, markup=False)

    def close(self) -> None:
        """Leave the line."""
        if self._status is not None:
            self._status.stop()


def _print(report: "Report", output: Output) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("task", overflow="fold")
    for heading in ("success", "95% interval", "episodes", "crashed", "steps", "seconds", "tokens"):
        table.add_column(heading, justify="right")
    for name, row in report.tasks.items():
        counts = (row.episodes, row.crashed, f"{row.steps:.1f}", f"{row.seconds:.2f}", f"{row.tokens:.0f}")
        table.add_row(Text(name), f"{row.success:.1%}", _interval(row.ci95), *map(str, counts))
    table.add_row(Text("all", "bold"), f"{report.success:.1%}", _interval(report.ci95), str(report.episodes))
    if not output.console.is_terminal:  # a pipe or a file has no width of its own: no row need be broken
        output.console.width = max(output.console.width, 120)
    output.console.print(table)
    output.console.print(f"{report.suite}, {exits.plain(report.model)}, seed {report.seed}", style="dim", markup=False)


def _interval(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.1%} to {interval[1]:.1%}"
