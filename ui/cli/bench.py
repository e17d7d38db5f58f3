"""Measure the time of a step, and write build/bench.json: a flat object of named figures.

With the bundled model on this machine, at the pixel size of the demo; `engine_vs_transformers_nano` is measured in the
same run, with the same weights, prompts and constrained output.
"""

import argparse

from ui.cli import exits
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--model", metavar="DIR", help="a model's folder (default: the bundled one)")
    parser.add_argument("--steps", type=int, metavar="N", help="how many steps are measured")
    parser.add_argument("--output", metavar="FILE", help="default: build/bench.json")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Measure, show the table, write the file."""
    from pathlib import Path

    if arguments.steps is not None and arguments.steps < 1:
        raise exits.UsageError(f"--steps {arguments.steps}: at least 1")
    from agent.evaluation import bench
    from perception.clients.catalog import NANO

    folder = Path(arguments.model) if arguments.model else NANO
    console = output.console

    def say(line: str) -> None:
        console.print(exits.plain(line), style="dim", markup=False)

    figures = bench.measure(folder, num_steps=arguments.steps or bench.NUM_STEPS, progress=say)
    path = bench.write(figures, Path(arguments.output) if arguments.output else bench.FILE)
    console.print(bench.table(figures), markup=False)
    console.print(f"written to {path}", markup=False)
    output.result(figures)
    return exits.DONE
