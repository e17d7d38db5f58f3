"""What is known of one document that was dropped: its name, what was read in it, what a person corrected.

The record stays as it was read; corrections lie beside it, by the fields' paths.
"""

import time
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from perception.errors import PerceptionError
from perception.extraction.checks import check_record
from perception.extraction.doubts import doubted_anew
from perception.extraction.record import Leaf, Record
from perception.extraction.schema import RecordSchema, read_schema

LONGEST_NAME = 160
"""Characters of a document's name."""


class DocumentUnknown(PerceptionError):
    """There is no such document; the message is for a person."""


class Sheet(BaseModel):
    """One document. Its file lies beside the sheet, under the same name of our making."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    key: str
    """The first 32 digits of the SHA-256 of the file."""
    sha256: str
    suffix: str
    """Of the file, by its content."""
    name: str
    """What the person calls it: to be shown, and nothing else."""
    size: int
    """Bytes."""
    added_at: float = Field(default_factory=time.time)
    """Seconds since 1970."""
    num_pages: int = 0
    """0 before it was read."""
    source: dict[str, Any] | None = None
    """The JSON Schema that it was read under."""
    record: Record | None = None
    """As it was read."""
    corrections: dict[str, Leaf] = {}
    """What a person said, by path."""
    trouble: str = ""
    """Why it could not be read, in words."""

    @property
    def record_schema(self) -> RecordSchema | None:
        """What it was read for. Raises SchemaInvalid for a sheet that was changed by hand."""
        return None if self.source is None else read_schema(self.source)

    @property
    def mark(self) -> str:
        """Changes with everything that is known of the document."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def corrected(self) -> Record | None:
        """The record with what a person said in it, and checks and doubts as they are then; None before it was read."""
        if self.record is None or self.source is None or not self.corrections:
            return self.record
        schema = read_schema(self.source)
        leaves = [self.corrections.get(leaf.path, leaf) for leaf in self.record.leaves]
        leaves = doubted_anew(leaves, schema, self.corrections)
        values = {leaf.path: leaf.value for leaf in leaves}
        return self.record.model_copy(
            update={
                "leaves": tuple(leaves),
                "checks": tuple(check_record(schema, values)),
                "missing": tuple(
                    field.path for field in schema.fields if field.required and values.get(field.path) is None
                ),
            }
        )


def shown_name(name: str) -> str:
    """A name as it is kept: its last part, on one line, without what can't be seen, and not endless."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter if letter.isprintable() else " " for letter in last)
    return " ".join(plain.split())[:LONGEST_NAME] or "a document without a name"
