"""A page on this machine to start, watch, answer, take over and replay runs.

It answers on 127.0.0.1 alone, and lets in the browser that opens the link first; that one can ask for a link for
another. Ctrl-C ends it; runs that are under way then are stopped and can be resumed.
"""

import argparse
import os
from pathlib import Path

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

_PORT = 7860


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--port", type=int, default=_PORT, help=f"default: {_PORT}; 0 takes a free one")
    parser.add_argument("--model", metavar="NAME_OR_URL", help="what the page's model field begins with")
    parser.add_argument("--runs", metavar="DIR", help="where runs are made and looked for (default: runs)")
    parser.add_argument("--evaluations", metavar="DIR", help="the same for evaluations (default: evaluations)")
    parser.add_argument(
        "--documents", metavar="DIR", default="documents", help="where dropped documents are kept (default: documents)"
    )
    parser.add_argument(
        "--training", default="build/train", metavar="DIR", help="of training runs (default: build/train)"
    )
    parser.add_argument("--datasets", default="datasets", metavar="DIR", help="of data sets (default: datasets)")
    parser.add_argument(
        "--current", default="models/current", metavar="DIR", help="the model in use (default: models/current)"
    )


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Serve until Ctrl-C."""
    import asyncio

    if not 0 <= arguments.port <= 65535:
        raise exits.UsageError(f"--port {arguments.port}: a port is a number from 0 to 65535")
    settings = load_settings(arguments)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from ui.console.documents.library import Library
    from ui.console.launch import launch_with
    from ui.console.places import Places
    from ui.console.server import serve
    from ui.console.stages import Stages

    def announce(link: str) -> None:
        output.console.print(f"console: {link}", markup=False)
        output.console.print("the link works once; Ctrl-C ends the console", style="dim")
        output.result({"link": link})

    stages, library = Stages(launch_with(settings)), Library(Path(arguments.documents), settings)
    places = Places(
        runs=settings.run.folder,
        evaluations=settings.evaluation.folder,
        training=Path(arguments.training),
        current=Path(arguments.current),
        datasets=Path(arguments.datasets),
        config=Path(arguments.config) if arguments.config else None,
        secrets=settings.secrets,
    )
    model = settings.model.name
    try:
        asyncio.run(serve(stages, places, port=arguments.port, model=model, announce=announce, library=library))
    except KeyboardInterrupt:
        output.console.print("console: ended", style="dim")
    return exits.DONE
