"""Entries of a journal each of which names the line before: none is taken out, put in or changed unseen."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from agent.errors import RecordError
from agent.journal import Journal
from agent.sealed import SCHEMA_VERSION, line_of, link, parse


class ChainedEntry(BaseModel):
    """What every entry carries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unchained: ClassVar[tuple[int, ...]] = ()
    """Versions whose lines did not name the one before yet."""

    schema_version: int = SCHEMA_VERSION
    previous_hash: str = ""
    """SHA-256 of the line before (empty for the first)."""


Entry = TypeVar("Entry", bound=ChainedEntry)


def append(journal: Journal, entry: ChainedEntry) -> None:
    """Put an entry on disk, after the one before. Raises RecordError when it can't be."""
    last = journal.lines[-1] if journal.lines else None
    journal.append(line_of(entry.model_copy(update={"previous_hash": link(last)})))


def entries(kind: TypeAdapter[Entry], path: Path, lines: Sequence[bytes]) -> Iterator[Entry]:
    """The entries of a journal's lines. Raises RecordError at one that was changed or is missing."""
    previous: bytes | None = None
    for number, line in enumerate(lines, start=1):
        yield entry_of(kind, line, previous, f"{path}, line {number}")
        previous = line


def entry_of(kind: TypeAdapter[Entry], line: bytes, previous: bytes | None, where: str) -> Entry:
    """One entry, after the line before it. Raises RecordError, which begins with `where`."""
    entry = parse(kind, line, where)
    if entry.schema_version not in entry.unchained and entry.previous_hash != link(previous):
        raise RecordError(f"{where} does not follow from the line before: the file was changed")
    return entry
