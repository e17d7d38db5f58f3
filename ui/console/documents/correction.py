"""What a person says of a field: words that they clicked or typed, that it is right, that nothing is there."""

from collections.abc import Sequence

from agent.booking.batch import PERSON
from agent.booking.wanted import meant
from perception.document.lines import hull
from perception.document.page import PageText, Source, Word
from perception.errors import PerceptionError
from perception.extraction.record import Leaf, Scalar
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.snapping import Haystack
from perception.extraction.values import DATE, day, is_month_first

LONGEST = 500
"""Characters of a value."""
_KINDS = {"number": "a number", "integer": "a whole number", "date": "a date", "boolean": "yes or no"}


class NotMeant(PerceptionError):
    """A text is no value of the field; the message says why."""


def field_at(schema: RecordSchema, path: str) -> Field | None:
    """The field of a path, also of a row of a table (`items.0.amount`); None where there is none."""
    for field in schema.fields:
        if field.path == path:
            return field
    for table, fields in schema.tables.items():
        number, _, name = path.removeprefix(f"{table}.").partition(".")
        if path.startswith(f"{table}.") and number.isdecimal():
            return next((field for field in fields if field.path == name), None)
    return None


def clicked(field: Field, path: str, page: int, words: Sequence[Word], text: PageText) -> Leaf:
    """The value that these words of a page say, in their order. Raises NotMeant."""
    if not words:
        raise NotMeant("click the words that say it")
    said = " ".join(word.text for word in words)
    sources = {word.source for word in words}
    source: Source = "ocr" if "ocr" in sources else "form" if "form" in sources else "text"
    return Leaf(
        path=path,
        value=value_of(field, said, text),
        page=page,
        box=hull(word.box for word in words),
        quote=said[:LONGEST],
        source=source,
        read_by=PERSON,
        on_page=True,
    )


def typed(field: Field, before: Leaf, said: str, page: int, text: PageText) -> Leaf:
    """The value that was typed, with its place where the page that is shown says it; else the place where the earlier
    one was read. Raises NotMeant."""
    value = value_of(field, said, text)
    found = Haystack(text, page).find(said, before.box if before.page == page else None)
    if found is None:
        return before.model_copy(
            update={"value": value, "quote": "", "read_by": PERSON, "on_page": False, "doubt": "", "confidence": None}
        )
    return Leaf(
        path=before.path,
        value=value,
        page=page,
        box=found.box,
        quote=found.quote,
        source=found.source,
        read_by=PERSON,
        on_page=True,
    )


def agreed(before: Leaf) -> Leaf:
    """The same value, which a person has looked at."""
    return before.model_copy(update={"read_by": PERSON, "doubt": ""})


def emptied(path: str) -> Leaf:
    """Nothing is there, says a person."""
    return Leaf(path=path, read_by=PERSON)


def value_of(field: Field, said: str, text: PageText) -> Scalar:
    """What a text means as a value of a field; text: the page's, which tells what order its dates have.

    Raises NotMeant with a sentence.
    """
    said = " ".join(said.split())
    if not said:
        raise NotMeant("that is no value: write something, or say that nothing is there")
    if len(said) > LONGEST:
        raise NotMeant(f"that is too long: a value has {LONGEST} letters at most")
    value = _meant(field, said, text)
    if value is None and field.kind != "text":  # Words often have a sentence's sign behind them.
        value = _meant(field, said.strip(" .,:;()"), text)
    if value is None:
        raise NotMeant(f"“{said[:60]}” is not {_KINDS.get(field.kind, 'text')}")
    if field.choices and str(value) not in field.choices:
        raise NotMeant(f"“{said[:60]}” is none of: {', '.join(field.choices)}")
    return value


def _meant(field: Field, said: str, text: PageText) -> Scalar:
    if field.kind == "date" and DATE.fullmatch(said):
        found = day(said, month_first=is_month_first(" ".join(word.text for word in text.words)))
        return None if found is None else found.isoformat()
    return meant(field, said)
