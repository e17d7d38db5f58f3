"""Reads a record without a model: labels, and the values beside or below them.

Where several values could be meant, they are taken that make the sums right, those that the schema declares and, of
invoices, net + tax = total. What is found stands on the page by construction; what is not found is left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice

from perception.document.document import Document
from perception.document.lines import body_height, hull
from perception.document.skew import Skew, skew_of, straightened
from perception.extraction.addresses import address_below
from perception.extraction.candidates import Candidate, Scored, broken_dates, candidates, shape_of
from perception.extraction.checks import check_record
from perception.extraction.columns import read_tables
from perception.extraction.consistency import completed, consistent
from perception.extraction.doubts import doubted
from perception.extraction.naming import Lexicon, Naming
from perception.extraction.parties import issuers, whole_name
from perception.extraction.reader import ReadPage
from perception.extraction.record import Leaf, Record, Scalar
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.text_line import TextLine, page_lines
from perception.extraction.values import CURRENCY, amount, day, is_month_first
from perception.geometry import Box

NAME = "labels"
_LINES_BELOW = 3
"""How many lines below a label its value may stand."""
_ROWS_BELOW = 8
"""How many rows of amounts a column may have, the last of which sums it up."""
_SUM, _CENT = 0.7, Decimal("0.015")
_BETWEEN = 0.1
"""What each word between a label and a number or date costs."""
_ALONE = 0.6
"""The score of a letter's date without a label."""
_OTHER_DATES = ("due date", "delivery date", "order date")
"""Concepts whose dates are not the document's own."""
_LEAST = 0.55
"""A score below which nothing is said."""


class LabelReader:
    """Labels and places; no model, no network."""

    name = NAME

    async def read(self, document: Document, pages: Sequence[ReadPage], schema: RecordSchema) -> Record:
        """The record that labels and places give."""
        return read_labels(document.path.name, pages, schema)


def read_labels(document: str, pages: Sequence[ReadPage], schema: RecordSchema) -> Record:
    """The record of a document of that name; pages are read in their order, as if none lay askew."""
    skews = {page.number: skew_of(page.text) for page in pages}
    pages = [page._replace(text=straightened(page.text, skews[page.number])) for page in pages]
    lines = [page_lines(page.text, page.number) for page in pages]
    text = "\n".join(line.text for page in lines for line in page)
    month_first = is_month_first(text)
    lexicon = Lexicon({field.path: field.labels for field in schema.fields})
    namings = [naming for page in lines for line in page for naming in lexicon.namings(line)]
    scored = {field.path: _scored(field, pages, lines, namings) for field in schema.fields}
    worth = partial(_value, month_first=month_first)
    amounts = [found for page in lines for line in page for found in candidates(line, "amount")]
    chosen = consistent(schema, completed(schema, scored, amounts), worth)
    leaves = [_leaf(field, chosen.get(field.path), month_first) for field in schema.fields]
    leaves += read_tables(pages, schema)
    leaves = doubted([_on_page(leaf, skews) for leaf in leaves], schema, chosen, scored, text)
    values = {leaf.path: leaf.value for leaf in leaves}
    return Record(
        document=document,
        read_by=NAME,
        leaves=tuple(leaves),
        checks=tuple(check_record(schema, values)),
        missing=tuple(field.path for field in schema.fields if field.required and values[field.path] is None),
    )


def _on_page(leaf: Leaf, skews: Mapping[int, Skew]) -> Leaf:
    """A leaf whose box is where it is on the page as it lies."""
    if leaf.box is None or leaf.page is None:
        return leaf
    return leaf.model_copy(update={"box": skews[leaf.page].turned(leaf.box)})


def _scored(
    field: Field, pages: Sequence[ReadPage], lines: Sequence[Sequence[TextLine]], namings: Sequence[Naming]
) -> list[Scored]:
    """What the field could be, the best first."""
    shape = shape_of(field)
    mine = [naming for naming in namings if naming.concept in (field.concept, field.path)]
    best: dict[tuple[int, int, int], Scored] = {}
    bodies = [body_height([line.words for line in page]) for page in lines]
    for number, page in enumerate(lines):
        here = [naming for naming in mine if naming.line.page == pages[number].number]
        for naming in here:
            for one in _named(naming, page, shape, field, pages[number].text.width, namings):
                scored = (
                    one._replace(score=one.score + _emphasis(one.found, bodies[number])) if shape == "amount" else one
                )
                key = id(scored.found.line), scored.found.start, scored.found.end
                if key not in best or best[key].score < scored.score:
                    best[key] = scored
    if shape == "date" and field.concept == "date" and lines:
        others = _claimed(field, pages[0], lines[0], namings)
        dates = [found for line in lines[0] for found in candidates(line, "date")]
        alone = (one for one in dates if (id(one.line), one.start) not in others)
        for one in islice(alone, 1):  # a letter's date often stands by itself
            best.setdefault((id(one.line), one.start, one.end), Scored(_ALONE, one))
    if field.concept == "supplier" and lines:
        best = {key: one._replace(found=_whole(one.found, lines, namings)) for key, one in best.items()}
        first = [naming for naming in namings if naming.line.page == pages[0].number]
        for one in issuers(lines[0], pages[0].text.height, first):
            best.setdefault((id(one.line), one.start, one.end), Scored(one.weight, one))
    if field.concept == "address" and lines:
        first = [naming for naming in namings if naming.line.page == pages[0].number]
        names = sorted(issuers(lines[0], pages[0].text.height, first), key=lambda name: -name.weight)
        for name in names[:1]:
            if (one := address_below(lines[0], name, first)) is not None:
                best.setdefault((id(one.line), one.start, one.end), Scored(one.weight, one))
    return sorted((scored for scored in best.values() if scored.score >= _LEAST), key=lambda s: -s.score)


def _claimed(
    field: Field, page: ReadPage, lines: Sequence[TextLine], namings: Sequence[Naming]
) -> set[tuple[int, int]]:
    """Where dates stand that are of something else: by when to pay, say."""
    claimed = set()
    for naming in namings:
        if naming.concept in _OTHER_DATES and naming.line.page == page.number:
            found = _named(naming, lines, "date", field, page.text.width, namings)
            if (best := max(found, key=lambda one: one.score, default=None)) is not None:
                claimed.add((id(best.found.line), best.found.start))
    return claimed


def _named(
    naming: Naming, page: Sequence[TextLine], shape: str, field: Field, width: float, namings: Sequence[Naming]
) -> Iterable[Scored]:
    """Values beside and below a label."""
    label = naming.line.box_of(naming.start, naming.end)
    for found in _stretches(naming.line, shape, field, naming.end, namings):
        between = naming.line.text[naming.end : found.start].count("\t")
        gap = found.box.left - label.right
        score = 0.4 + naming.score - 0.12 * max(0, between - 1) - 0.2 * max(0.0, gap) / width + found.weight
        others = _BETWEEN * _num_words(found, naming) * (shape in ("number", "date"))
        others += 0.6 * sum(one.line is naming.line and naming.end < one.start < found.start for one in namings)
        yield Scored(score - 0.05 * _num_before(found, naming) - others, found, beside=True)
    at = next(index for index, line in enumerate(page) if line is naming.line)
    if shape == "date":
        for found in broken_dates(naming.line, page[at + 1 : at + 4]):
            if found.first.start >= naming.end:
                yield Scored(0.4 + naming.score, found)
    has_colon = naming.line.text[naming.end : naming.end + 2].strip().startswith(":")
    column: list[Decimal] = []
    for distance, line in enumerate(_below(page, at, label, _ROWS_BELOW if shape == "amount" else _LINES_BELOW)):
        stretches = list(_stretches(line, shape, field, 0, namings))
        if shape == "date":
            first = next(index for index, other in enumerate(page) if other is line)
            stretches += broken_dates(line, page[first + 1 : first + 4])
        for found in stretches:
            box = _with_unit(found)
            shared = min(box.right, label.right) - max(box.left, label.left)
            aligned = min(abs(box.left - label.left), abs(box.right - label.right)) < 0.6 * line.height
            if shared <= 0 and not aligned:
                continue
            score = 0.2 + naming.score - 0.12 * min(distance, 3) + 0.1 * aligned - 0.2 * has_colon + found.weight
            sums_up = False
            if shape == "amount" and (value := amount(found.text)) is not None:
                sums_up = bool(column) and abs(sum(column) - value) < _CENT
                column.append(value)
            yield Scored(score + _SUM * sums_up, found, sums_up)


def _with_unit(found: Candidate) -> Box:
    """A value's box, with the currency before or behind it: that is how columns begin and end."""
    before = re.search(rf"(?<!\w){CURRENCY}[^\S\t]?$", found.line.text[: found.start])
    behind = re.match(rf"[^\S\t]?{CURRENCY}(?!\w)", found.line.text[found.end :])
    start, end = before.start() if before else found.start, found.end + (behind.end() if behind else 0)
    box = found.line.box_of(start, end)
    return hull((box, found.lead.box)) if found.lead else box


def _below(page: Sequence[TextLine], at: int, label: Box, most: int) -> list[TextLine]:
    """Lines below a label, as long as none is far from the one before."""
    lines: list[TextLine] = []
    bottom = label.bottom
    for line in page[at + 1 : at + 4 * most]:
        if line.box.top < label.bottom - 0.5 * line.height:
            continue
        if len(lines) == most or line.box.top - bottom > 2.5 * line.height:
            break
        lines.append(line)
        bottom = max(bottom, line.box.bottom)
    return lines


def _emphasis(found: Candidate, body: float) -> float:
    """What is set larger than the text around it is meant to be seen."""
    words = found.line.words_in(found.start, found.end)
    return 0.4 * min(1.0, max(0.0, max(word.box.bottom - word.box.top for word in words) / body - 1.1))


def _whole(found: Candidate, lines: Sequence[Sequence[TextLine]], namings: Sequence[Naming]) -> Candidate:
    """A name with what of it stands on the lines below."""
    page = next(page for page in lines if page and page[0].page == found.line.page)
    return whole_name(page, found, namings)


def _num_words(found: Candidate, naming: Naming) -> int:
    """How many words of its own column stand before a value that does not follow its label directly."""
    column = found.line.text[naming.end : found.start].rpartition("\t")[2]
    return sum(part[:1].isalpha() for part in column.split())


def _num_before(found: Candidate, naming: Naming) -> int:
    """How many other values of this line stand between the label and this one."""
    between = found.line.text[naming.end : found.start]
    return sum(part[:1].isdigit() for part in between.split())


def _stretches(line: TextLine, shape: str, field: Field, start: int, namings: Sequence[Naming]) -> Iterable[Candidate]:
    """What on a line, from `start` on, has the field's shape."""
    if shape != "text":
        return candidates(line, shape, field.pattern, start)
    return _texts(line, start, field, namings)


def _texts(line: TextLine, start: int, field: Field, namings: Sequence[Naming]) -> Iterable[Candidate]:
    """Columns of words behind `start`, each up to the next label."""
    at = start
    while at < len(line.text):
        end = line.phrase_end(at)
        first = at + len(line.text[at:end]) - len(line.text[at:end].lstrip(" :#.-|"))
        stops = [one.start for one in namings if one.line is line and first < one.start < end]
        last = min([end, *stops])
        text = line.text[first:last].rstrip(" :|")
        is_label = any(one.line is line and one.start <= first < one.end for one in namings)
        if text and not is_label and (not field.choices or text in field.choices):
            yield Candidate(line, first, first + len(text), -0.1 if len(text) > 60 else 0.0)
        at = end + 1


def _value(field: Field, found: Candidate, month_first: bool) -> Scalar | Decimal:
    """The found text as the schema's type; None where it is none."""
    if field.kind == "number":
        return amount(found.text)
    if field.kind == "integer":
        return int(found.text) if found.text.lstrip("-").isdecimal() else None
    if field.kind == "date":
        known = day(found.text, month_first=month_first)
        return known.isoformat() if known else None
    if field.kind == "boolean":
        return {"yes": True, "ja": True, "oui": True, "true": True, "no": False, "nein": False, "non": False}.get(
            found.text.casefold()
        )
    return found.text


def _leaf(field: Field, found: Candidate | None, month_first: bool) -> Leaf:
    value = None if found is None else _value(field, found, month_first)
    if found is None or value is None:
        return Leaf(path=field.path)
    return Leaf(
        path=field.path,
        value=float(value) if isinstance(value, Decimal) else value,
        page=found.line.page,
        box=found.box,
        quote=found.text,
        source=found.line.source_of(found.start, found.end),
        read_by=NAME,
        on_page=True,
    )
