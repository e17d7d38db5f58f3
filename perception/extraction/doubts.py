"""What speaks against a value though it stands on the page: it may be read in two ways, or not to the last letter.

Nothing here changes a value. Who enters records lets a person look at one that is in doubt.

    a date        07/03/2024 where neither another date nor the language tells whether the day or the month comes first
    names         of a company that another one's name on the page comes close to, or that go on behind its form (S.A.)
    from pixels   names, whose accents and first lines get lost unseen; and what the network itself was not sure of
    amounts       net and tax that don't make the total; tax above a share of net that no country takes. What a sum
                  confirms is sure, however it was read
"""

from collections.abc import Collection, Mapping, Sequence

from perception.extraction.candidates import Candidate, Scored, shape_of
from perception.extraction.consistency import confirmed
from perception.extraction.lexicon import COMPANY_FORMS, plain
from perception.extraction.record import Leaf
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.values import day, tells_order

_SURE = 0.97
"""The network's confidence in each word, below which what it read is looked at: of 60 values that were read rightly
off scans all had 0.99 and more."""
_CLOSE = 0.4
"""How far behind another company's name is one that may be meant just as well."""
_WRONG_SUMS = "the sums that it belongs to are not right"
_MOST_TAX = 0.35
"""Of net: no country's rate is higher."""


def doubted(
    leaves: Sequence[Leaf],
    schema: RecordSchema,
    chosen: Mapping[str, Candidate],
    scored: Mapping[str, Sequence[Scored]],
    text: str,
) -> list[Leaf]:
    """The leaves with what speaks against them; chosen: the words that they come from, scored: all that they could be,
    text: of the pages."""
    known = {field.path: field for field in schema.fields}
    sums = confirmed(schema, {leaf.path: leaf.value for leaf in leaves})
    doubts = {path: "" if right else _WRONG_SUMS for path, right in sums.items()}
    doubts |= _too_much_tax(leaves, known)
    for leaf in leaves:
        if leaf.path in known and leaf.value is not None and leaf.path not in doubts:
            found = chosen.get(leaf.path)
            doubts[leaf.path] = _doubt(leaf, known[leaf.path], found, text)
            if found is not None and known[leaf.path].concept == "supplier":
                doubts[leaf.path] = doubts[leaf.path] or _name_doubt(found, scored[leaf.path])
    return [leaf.model_copy(update={"doubt": doubts.get(leaf.path, "")}) for leaf in leaves]


def doubted_anew(leaves: Sequence[Leaf], schema: RecordSchema, sure: Collection[str]) -> list[Leaf]:
    """The leaves with what their sums say of them now, after a value was corrected; sure: paths that nobody doubts.

    A sum that has come right confirms its amounts, and one that has not speaks against those that are not sure.
    """
    known = {field.path: field for field in schema.fields}
    sums = confirmed(schema, {leaf.path: leaf.value for leaf in leaves})
    doubts = {path: "" if right else _WRONG_SUMS for path, right in sums.items()} | _too_much_tax(leaves, known)
    return [
        leaf.model_copy(update={"doubt": "" if leaf.path in sure else doubts.get(leaf.path, leaf.doubt)})
        for leaf in leaves
    ]


def _doubt(leaf: Leaf, field: Field, found: Candidate | None, text: str) -> str:
    if field.kind == "date" and not tells_order(text):
        days = {day(leaf.quote), day(leaf.quote, month_first=True)}
        if len(days) > 1:
            return f"{leaf.quote} may have the day or the month first"
    if leaf.source != "ocr":
        return ""
    if shape_of(field) == "text" and not field.choices:
        return "it was read from pixels, where accents and lines of a name get lost"
    unsure = [word.text for word in found.words if (word.confidence or 0.0) < _SURE] if found else []
    return f"it was read from pixels, and not surely: {' '.join(unsure)}" if unsure else ""


def _name_doubt(found: Candidate, scored: Sequence[Scored]) -> str:
    forms = [*COMPANY_FORMS.finditer(found.text)]
    if forms and forms[-1].end() < len(found.text.rstrip()):
        return "it goes on behind a company's name"
    if any(one.beside for one in scored if one.found.text == found.text):  # A label says whose name it is.
        return ""
    mine = max((one.score for one in scored if one.found.text == found.text), default=0.0)
    for one in scored:
        is_part = plain(one.found.text) in plain(found.text) or plain(found.text) in plain(one.found.text)
        if not is_part and one.score > mine - _CLOSE and COMPANY_FORMS.search(one.found.text):
            return f"{one.found.text} stands there too, and no label says whose paper it is"
    return ""


def _too_much_tax(leaves: Sequence[Leaf], known: Mapping[str, Field]) -> dict[str, str]:
    """By path; nothing where the record has no net and tax."""
    by_concept = {known[leaf.path].concept: leaf for leaf in leaves if leaf.path in known}
    net, tax = by_concept.get("net"), by_concept.get("tax")
    if net is None or tax is None or not isinstance(net.value, int | float) or not isinstance(tax.value, int | float):
        return {}
    if abs(tax.value) <= _MOST_TAX * abs(net.value):
        return {}
    return {tax.path: f"{tax.value:.2f} is more than a third of {net.value:.2f}"}
