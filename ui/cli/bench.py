"""Measure the time of a step, and write build/bench.json: a flat object of named figures.

With the bundled model on this machine's CPU, at the pixel size of the demo; `engine_vs_transformers_nano` is measured
in the same run, with the same weights, prompt and constrained output.
"""

import argparse

from ui.cli import exits
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Not there yet."""
    raise exits.PartMissing("the benchmark is not part of this build")
