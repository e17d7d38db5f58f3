"""Let scripted solvers play MiniWoB++ in real Chromium, and record their runs to learn from.

    handeye demos --tasks pix2act --episodes 50 --parallel 2 --out build/demos
    handeye train sft --runs build/demos

The solvers read the page; the runs hold pixels, replies and actions alone, as a model's do. No held-out task has a
solver, and seeds above 1,000,000 are refused. The same command goes on after a stop.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.evaluation.playing import Finished


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--out", required=True, metavar="DIR", help="where the runs go; one that was begun is gone on")
    parser.add_argument(
        "--tasks", default="pix2act", metavar="A,B", help="names of tasks or suites (default: pix2act); see eval"
    )
    parser.add_argument("--episodes", type=int, default=20, metavar="N", help="of each task (default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (default: 1)")
    parser.add_argument("--parallel", type=int, default=1, metavar="N", help="processes that play (default: 1)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Play, and show what came of it. FAILED says that too much crashed."""
    import asyncio
    from time import perf_counter

    from agent.errors import BenchmarkError
    from agent.evaluation.miniwob import named_tasks
    from agent.practice.demos import demonstrate, solved
    from ui.cli.evaluating import print_report

    for name in ("episodes", "parallel"):
        if getattr(arguments, name) < 1:
            raise exits.UsageError(f"--{name} {getattr(arguments, name)}: at least 1")
    asked = named_tasks(arguments.tasks)
    begun, played = perf_counter(), 0

    def progress(count: int, total: int, last: "Finished") -> None:
        nonlocal played
        played += 1
        if count == total or count % max(1, total // 20) == 0:
            rate = played / (perf_counter() - begun)
            output.console.print(f"{count}/{total}  {rate:.2f} episodes/s", markup=False)

    try:
        names = solved(asked)
        report = asyncio.run(
            demonstrate(
                names,
                Path(arguments.out),
                seed=arguments.seed,
                episodes=arguments.episodes,
                parallel=arguments.parallel,
                progress=progress,
            )
        )
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error
    left_out = [name for name in asked if name not in names]
    rate = round(played / (perf_counter() - begun), 3)
    print_report(report, output)
    if left_out:
        output.console.print(f"without a solver: {', '.join(left_out)}", style="dim", markup=False)
    output.console.print(f"{arguments.out}: {rate} episodes/s; handeye train sft --runs {arguments.out}", markup=False)
    output.result({**report.as_json(), "folder": arguments.out, "episodes_per_s": rate, "without_solver": left_out})
    return exits.DONE if report.valid else exits.FAILED
