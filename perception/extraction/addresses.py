"""Where whoever issued a document is at home, where no label says so: the lines right below the name at its head."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from perception.extraction.candidates import Candidate
from perception.extraction.naming import Naming
from perception.extraction.text_line import TextLine
from perception.extraction.values import VAT_ID, dates

_WEIGHT = 0.9
"""Less than what a label names."""
_MOST_LINES = 5
_NOT = re.compile(r"@|\bwww\.|https?:|\+\d[\d\s()/-]{6,}|^\W*(?:tel|fax|phone|hp)\b", re.IGNORECASE)
"""What is no part of an address: mail, pages, telephones."""
_REGISTERED = re.compile(
    r"^\W*(?:(?:co(?:mpany)?\.? )?(?:reg(?:istration)?\.? )?(?:no\.?:? ?)?)[\W\d]*[A-Z]?\W*$", re.IGNORECASE
)
"""A company's number, which may stand between its name and its address."""


def address_below(page: Sequence[TextLine], name: Candidate, namings: Sequence[Naming]) -> Candidate | None:
    """The address in the lines below a name, or nothing where there is none: one has a number in it."""
    found: Candidate | None = None
    for line in _below(page, name):
        part = _part(line, name)
        if part is None or _is_other(part, namings):
            break
        if found is None and _REGISTERED.match(part.text):
            continue
        found = replace(part, lead=found, weight=_WEIGHT)
    return found if found is not None and re.search(r"\d", found.text) else None


def _below(page: Sequence[TextLine], name: Candidate) -> Iterator[TextLine]:
    """The lines below a name, as long as each is close to the one before."""
    bottom, height = name.line.box_of(name.start, name.end).bottom, name.line.height
    at = next((index for index, line in enumerate(page) if line is name.line), len(page))
    count = 0
    for line in page[at + 1 :]:
        if line.box.top - bottom > 1.2 * height or count == _MOST_LINES:
            return
        yield line
        bottom, height, count = line.box.bottom, line.height, count + 1


def _part(line: TextLine, name: Candidate) -> Candidate | None:
    """The column of a line that stands below a name: on its edge, or under its middle."""
    box = name.line.box_of(name.start, name.end)
    start = 0
    for column in line.text.split("\t"):
        if column.strip():
            own = line.box_of(start, start + len(column))
            middle = abs((own.left + own.right) - (box.left + box.right)) / 2
            if min(abs(own.left - box.left), abs(own.right - box.right), middle) < name.line.height:
                return Candidate(line, start, start + len(column))
        start += len(column) + 1
    return None


def _is_other(part: Candidate, namings: Sequence[Naming]) -> bool:
    """Whether a label, a telephone, a date or a tax number begins here."""
    if any(
        one.line is part.line and part.start <= one.start < part.end and one.concept != "address" for one in namings
    ):
        return True
    return any(True for _ in dates(part.text)) or bool(_NOT.search(part.text) or VAT_ID.search(part.text))
