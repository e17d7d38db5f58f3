"""Records as bytes: JSON with a schema version, closed by a checksum of all the bytes before it.

    a line of a journal    {"schema_version":2,…,"checksum":"SHA-256"}
    a document             the same over several lines, indented by two

So a bit that is another shows wherever it is, in the last line too, which no later line names. Records of version 1
have no checksum and are read as they are.
"""

import re
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from agent.errors import RecordError

SCHEMA_VERSION = 2
READABLE = (1, SCHEMA_VERSION)
_DIGITS = 64

Record = TypeVar("Record", bound=BaseModel)


class Layout(NamedTuple):
    """What stands around the checksum."""

    before: bytes
    after: bytes
    end: bytes
    """How the record ends without one."""


LINE = Layout(b',"checksum":"', b'"}', b"}")
DOCUMENT = Layout(b',\n  "checksum": "', b'"\n}\n', b"\n}\n")

_GOES_ON = re.compile(re.escape(LINE.before) + rb"[0-9a-f]{64}" + re.escape(LINE.after) + rb"(?s:.)")


def line_of(record: BaseModel) -> bytes:
    """A record as a line of a journal, without its newline."""
    return _seal(record.model_dump_json().encode(), LINE)


def document_of(record: BaseModel) -> bytes:
    """A record as a file of its own."""
    return _seal(record.model_dump_json(indent=2).encode() + b"\n", DOCUMENT)


def link(line: bytes | None) -> str:
    """What the next line of a journal names of this one, checksum included; empty before the first."""
    return "" if line is None else sha256(line).hexdigest()


def has_checksum(content: bytes, layout: Layout) -> bool:
    """Whether a record is closed by a checksum, right or wrong."""
    return _checksum(content, layout) is not None


def goes_on(tail: bytes) -> bool:
    """Whether what follows the last newline of a journal holds a whole record and more. No torn write leaves that: the
    newline between two records was there and was changed.
    """
    return _GOES_ON.search(tail) is not None


def parse(kind: type[Record] | TypeAdapter[Record], content: bytes, where: str, layout: Layout = LINE) -> Record:
    """Read a record back.

    Raises RecordError, which begins with `where`, for one that was changed or was written by a newer HandEye.
    """
    body = _body(content, where, layout)
    try:
        value: Any = from_json(body)
    except ValueError as error:
        raise RecordError(f"{where} is not JSON: the file was changed") from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version not in READABLE:
        raise RecordError(f"{where} has schema version {version}, and this HandEye reads {SCHEMA_VERSION}: update it")
    if version != 1 and body is content:
        raise RecordError(f"{where} has lost its checksum: the file was changed")
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = kind.__name__ if isinstance(kind, type) else "record of this file"
        raise RecordError(f"{where} is not a {name}: {field}: {first['msg']}") from error


def _seal(content: bytes, layout: Layout) -> bytes:
    body = content.removesuffix(layout.end)
    return body + layout.before + sha256(body).hexdigest().encode() + layout.after


def _checksum(content: bytes, layout: Layout) -> tuple[bytes, bytes] | None:
    """The record up to its checksum, and the checksum; None without."""
    place = len(content) - len(layout.after) - _DIGITS
    if not content.endswith(layout.after) or not content[: max(0, place)].endswith(layout.before):
        return None
    return content[: place - len(layout.before)], content[place : place + _DIGITS]


def _body(content: bytes, where: str, layout: Layout) -> bytes:
    """The record without its checksum, which is right; the record itself where it has none."""
    found = _checksum(content, layout)
    if found is None:
        return content
    body, checksum = found
    if sha256(body).hexdigest().encode() != checksum:
        raise RecordError(f"{where} does not match its checksum: the file was changed")
    return body + layout.end
