"""Watch the bundled model fill in a form in a real browser, from pixels.

Another seed gives other values, another order and another theme. What came of it is read from the page's own data;
exit code 1 when the task isn't done.
"""

import argparse

from ui.cli import exits
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which form (default: 0)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Not there yet."""
    raise exits.PartMissing("the demo is not part of this build")
