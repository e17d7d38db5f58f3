"""The part of `handeye eval` that reads business documents; see `agent.evaluation.documents`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.documents import record_reader
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.evaluation.documents import DocumentsReport

DEFAULT_EPISODES = 500


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Read every document, show the table."""
    import asyncio

    from agent.evaluation.documents import measure_folder, measure_papers
    from ui.cli.evaluating import print_report

    settings = load_settings(arguments)
    seed = settings.evaluation.seed if arguments.seed is None else arguments.seed

    def progress(read: int, total: int, exact: int, fields: int) -> None:
        if read == total or read % max(1, total // 20) == 0:
            output.console.print(f"{read}/{total}  {exact} of {fields} fields exact", markup=False)

    async def run() -> "DocumentsReport":
        async with record_reader(arguments) as reader:
            if arguments.documents:
                folder = Path(arguments.documents)
                return await measure_folder(reader, folder, episodes=arguments.episodes, progress=progress)
            number = arguments.episodes or DEFAULT_EPISODES
            return await measure_papers(reader, episodes=number, seed=seed, progress=progress)

    report = asyncio.run(run())
    print_report(report, output)
    for name in ("digital", "scan", "seen_layouts", "heldout_layouts", "cited", "invented"):
        share = getattr(report, name)
        if share is not None:
            output.console.print(f"{name.replace('_', ' ')}: {share:.1%}", markup=False)
    output.result(report.as_json())
    return exits.DONE
