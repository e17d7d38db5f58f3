"""Follow an instruction on a page, a desktop or a phone: see, decide, act, step by step, and record it all.

    handeye run "Log in as ada" --url http://127.0.0.1:8000/login
    handeye run "Rename scan1.txt" --on desktop --launch "pcmanfm reports"
    handeye run "Turn the dark theme on" --on android --url Settings
    handeye run "Do as shown, for Grace" --url URL --recording shown.mp4 --model http://gpu-box:30000
    handeye run "Enter the invoice, press Save invoice" --url URL --documents inbox/ --schema invoice.json

A desktop is a virtual one, made for the run. A phone is the only one that adb lists, or the one that ANDROID_SERIAL
names. The run's folder holds every step and screenshot, and a replay.html to watch it again. With --documents every
document is entered by a run of its own, and read back before it is sent; the same command goes on where it was cut.
"""

import argparse
import shlex

from ui.cli import run_documents
from ui.cli.configuration import add_run_flags, load_settings
from ui.cli.exits import UsageError
from ui.cli.output import Output

SURFACES = ("browser", "desktop", "android")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("instruction", metavar="INSTRUCTION", help="what should be done, in words")
    parser.add_argument("--on", choices=SURFACES, default="browser", help="where it happens (default: browser)")
    parser.add_argument("--url", metavar="URL", help="browser: the page to begin on; android: the app to open")
    parser.add_argument("--launch", action="append", metavar="COMMAND", help="desktop: a program to begin with")
    parser.add_argument(
        "--recording", metavar="VIDEO", help="a video, or a recorder's folder, that shows how it is done"
    )
    parser.add_argument("--documents", metavar="PATH", help="enter each document of a folder, or the one that is named")
    parser.add_argument("--schema", metavar="S", help="what to read them for: a JSON Schema, FILE.py or MODULE:MODEL")
    parser.add_argument(
        "--listed", metavar="URL", help="a page that lists what was entered, such as http://host/list?number={number}"
    )
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Run the task; the exit code says how it went."""
    import asyncio

    from agent.recorder import new_folder
    from sandboxes.task import Task
    from ui.cli.ending import end_run
    from ui.cli.live import LivePrinter
    from ui.cli.person import at_terminal
    from ui.walking import environment_of, shown_by, walk

    if not arguments.instruction.strip():
        raise UsageError("the instruction is empty: say in words what should be done")
    settings = load_settings(arguments)
    _check(arguments)
    # Only pages have a size of their own accord: a desktop has its usual one, and a phone its own.
    sized = arguments.on == "browser" or arguments.viewport
    launch = [shlex.split(command) for command in arguments.launch or ()]
    task = Task(
        id="run",
        instruction=arguments.instruction,
        environment=arguments.on,
        url=arguments.url or "",
        viewport=settings.browser.viewport if sized else None,
        settings={"launch": launch} if launch else {},
    )
    if arguments.documents is not None:
        return run_documents.execute(arguments, task, settings, output)
    shown = shown_by(arguments.recording or "")
    folder = new_folder(settings.run.folder, arguments.instruction)
    person = at_terminal(output.console)
    with LivePrinter(output.console) as watcher:
        walking = walk(task, environment_of(task, settings), settings, folder, watcher, person, shown)
        outcome = asyncio.run(walking)
    return end_run(output, folder, outcome)


def _check(arguments: argparse.Namespace) -> None:
    run_documents.check(arguments)
    if arguments.on == "browser" and not arguments.url:
        raise UsageError("--url is missing: name the page to begin on, or another place with --on")
    if arguments.on == "desktop" and arguments.url:
        raise UsageError("--url is for browsers and phones: name a desktop's program with --launch")
    if arguments.on != "desktop" and arguments.launch:
        raise UsageError("--launch is for desktops: add --on desktop")
