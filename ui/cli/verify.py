"""Check a run: every record against its checksum and the line before (SHA-256), every effect that a step tells of, and
every image against its digest. Nothing is changed.

Exit code 4 when something was changed or is missing. Checksums show changes; they do not say who wrote a run.
"""

import argparse

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in the runs folder")
    parser.add_argument("--runs", metavar="DIR", help="where runs are looked for (default: runs)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Say what is wrong, a line each; 0 when nothing is, else 4."""
    from agent.inspection import inspect
    from ui.cli.run_folder import find_run

    folder = find_run(arguments.run, load_settings(arguments))
    report = inspect(folder)
    for line in report.notes:
        output.console.print(f"note   {exits.plain(line)}", markup=False)
    for line in report.faults:
        output.console.print(f"fault  {exits.plain(line)}", markup=False)
    counts = f"{report.num_steps} steps, {report.num_effects} effects, {report.num_images} images"
    whole = "whole" if not report.faults else f"not whole: {len(report.faults)} faults"
    output.console.print(f"{folder}: {counts}, {whole}", markup=False)
    output.result(
        {
            "run": str(folder),
            "whole": not report.faults,
            "steps": report.num_steps,
            "effects": report.num_effects,
            "images": report.num_images,
            "faults": list(report.faults),
            "notes": list(report.notes),
        }
    )
    return exits.BROKEN if report.faults else exits.DONE
