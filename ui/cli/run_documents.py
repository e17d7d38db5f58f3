"""The part of `handeye run` that enters documents, one run each; see `agent.booking`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.booking.ledger import Standing
    from agent.settings import Settings
    from perception.extraction.record import Record
    from perception.extraction.schema import RecordSchema
    from sandboxes.task import Task

SETTLED = ("entered", "sent", "copy")
"""What leaves nothing to do."""


def check(arguments: argparse.Namespace) -> None:
    """Raises UsageError for flags of documents that don't go together."""
    if arguments.documents is None:
        for name in ("schema", "listed"):
            if getattr(arguments, name):
                raise exits.UsageError(f"--{name} is for documents: name them with --documents")
        return
    if not arguments.schema:
        raise exits.UsageError("--schema is missing: name a JSON Schema, or a pydantic model, of what is to be entered")
    if arguments.recording:
        raise exits.UsageError("--recording and --documents can't be given together yet")
    if arguments.listed and arguments.on != "browser":
        raise exits.UsageError("--listed is a page that a browser opens: leave it out with --on")


def execute(arguments: argparse.Namespace, task: "Task", settings: "Settings", output: Output) -> int:
    """Enter every document that is not entered yet; 0 where none is left, 1 where one is."""
    import asyncio

    from agent.booking.looking import check_address
    from perception.extraction.reader import read_record
    from ui.booking import enter, folder_of
    from ui.cli.documents import documents_in, reading, record_reader
    from ui.cli.ending import code_of_outcome
    from ui.cli.live import LivePrinter
    from ui.cli.person import at_terminal
    from ui.walking import environment_of

    schema = _schema(arguments.schema)
    if arguments.listed:
        check_address(arguments.listed, schema)
    files = list(documents_in([arguments.documents]))
    folder = folder_of(settings.run.folder, [arguments.documents], task)
    person = at_terminal(output.console)
    # Only a server's model reads pages; whatever else decides, labels are gone by.
    server = settings.model.name if "://" in settings.model.name else None
    readers = argparse.Namespace(**vars(arguments) | {"model": server}, password="", no_ocr=False, no_cache=False)

    async def work() -> int:
        with reading(readers) as (open_file, eye):
            assert eye is not None
            async with record_reader(readers) as reader:

                async def read(path: Path) -> "Record":
                    with open_file(path) as document:
                        return await read_record(document, range(1, document.num_pages + 1), eye, reader, schema)

                with LivePrinter(output.console) as watcher:
                    outcome, standings = await enter(
                        task,
                        files,
                        schema,
                        environment_of(task, settings),
                        settings,
                        folder,
                        listed=arguments.listed or "",
                        reading=read,
                        eye=eye,
                        watcher=watcher,
                        told=lambda standing: _tell(standing, output),
                        person=person,
                        settle=None if person is None else person.happened,
                        mending=None if person is None else person.says,
                    )
        _sum_up(standings, folder, output)
        if outcome is not None:
            return code_of_outcome(outcome)
        settled = all(one.receipt is not None and one.receipt.state in SETTLED for one in standings)
        return exits.DONE if settled else exits.FAILED

    return asyncio.run(work())


def _schema(text: str) -> "RecordSchema":
    from ui.cli.read_record import load_schema

    schema = load_schema(text)
    if schema.tables:
        raise exits.UsageError(
            f"--schema {text}: {next(iter(schema.tables))} is a list, and lists can't be entered yet: leave it out"
        )
    return schema


def _tell(standing: "Standing", output: Output) -> None:
    receipt = standing.receipt
    state = "open: it is settled when this is called again" if receipt is None else receipt.state.replace("_", " ")
    said = f" ({exits.plain(receipt.said, 200)})" if receipt is not None and receipt.said else ""
    output.console.print(f"document {exits.plain(standing.name)}: {state}{said}", markup=False)


def _sum_up(standings: "tuple[Standing, ...]", folder: Path, output: Output) -> None:
    states = [one.receipt.state if one.receipt else "open" for one in standings]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    said = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items())
    output.console.print(f"{len(standings)} documents: {said}", markup=False)
    output.console.print(f"ledger {folder / 'booking.jsonl'}", markup=False)
    output.result(
        {
            "batch": str(folder),
            "documents": [
                {
                    "name": one.name,
                    "sha256": one.document,
                    "values": one.record.values if one.record else {},
                    "runs": list(one.runs),
                    "receipt": one.receipt.model_dump(mode="json") if one.receipt else None,
                }
                for one in standings
            ],
        }
    )
