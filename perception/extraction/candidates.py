"""What on a page could be a value of a kind: amounts, dates, numbers of documents, account numbers, words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from perception.document.lines import hull
from perception.document.page import Word
from perception.extraction.schema import Field
from perception.extraction.text_line import TextLine
from perception.extraction.values import AMOUNT, CURRENCY, DATE, IBAN, VAT_ID, dates, day
from perception.geometry import Box

_AMOUNTS = ("net", "tax", "total")
_DATES = ("date", "due date", "delivery date", "order date")
_NUMBERS = ("number", "order number", "customer number")
_NUMBER = re.compile(r"(?<![\w/.-])(?:[A-Z]{1,6}[ /.-]){0,2}[A-Za-z0-9]*\d[\w]*(?:[/._-]+\w+| \d[\w/-]*)*(?![\w%])")
_DAY = re.compile(r"(?<![^\s:])\d{1,2}(?:\.|º)?\s(?:de\s)?[^\W\d_]{3,12}\.?(?:\sde)?(?=\t|$)")
"""A date's beginning at the end of a column."""
_YEAR = re.compile(r"(?<![^\t])(?:de\s)?(?:19|20)\d\d(?=\t|$)")
_PHONE = re.compile(r"\+?\(?\d[\d\s()/.-]{6,20}\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of a line."""

    line: TextLine
    start: int
    end: int
    weight: float = 0.0
    """How well it looks, by itself."""
    lead: "Candidate | None" = None
    """What it goes on, on the line above."""

    @property
    def text(self) -> str:
        """As it stands on the page; a blank where the line breaks."""
        here = self.line.text[self.start : self.end].replace("\t", " ")
        return f"{self.lead.text} {here}" if self.lead else here

    @property
    def first(self) -> "Candidate":
        """Its stretch on the uppermost line."""
        return self.lead.first if self.lead else self

    @property
    def words(self) -> list[Word]:
        """Of its last line."""
        return self.line.words_in(self.start, self.end)

    @property
    def box(self) -> Box:
        """Around all of it."""
        here = self.line.box_of(self.start, self.end)
        return hull((here, self.lead.box)) if self.lead else here


class Scored(NamedTuple):
    """What a field could be."""

    score: float
    """1 and more where a label names it."""
    found: Candidate
    sums_up: bool = False
    """Whether it is the last of a column of amounts that it is the sum of."""
    beside: bool = False
    """Whether it stands on its label's own line."""


def shape_of(field: Field) -> str:
    """What a field's values look like: amount, integer, date, number, iban, vat id, phone, email, pattern or text."""
    if field.pattern:
        return "pattern"
    if field.kind == "number" or (field.kind == "text" and field.concept in _AMOUNTS):
        return "amount"
    if field.kind == "integer":
        return "integer"
    if field.kind == "date" or field.concept in _DATES:
        return "date"
    if field.concept in _NUMBERS:
        return "number"
    return field.concept if field.concept in ("iban", "vat id", "phone", "email", "currency") else "text"


def candidates(line: TextLine, shape: str, pattern: str = "", start: int = 0) -> Iterator[Candidate]:
    """The stretches of a line, from `start` on, that have a shape; of "text" there are none, since anything is one."""
    if shape == "amount":
        yield from (found for found in _amounts(line) if found.start >= start)
    elif shape == "number":
        yield from _numbers(line, start)
    elif shape != "text":
        yield from (found for found in _matches(line, _expression(shape, pattern)) if found.start >= start)


def broken_dates(line: TextLine, below: Sequence[TextLine]) -> Iterator[Candidate]:
    """Dates whose year stands on a line below, as in narrow columns."""
    for found in _DAY.finditer(line.text):
        lead = Candidate(line, found.start(), found.end())
        for other in below:
            for year in _YEAR.finditer(other.text):
                rest = Candidate(other, year.start(), year.end(), lead=lead)
                near = -0.4 * line.height < rest.line.box_of(*year.span()).top - lead.box.bottom < line.height
                aligned = abs(other.box_of(*year.span()).left - lead.box.left) < 0.4 * line.height
                if near and aligned and day(rest.text) is not None:
                    yield rest


def _expression(shape: str, pattern: str) -> re.Pattern[str]:
    known = {
        "date": DATE,
        "iban": IBAN,
        "vat id": VAT_ID,
        "phone": _PHONE,
        "email": _MAIL,
        "currency": re.compile(CURRENCY),
        "integer": re.compile(r"(?<![\w.,])-?\d{1,12}(?![\w%]|[.,]\d)"),
    }
    if shape != "pattern":
        return known[shape]
    try:
        return re.compile(pattern.removeprefix("^").removesuffix("$"))
    except re.error:
        return re.compile(r"(?!)")


def _matches(line: TextLine, expression: re.Pattern[str]) -> Iterator[Candidate]:
    text = line.text[:5000]
    for found in dates(text) if expression is DATE else expression.finditer(text):
        if found.end() > found.start():
            yield Candidate(line, found.start(), found.end())


def _amounts(line: TextLine) -> Iterator[Candidate]:
    """Amounts that are no part of a date or an account number; without cents and currency they weigh less."""
    taken = [found.span() for kind in (IBAN, VAT_ID) for found in kind.finditer(line.text)]
    taken += [found.span() for found in dates(line.text)]
    for found in AMOUNT.finditer(line.text):
        start, end = found.span()
        if any(first < end and start < last for first, last in taken):
            continue
        has_unit = re.search(CURRENCY, found.group()) is not None
        has_cents = re.search(r"[.,]\d{2}$", found["number"]) is not None
        first = next(at for at in (found.start("sign"), found.start("minus"), found.start("number")) if at >= 0)
        last = found.end("after") if found["after"] else found.end("number")
        weight = 0.1 * has_unit if has_cents else -0.1 if has_unit else -0.5
        yield Candidate(line, first, last, weight + 0.05 * line.words_in(first, last)[0].bold)


def _numbers(line: TextLine, begin: int) -> Iterator[Candidate]:
    rest = line.text[begin:]
    begin += len(rest) - len(rest.lstrip(" .:#º°"))  # what stands between a label and what it names
    taken = [found.span() for found in dates(line.text)]
    for found in _NUMBER.finditer(line.text[begin:]):
        start, end = begin + found.start(), begin + found.end()
        while any(first < end and start < last for first, last in taken):  # a date that goes on what is a number
            end = max((first for first, last in taken if first < end and start < last), default=start)
            taken = [span for span in taken if span[0] < end]
        text = line.text[start:end].strip()
        if sum(letter.isdigit() for letter in text) < 2 or len(text) > 32:
            continue
        is_amount = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*[.,]\d{2}", text) is not None
        yield Candidate(line, start, start + len(text), -0.6 if is_amount else 0.0)
