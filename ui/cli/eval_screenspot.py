"""The part of `handeye eval` that measures grounding on a folder of pictures; see `agent.evaluation.targets`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits

if TYPE_CHECKING:
    from agent.evaluation.benchmark import Benchmark

FLAGS = ("data", "format")
"""Of this suite alone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this suite."""
    parser.add_argument("--data", metavar="FOLDER", help="screenspot: pictures and annotations (docs/grounding.md)")
    parser.add_argument(
        "--format",
        metavar="NAME",
        help="screenspot: screenspot, screenspot-v2, screenspot-pro, osworld-g, osworld-g-refined or boxes "
        "(default: what the folder's files show)",
    )


def benchmark(arguments: argparse.Namespace, seed: int) -> "Benchmark":
    """The targets of the folder. Raises UsageError for what can't be read."""
    from agent.errors import BenchmarkError
    from agent.evaluation.screenspot import ScreenSpotBenchmark

    if arguments.data is None:
        raise exits.UsageError("screenspot needs --data FOLDER: pictures with annotations, see docs/grounding.md")
    try:
        return ScreenSpotBenchmark(
            Path(arguments.data), layout=arguments.format or "", most=arguments.episodes, seed=seed
        )
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error
