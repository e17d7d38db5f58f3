"""Go on with a run that was interrupted, killed, or kept from going on by something that broke.

The steps that were recorded stay. A page that is gone is opened anew.
"""

import argparse

from ui.cli import exits
from ui.cli.configuration import add_run_flags, given_flags, load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in the runs folder")
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Go on until the run ends; the exit code says how it went."""
    import asyncio

    from agent.recorder import load
    from ui.cli.ending import end_run
    from ui.cli.live import LivePrinter
    from ui.cli.person import at_terminal
    from ui.cli.run_folder import find_run
    from ui.walking import environment_of, go_on, settings_of_run

    settings = load_settings(arguments)
    folder = find_run(arguments.run, settings)
    if (folder.parent / "booking.jsonl").exists():  # Nobody would read back what it sends.
        raise exits.UsageError(f"{folder} enters a document of a batch: call handeye run with --documents again")
    record = load(folder).run
    if record.outcome is not None and record.outcome.kind not in ("interrupted", "failed"):
        output.console.print(f"{exits.plain(folder)} has ended already", style="dim")
    settings, limits = settings_of_run(record, settings, given_flags(arguments))
    environment = environment_of(record.task, settings)
    person = at_terminal(output.console)
    settle = None if person is None else person.happened
    with LivePrinter(output.console) as watcher:
        outcome = asyncio.run(go_on(folder, environment, settings, watcher, limits, person, settle))
    return end_run(output, folder, outcome)
