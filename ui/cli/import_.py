"""Read a data set and write its episodes as runs, which replay, verify and train sft read.

What `handeye export` wrote comes back step for step. Of files that others wrote each reply becomes a step, its action
read by a codec; what can't be read is left out and counted.
"""

import argparse
from pathlib import Path

from ui.cli import exits
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("path", metavar="FILE_OR_FOLDER", help="what to read")
    parser.add_argument("--from", dest="format", metavar="FORMAT", help="its format (default: found by looking)")
    parser.add_argument("--out", required=True, metavar="RUNS", help="the folder of runs to write into")
    parser.add_argument(
        "--codec", default="qwen3vl", metavar="NAME", help="how replies write actions (default: qwen3vl)"
    )
    parser.add_argument("--images", metavar="FOLDER", help="where pictures are (default: beside the file)")
    parser.add_argument("--as-success", action="store_true", help="count episodes of others as successes")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write the runs and say what was left out."""
    from actions.codec.codec import codec
    from actions.errors import ActionUnsupported
    from agent.exchange import formats
    from agent.exchange.episode import Reading
    from agent.exchange.runs import import_runs

    try:
        codec(arguments.codec)
    except ActionUnsupported as error:
        raise exits.UsageError(str(error)) from error
    path = Path(arguments.path)
    layout = formats.named(arguments.format) if arguments.format else formats.found(path)
    reading = Reading(arguments.codec, arguments.as_success, Path(arguments.images) if arguments.images else None)
    report = import_runs(path, layout, Path(arguments.out), reading)
    say = output.console.print
    say(f"{report.folder}: {len(report.runs)} runs, {report.num_steps} steps, read as {layout.name}", markup=False)
    for why, number in report.left_out.items():
        say(f"left out  {number} {why}; first: {exits.plain(report.first[why], 200)}", markup=False)
    output.result(
        {
            "folder": str(report.folder),
            "format": layout.name,
            "runs": list(report.runs),
            "steps": report.num_steps,
            "left_out": report.left_out,
        }
    )
    return exits.DONE
