"""Watch the bundled model fill in a form in a real browser, from pixels.

Another seed gives other values, another order and another look. What came of it is read from the page's own data;
exit code 1 when the task isn't done.
"""

import argparse

from ui.cli.configuration import add_run_flags, load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which form (default: 0)")
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Run the demo's task, the same way as any other; the exit code says what the page kept."""
    import asyncio

    from agent.recorder import new_folder
    from sandboxes.demos.signup import demo_task
    from ui.cli.ending import end_run
    from ui.cli.live import LivePrinter
    from ui.cli.person import at_terminal
    from ui.walking import environment_of, walk

    settings = load_settings(arguments)
    task = demo_task(arguments.seed)
    if arguments.viewport is not None:
        task = task.model_copy(update={"viewport": settings.browser.viewport})
    folder = new_folder(settings.run.folder, f"demo-{task.id}")
    person = at_terminal(output.console)
    with LivePrinter(output.console) as watcher:
        outcome = asyncio.run(walk(task, environment_of(task, settings), settings, folder, watcher, person))
    return end_run(output, folder, outcome)
