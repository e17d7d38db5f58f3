"""Which fields documents are read for: those of kinds that are known, or those that a person draws up in a table."""

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.evaluation.documents import INVOICE, SROIE
from perception.extraction.schema import SchemaInvalid, read_schema
from perception.files import replace_file

OWN = "own"
"""The key of the fields that a person draws up."""
MOST_FIELDS = 60
LONGEST_NAME = 60
"""Characters of a field's name."""
Type = Literal["text", "number", "whole number", "date", "yes or no", "IBAN", "VAT id", "e-mail"]
TYPES: tuple[Type, ...] = get_args(Type)
_FILE = "fields.json"
_AS_JSON: dict[Type, dict[str, str]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole number": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "yes or no": {"type": "boolean"},
    "IBAN": {"type": "string", "x-check": "iban"},
    "VAT id": {"type": "string", "x-check": "vat-id"},
    "e-mail": {"type": "string", "x-check": "email"},
}


class Kind(NamedTuple):
    """A kind of document that is known."""

    key: str
    title: str
    source: dict[str, Any]
    """Its JSON Schema."""


KINDS = (
    Kind("invoice", "Invoice: number, date, supplier, amounts", INVOICE | {"required": list(INVOICE["properties"])}),  # type: ignore[arg-type]
    Kind("receipt", "Receipt: company, date, address, total", SROIE),
)


class Row(BaseModel):
    """One field of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """As people say it: the document's own word for it is best."""
    type: Type = "text"
    required: bool = False


_ROWS: TypeAdapter[tuple[Row, ...]] = TypeAdapter(tuple[Row, ...])
FIRST = (Row(name="Invoice number", required=True), Row(name="Total", type="number", required=True))
"""What the table begins with."""


def rows_of(data: Any) -> tuple[Row, ...]:
    """What a page says stands in the table; rows without a name are left out. Raises SchemaInvalid."""
    try:
        rows = _ROWS.validate_python(data)
    except ValidationError as error:
        raise SchemaInvalid("the table of fields makes no sense: load the page again") from error
    return tuple(row.model_copy(update={"name": " ".join(row.name.split())}) for row in rows if row.name.strip())


def drawn(rows: Sequence[Row]) -> dict[str, Any]:
    """The JSON Schema of a table. Raises SchemaInvalid with a sentence."""
    if not rows:
        raise SchemaInvalid("write the name of at least one field")
    if len(rows) > MOST_FIELDS:
        raise SchemaInvalid(f"{len(rows)} fields are more than the {MOST_FIELDS} that are read")
    properties: dict[str, Any] = {}
    required: list[str] = []
    for row in rows:
        if len(row.name) > LONGEST_NAME:
            raise SchemaInvalid(f"{row.name[:20]}…: a name has {LONGEST_NAME} letters at most")
        key = _key(row.name)
        if not key:
            raise SchemaInvalid(f"{row.name}: a name begins with a letter")
        if key in properties:
            raise SchemaInvalid(f"{row.name} is there twice")
        properties[key] = {"title": row.name, **_AS_JSON[row.type]}
        required += [key] if row.required else []
    source = {"type": "object", "required": required, "properties": properties}
    read_schema(source)
    return source


def load_rows(folder: Path) -> tuple[Row, ...]:
    """The table that was drawn up last; the first one where there is none that can be read."""
    try:
        return rows_of(json.loads((folder / _FILE).read_bytes())) or FIRST
    except (OSError, ValueError, RecursionError, SchemaInvalid):
        return FIRST


def save_rows(folder: Path, rows: Sequence[Row]) -> None:
    """Keep the table. Raises SchemaInvalid for one that is none, OSError when it can't be written."""
    drawn(rows)
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / _FILE, _ROWS.dump_json(tuple(rows), indent=1))


def source_of(key: str, folder: Path) -> dict[str, Any]:
    """The JSON Schema of a kind, or of the table that was drawn up. Raises SchemaInvalid."""
    if key == OWN:
        return drawn(load_rows(folder))
    known = {kind.key: kind.source for kind in KINDS}
    if key not in known:
        raise SchemaInvalid("choose which fields are to be read")
    return known[key]


def _key(name: str) -> str:
    """A name for programs: ASCII where it can be, letters, digits and underscores."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )
    return re.sub(r"^[\W\d_]+", "", re.sub(r"\W+", "_", plain)).strip("_")
