"""Follow an instruction on a page: see, decide, act, step by step, and record it all.

The run's folder holds every step and screenshot, and a replay.html to watch it again.
"""

import argparse

from ui.cli.configuration import add_run_flags, load_settings
from ui.cli.exits import UsageError
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("instruction", metavar="INSTRUCTION", help="what should be done, in words")
    parser.add_argument("--url", required=True, help="the page to begin on")
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Run the task; the exit code says how it went."""
    import asyncio

    from agent.recorder import new_folder
    from sandboxes.task import Task
    from ui.cli.ending import end_run
    from ui.cli.live import LivePrinter
    from ui.walking import environment_of, walk

    if not arguments.instruction.strip():
        raise UsageError("the instruction is empty: say in words what should be done")
    settings = load_settings(arguments)
    task = Task(
        id="run",
        instruction=arguments.instruction,
        url=arguments.url,
        viewport=settings.browser.viewport,
    )
    folder = new_folder(settings.run.folder, arguments.instruction)
    with LivePrinter(output.console) as watcher:
        outcome = asyncio.run(walk(task, environment_of(task, settings.browser), settings, folder, watcher))
    return end_run(output, folder, outcome)
