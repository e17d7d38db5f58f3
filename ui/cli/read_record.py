"""The part of `handeye read` that reads records under a schema; see `perception.extraction`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.cli import exits
from ui.cli.documents import chosen_pages, reading, record_reader, show
from ui.cli.output import Output

if TYPE_CHECKING:
    from perception.extraction.record import Leaf, Record
    from perception.extraction.schema import RecordSchema


def execute(arguments: argparse.Namespace, files: list[Path], output: Output) -> int:
    """A record of every file; 1 where one of them is not whole."""
    import asyncio

    schema = load_schema(arguments.schema)
    records = asyncio.run(_read(arguments, files, schema))
    if arguments.out is not None:
        show(_json(records), arguments.out, output)
    for record in records:
        _print(record, output)
    output.result({"records": [record.model_dump(mode="json") | {"values": record.values()} for record in records]})
    return exits.DONE if all(record.is_whole for record in records) else exits.FAILED


def load_schema(text: str) -> "RecordSchema":
    """The schema of a JSON file, or of a pydantic model: the only one of a Python file, or one named `MODULE:MODEL`.

    Raises UsageError.
    """
    from perception.extraction.schema import SchemaInvalid, read_schema

    path = Path(text)
    try:
        if path.is_file() and path.suffix == ".py":
            return read_schema(_of_file(path))
        if path.is_file():
            return read_schema(json.loads(path.read_text(encoding="utf-8")))
        if ":" in text:
            return read_schema(_of_model(text))
    except SchemaInvalid as error:
        raise exits.UsageError(f"--schema {text}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise exits.UsageError(f"--schema {text}: it is no JSON file ({error})") from error
    raise exits.UsageError(f"--schema {text}: there is no such file; name a JSON Schema, or MODULE:MODEL of pydantic")


def _of_file(path: Path) -> dict[str, Any]:
    """The JSON Schema of the one pydantic model that a Python file makes."""
    import runpy

    from pydantic import BaseModel

    try:
        made = runpy.run_path(str(path), run_name=path.stem)
    except Exception as error:
        raise exits.UsageError(f"--schema {path}: it can't be run ({type(error).__name__}: {error})") from None
    models = [
        one
        for one in made.values()
        if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__ == path.stem
    ]
    if len(models) != 1:
        names = ", ".join(one.__name__ for one in models) or "none"
        raise exits.UsageError(f"--schema {path}: it must make one pydantic model and makes {names}: name MODULE:MODEL")
    return models[0].model_json_schema()


def _of_model(text: str) -> dict[str, Any]:
    """The JSON Schema of a pydantic model, which is found as Python finds it from this folder."""
    import importlib

    module, _, name = text.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), name).model_json_schema()
    except (ImportError, AttributeError) as error:
        # Not `from error`: it is the schema that is missing, and no package of ours.
        raise exits.UsageError(f"--schema {text}: there is no such pydantic model ({error})") from None


async def _read(arguments: argparse.Namespace, files: list[Path], schema: "RecordSchema") -> "list[Record]":
    from perception.extraction.reader import read_record

    records = []
    with reading(arguments) as (open_file, recognizer):
        async with record_reader(arguments) as reader:
            for path in files:
                with open_file(path) as document:
                    numbers = chosen_pages(arguments.pages, document)
                    records.append(await read_record(document, numbers, recognizer, reader, schema))
    return records


def _print(record: "Record", output: Output) -> None:
    from rich.table import Table
    from rich.text import Text

    table: Any = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    for heading in ("field", "value", "page", "box", "read from", "quote"):
        table.add_column(heading, overflow="fold")
    for leaf in record.leaves:
        table.add_row(*(Text(exits.plain(cell, 80)) for cell in _row(leaf)))
    console = output.console
    if not console.is_terminal:  # a pipe or a file has no width of its own: no row need be broken
        console.width = max(console.width, 160)
    console.print(f"{exits.plain(record.document)}, read by {exits.plain(record.read_by)}", markup=False)
    console.print(table)
    for check in record.checks:
        state = "not known" if check.holds is None else "holds" if check.holds else f"fails: {check.says}"
        console.print(f"check {exits.plain(check.check)}: {exits.plain(state)}", markup=False)
    for path in record.missing:
        console.print(f"required and not found: {path}", style="bold red", markup=False)
    for note in record.notes:
        console.print(exits.plain(note), style="dim", markup=False)


def _row(leaf: "Leaf") -> tuple[str, ...]:
    if leaf.value is None:
        return leaf.path, "not found", "", "", "", ""
    box = (
        ""
        if leaf.box is None
        else ", ".join(f"{side:.0f}" for side in (leaf.box.left, leaf.box.top, leaf.box.right, leaf.box.bottom))
    )
    where = leaf.source or "the model alone: not on the page"
    return leaf.path, str(leaf.value), str(leaf.page or ""), box, where, leaf.quote


def _json(records: "list[Record]") -> str:
    plain = [record.model_dump(mode="json") | {"values": record.values()} for record in records]
    return json.dumps(plain[0] if len(plain) == 1 else plain, ensure_ascii=False, indent=1) + "\n"
