"""Write an evaluation's report.md and report.html: the table with its intervals, what repeats say, what the evaluation
was of, and pictures of what failed. With several folders the first is compared with each of the others.

    handeye report FOLDER
    handeye report BEFORE NOW

The files are written into the last folder that is named, or into the one of --out, with the pictures that they show. An
evaluation that is not finished can be told of, too: the report says so. Exit code 0 says that the report is written,
whatever is in it; see docs/evaluation.md.
"""

import argparse
from pathlib import Path

from ui.cli import exits
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("folders", metavar="FOLDER", nargs="+", help="of an evaluation; several are compared")
    parser.add_argument("--out", metavar="DIR", help="where the files are written (default: the last FOLDER)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write both files and say where they are."""
    folders = [Path(name) for name in arguments.folders]
    for folder in folders:
        if not (folder / "manifest.json").is_file():
            raise exits.UsageError(
                f"{exits.plain(folder)} is no evaluation: it has no manifest.json; name a folder that eval has written"
            )
    from agent.evaluation.account import account
    from ui.report import write_report
    from ui.report_words import compared

    accounts = [account(folder) for folder in folders]
    text, page = write_report(accounts, Path(arguments.out) if arguments.out else folders[-1])
    for each in accounts:
        low, high = each.report.ci95
        said = f"{each.folder}: {each.report.model}, {each.report.success:.1%} ({low:.1%} to {high:.1%})"
        output.console.print(exits.plain(said), markup=False)
        for fault in each.faults:
            output.console.print(exits.plain(fault), style="bold red", markup=False)
    output.console.print(f"page   {page}\ntext   {text}", markup=False)
    output.result(
        {
            "page": str(page),
            "text": str(text),
            "evaluations": [
                {"folder": str(each.folder), "faults": list(each.faults), **each.report.as_json()} for each in accounts
            ],
            "comparisons": [
                {
                    "before": str(pair.before.folder),
                    "now": str(pair.now.folder),
                    "differs": list(pair.differs),
                    "rows": [row._asdict() for row in pair.rows],
                }
                for pair in compared(accounts)
            ],
        }
    )
    return exits.DONE
