"""Write recorded runs as a data set that other projects train on, with a card of what is in it.

Formats: sharegpt (Qwen's fine-tuning), llamafactory, ms-swift, trl, agentnet, parquet (needs the extra data). Steps
that were refused or broke are left out; so are runs that failed, and all that is for measuring alone. Secrets of the
settings are taken out of every text. What the format can't hold is said.
"""

import argparse
from pathlib import Path

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("runs_named", nargs="+", metavar="RUNS", help="folders of runs, or runs")
    parser.add_argument("--to", required=True, metavar="FORMAT", help="the format to write")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="a new folder")
    parser.add_argument("--success", action="store_true", help="only runs that a checker called a success")
    parser.add_argument(
        "--least-reward", type=float, default=0.0, metavar="R", help="a checker's reward of R is a success too"
    )
    parser.add_argument("--failed-too", action="store_true", help="runs that failed or did not end as well")
    parser.add_argument("--approved", action="store_true", help="only steps that a person approved, put right or made")
    parser.add_argument("--actor", choices=("human", "model"), default="", help="only steps of a person, or the model")
    parser.add_argument("--max-steps", type=int, default=0, metavar="N", help="leave out longer runs")
    parser.add_argument(
        "--near-duplicates", action="store_true", help="leave out steps that nearly equal one that is kept"
    )
    parser.add_argument(
        "--validation", type=float, default=0.0, metavar="SHARE", help="share of the tasks for validation (default: 0)"
    )


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write it and say what is in it."""
    if not 0 <= arguments.validation < 1:
        raise exits.UsageError("--validation: a share of at least 0 and less than 1, such as 0.1")
    if not 0 <= arguments.least_reward <= 1:
        raise exits.UsageError("--least-reward: above 0 and at most 1, such as 0.9")
    if arguments.max_steps < 0:
        raise exits.UsageError("--max-steps: at least 1")
    if arguments.success and arguments.failed_too:
        raise exits.UsageError("--success and --failed-too exclude each other: give one")
    from agent.exchange import formats
    from agent.exchange.dataset import export
    from agent.exchange.selection import Filters
    from agent.secrets import scrubber_of

    layout = formats.named(arguments.to)
    settings = load_settings(argparse.Namespace(config=arguments.config))
    filters = Filters(
        success=arguments.success,
        least_reward=arguments.least_reward,
        failed_too=arguments.failed_too,
        approved=arguments.approved,
        actor=arguments.actor,
        max_steps=arguments.max_steps,
        near_duplicates=arguments.near_duplicates,
        validation=arguments.validation,
    )
    scrubber = scrubber_of(settings.secrets)
    report = export([Path(name) for name in arguments.runs_named], layout, Path(arguments.out), filters, scrubber)
    say = output.console.print
    steps = f"{report.num_train} steps to train on, {report.num_validation} to validate on"
    say(f"{report.folder}: {report.num_runs} runs, {steps}", markup=False)
    for why, number in report.left_out.items():
        say(f"left out  {number} {why}", markup=False)
    for line in report.lossy:
        say(f"lossy  {line}", markup=False, style="dim")
    output.result(
        {
            "folder": str(report.folder),
            "format": layout.name,
            "runs": report.num_runs,
            "train": report.num_train,
            "validation": report.num_validation,
            "left_out": report.left_out,
            "lossy": list(report.lossy),
        }
    )
    return exits.DONE
