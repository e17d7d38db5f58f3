"""An MCP server on standard input and output, so that other assistants can run tasks and read documents.

    handeye mcp --documents invoices/                  run_task, look_at_run, read_document, ...
    handeye mcp --model http://gpu-box:30000 --launch mousepad

An assistant's program starts it; see docs/mcp.md for what to write into its settings. Runs are held by the same guard
as those of `handeye run`, and what it asks is answered by a person, with `handeye answer` or in `handeye console`: the
assistant can't. The model, the budgets and the rules are the ones given here. When the assistant leaves, its runs are
stopped and can be resumed.
"""

import argparse
import shlex
from pathlib import Path

from ui.cli import exits
from ui.cli.configuration import add_run_flags, load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument(
        "--documents", metavar="DIR", action="append", default=[], help="a folder that may be read from; several times"
    )
    parser.add_argument(
        "--launch", metavar="COMMAND", action="append", default=[], help="a program that a desktop may begin with"
    )
    add_run_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Serve until the client hangs up."""
    import asyncio

    folders = [Path(name) for name in arguments.documents]
    for folder in folders:
        if not folder.is_dir():
            raise exits.UsageError(f"--documents {folder}: there is no such folder")
    for command in arguments.launch:
        _check_command(command)
    settings = load_settings(arguments)
    from ui.mcp.server import serve

    try:
        asyncio.run(serve(settings, folders, arguments.launch))
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    return exits.DONE


def _check_command(command: str) -> None:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise exits.UsageError(f"--launch {command}: {error}") from error
    if not words:
        raise exits.UsageError("--launch is empty: name a program")
