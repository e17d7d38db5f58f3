"""Make a run's replay.html: one file with the screenshots, the clicks drawn on them, the steps and the
outcome."""

import argparse

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in the runs folder")
    parser.add_argument("--runs", metavar="DIR", help="where runs are looked for (default: runs)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write the page and say where it is."""
    from agent.recorder import load
    from ui.cli.live import print_outcome
    from ui.cli.run_folder import find_run
    from ui.replay import write_replay

    folder = find_run(arguments.run, load_settings(arguments))
    trajectory = load(folder)
    path = write_replay(trajectory, folder)
    outcome = trajectory.run.outcome
    for note in trajectory.notes:
        output.console.print(f"note   {exits.plain(note)}", markup=False)
    if outcome is not None:
        print_outcome(output.console, outcome, folder, path)
    else:
        output.console.print(f"replay {path}", markup=False)
    output.result(
        {
            "run": str(folder),
            "replay": str(path),
            "steps": len(trajectory.steps),
            "outcome": outcome.model_dump(mode="json") if outcome else None,
            "notes": list(trajectory.notes),
        }
    )
    return exits.DONE
