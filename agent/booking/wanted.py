"""What a record wants in a form: a field's name, its text as it is typed, and whether another text means the same."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from perception.extraction.record import Scalar
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.values import AMOUNT, DATE, amount, day

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("Il|1!", "l"),
        **dict.fromkeys("Oo0", "o"),
        **dict.fromkeys("’‘`´ʼ′", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("–—−‐‑", "-"),
        **{letter: letter.lower() for letter in "CKPSUVWXZ"},
        **{"ł": "l", "Ł": "L", "ø": "o", "Ø": "o", "đ": "d", "Đ": "D", "ı": "l", "ß": "B"},
    }
)
"""Letters and signs that are one picture, or nearly, in most typefaces of screens."""


class Wanted(NamedTuple):
    """A field of the record."""

    field: Field
    title: str
    """Its name for people."""
    text: str
    """As it is typed: dates as 2026-03-14, amounts as 1234.56."""

    def differs(self, seen: str, *, near: bool = False) -> str:
        """Why a text on the screen does not mean this, in words; empty where it does.

        near: whether what pixels hardly tell apart (accents, spaces, `I` and `l`) is the same, and a caret nothing;
        else letters count.
        """
        if not seen.strip():
            return "nothing stands there"
        if near and alike(self.text) in (
            alike(seen),
            alike(seen.rstrip(" |")),
        ):  # A caret stands behind what was typed.
            return ""
        if self.field.kind in ("number", "integer"):
            return _differing_number(self.text, seen)
        if self.field.kind == "date":
            return _differing_day(self.text, seen)
        return "" if plain_text(self.text) == plain_text(seen) else "it says something else"


def wanted_of(schema: RecordSchema, values: Mapping[str, Scalar]) -> tuple[Wanted, ...]:
    """The fields of a record that have a value, in the schema's order."""
    return tuple(
        Wanted(field, title_of(schema, field.path), typed(field, value))
        for field in schema.fields
        if (value := values.get(field.path)) is not None
    )


def typed(field: Field, value: Scalar) -> str:
    """A value as it is typed into a form."""
    if field.kind == "number" and isinstance(value, int | float):
        exact = Decimal(str(value))
        return f"{exact:.2f}" if exact == round(exact, 2) else f"{exact:f}"
    return " ".join(str(value).split())


def meant(field: Field, text: str) -> Scalar:
    """The value that a person's text means; None for one that means none of the field's kind."""
    bare = plain_text(text)
    if field.kind == "number":
        found = amount(bare) if AMOUNT.fullmatch(bare) else None
        return None if found is None else float(found)
    if field.kind == "integer":
        return int(bare) if re.fullmatch(r"-?\d{1,18}", bare) else None
    if field.kind == "date":
        found_day = day(bare) if DATE.fullmatch(bare) else None
        return None if found_day is None else found_day.isoformat()
    if field.kind == "boolean":
        return {"yes": True, "true": True, "no": False, "false": False}.get(bare.casefold())
    return bare or None


def title_of(schema: RecordSchema, path: str) -> str:
    """What the schema calls a field for people; its name without a title."""
    part: Any = schema.source
    for name in path.split("."):
        part = part.get("properties", {}).get(name, {}) if isinstance(part, dict) else {}
    title = part.get("title") if isinstance(part, dict) else None
    return str(title) if title else path.rpartition(".")[2].replace("_", " ")


def plain_text(text: str) -> str:
    """Text with one blank between words, and ligatures and wide letters as plain ones."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def alike(text: str) -> str:
    """Text without spaces and accents, and what looks alike as one."""
    bare = unicodedata.normalize("NFKD", plain_text(text).replace(" ", "").translate(_ALIKE))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).translate(_ALIKE)


def _differing_number(text: str, seen: str) -> str:
    bare = re.sub(r"\s", "", seen)
    found = AMOUNT.fullmatch(bare)
    if found is None:
        return "it is no number"
    try:
        return "" if amount(bare) == Decimal(text) else "it is another number"
    except InvalidOperation:
        return "the record has no number"


def _differing_day(text: str, seen: str) -> str:
    bare = seen if DATE.fullmatch(seen.strip()) else re.sub(r"\s", "", seen)
    if not DATE.fullmatch(bare.strip()):
        return "it is no date"
    meant: set[date | None] = {day(bare), day(bare, month_first=True)}
    if len(meant) > 1:
        return "it may be read with the day or the month first"
    return "" if meant == {day(text)} else "it is another day"
