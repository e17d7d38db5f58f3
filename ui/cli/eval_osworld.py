"""The part of `handeye eval` that plays OSWorld's tasks by its own desktop_env; see docs/osworld.md."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits

if TYPE_CHECKING:
    from agent.evaluation.benchmark import Benchmark
    from agent.settings import EvaluationSettings

FLAGS = ("examples", "settle")
"""Of this suite alone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this suite."""
    parser.add_argument(
        "--examples", metavar="PATH", help="osworld: its folder evaluation_examples, one of its domains, or a task"
    )
    parser.add_argument(
        "--settle",
        metavar="A,B",
        help="osworld: seconds before the first look and before the evaluation (default: 60,20, as its own runner)",
    )


def benchmark(arguments: argparse.Namespace, settings: "EvaluationSettings", seed: int) -> "Benchmark":
    """The tasks that the flags name. Raises UsageError for what can't be read, SandboxMissing without desktop_env."""
    from agent.errors import BenchmarkError
    from agent.evaluation.osworld_examples import read_examples
    from agent.evaluation.osworld_process import Conduct, environment_python
    from agent.evaluation.osworld_suite import OSWorldBenchmark

    if arguments.examples is None:
        raise exits.UsageError(
            "osworld needs --examples PATH: OSWorld's folder evaluation_examples, see docs/osworld.md"
        )
    try:
        examples = read_examples(Path(arguments.examples))
    except BenchmarkError as error:
        raise exits.UsageError(str(error)) from error
    conduct = Conduct(max_steps=settings.max_steps) if settings.max_steps else Conduct()
    if arguments.settle is not None:
        conduct = conduct._replace(settle_seconds=_seconds(arguments.settle))
    return OSWorldBenchmark(examples, environment_python(), conduct=conduct, most=arguments.episodes, seed=seed)


def _seconds(given: str) -> tuple[float, float]:
    try:
        before, after = (float(part) for part in given.split(","))
    except ValueError as error:
        raise exits.UsageError(f"--settle {given}: write two numbers of seconds, such as 60,20") from error
    if not (0 <= before < 3600 and 0 <= after < 3600):
        raise exits.UsageError(f"--settle {given}: from 0 to an hour each")
    return before, after
