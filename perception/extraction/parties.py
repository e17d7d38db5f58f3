"""Who issued a document, where no label says so: the name at its head, of a company, large, and not the customer's."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from statistics import median

from perception.document.lines import body_height, hull
from perception.extraction.candidates import Candidate
from perception.extraction.lexicon import COMPANY_FORMS, plain
from perception.extraction.naming import Naming
from perception.extraction.text_line import TextLine

_LARGE = 1.12
"""In heights of body text: letters of a name that is set apart."""
_HEAD = 0.35
"""Share of the page from its top in which letterheads are."""
_TITLES = frozenset(
    "invoice rechnung facture factura fattura factuur faktura fatura receipt quittung tax invoice bill credit note "
    "gutschrift original copy kopie page seite cash".split()
)
_DOMAIN = re.compile(r"@([\w-]{4,})\.")
_ITS_MAIL = 0.6
"""What a name gains from a mail address that sounds like it."""
_MOST_BESIDE = 40
"""Columns of a line that are looked at for a name's beginning."""
_NEAR = 8
"""Lines of the page, across all of its columns, among which a name's next line is."""
_GOES_ON = re.compile(r"(?:& |i |e |et |y |und |and |z ?[o0]|\()|(?:[A-Za-z]\.){2,}$")
"""How a line begins that goes on with the name above it."""
_OPEN = re.compile(r"(?:&|,| i| e| et| y| und| and|\b[Ss]p\.)$")
"""How a line ends whose name goes on below."""


def issuers(lines: Sequence[TextLine], height: float, namings: Sequence[Naming]) -> list[Candidate]:
    """Stretches of the first page that may be the issuer's name, with weights; height: of the page in points."""
    body = body_height([line.words for line in lines])
    customers = [naming for naming in namings if naming.concept == "customer"]
    texts = [line.text for line in lines]
    domains = {plain(name).replace(" ", "") for text in texts for name in _DOMAIN.findall(text)}
    found = []
    for index, line in enumerate(lines):
        for start, end in _phrases(line):
            is_high = line.box.top / height < _HEAD
            if not is_high and not COMPANY_FORMS.search(line.text[start:end]):
                continue
            if any(one.line is line and one.start <= start < one.end for one in namings):
                continue
            name = _with_lead(lines[max(0, index - _NEAR) : index], Candidate(line, start, end), namings, body)
            weight = _weight(name, height, body)
            first = name.first
            if weight is None or any(_under(first.line, first.start, first.end, naming) for naming in customers):
                continue
            weight += 0.3 * (sum(line.text[start:end] in other for other in texts) > 1) + 0.2 * bool(name.lead)
            weight += _ITS_MAIL * _owns(name, domains)
            # Accents get lost in pixels and never come: of two readings of a name the one that has them is right.
            weight += 0.02 * sum(letter > "\x7f" for letter in name.text) * line.reads_pixels
            found.append(replace(name, weight=weight))
    begun = {(id(one.lead.line), one.lead.start) for one in found if one.lead}
    return [one for one in found if (id(one.line), one.start) not in begun]


def _owns(name: Candidate, domains: Set[str]) -> bool:
    """Whether a mail address on the page is of a domain that one of the name's words begins."""
    words = [word for word in plain(name.text).split() if len(word) > 3]
    return any(domain.startswith(word) or word.startswith(domain) for word in words for domain in domains)


def whole_name(lines: Sequence[TextLine], found: Candidate, namings: Sequence[Naming]) -> Candidate:
    """A name with the lines below it that go on with it."""
    at = next((index for index, line in enumerate(lines) if line is found.line), len(lines))
    body = body_height([line.words for line in lines])
    whole = found
    for line in lines[at + 1 : at + _NEAR]:
        for start, end in _phrases(line):
            name = _with_lead(lines[at : at + _NEAR], Candidate(line, start, end), namings, body)
            if name.lead and name.first.line is found.line and name.first.start == found.start:
                whole = replace(name, weight=found.weight)
    return whole


def _with_lead(
    near: Sequence[TextLine], found: Candidate, namings: Sequence[Naming], body: float, depth: int = 3
) -> Candidate:
    """A name with the lines above it, of those near it, that it goes on; at most `depth` of them."""
    box = found.box
    above = [line for line in near if line.box.top < box.top and box.top - line.box.bottom < 2 * found.line.height]
    for line in above if depth else ():
        for start, end in _phrases(line)[:_MOST_BESIDE]:
            is_label = any(one.line is line and one.start < end and start < one.end for one in namings)
            lead = Candidate(line, start, end)
            if end > start and not is_label and _is_below(lead, found) and _goes_on(lead, found, body):
                return replace(found, lead=_with_lead(near, lead, namings, body, depth - 1))
    return found


def _is_below(lead: Candidate, found: Candidate) -> bool:
    """Whether one stands right below the other, in letters of the same size and weight, on the same edge."""
    words, above = found.words, lead.words
    if not words or not above or words[0].bold != above[0].bold:
        return False
    one, other = hull(word.box for word in above), hull(word.box for word in words)
    high, higher = (median(word.box.bottom - word.box.top for word in part) for part in (words, above))
    slack = 0.2 if words[0].source == "ocr" else 0.08
    is_near = abs(high - higher) < slack * high and -0.4 * high < other.top - one.bottom < 0.6 * high
    left, right = one.left - other.left, one.right - other.right
    return is_near and min(abs(left), abs(right), abs(left + right) / 2) < 0.25 * high


def _goes_on(lead: Candidate, found: Candidate, body: float) -> bool:
    """Whether the lines are one name: the second one can't stand alone, or the first one is not at its end."""
    text, above = found.text.strip(), lead.text.strip()
    if set(plain(above).split()) <= _TITLES or re.search(r"[:\d]", above + text):
        return False
    if _GOES_ON.match(text) or COMPANY_FORMS.fullmatch(text) or _OPEN.search(above):
        return True
    is_whole = any(form.end() >= len(above) for form in COMPANY_FORMS.finditer(above))
    is_apart = found.words[0].bold or median(word.box.bottom - word.box.top for word in found.words) > _LARGE * body
    return is_apart and not is_whole and COMPANY_FORMS.search(text) is not None


def _phrases(line: TextLine) -> list[tuple[int, int]]:
    """The columns of a line; of an address on one line only what comes before the first mark."""
    spans, start = [], 0
    for part in line.text.split("\t"):
        name = part
        for mark in (" · ", " | ", " • ", " – ", " - ", ", "):
            head = name.split(mark)[0]
            if head != name and COMPANY_FORMS.search(head):
                name = head
        for form in COMPANY_FORMS.finditer(name):
            if re.search(r"\d", name[form.end() :]):  # an address whose marks were not read
                name = name[: form.end()]
                break
        spans.append((start, start + len(name)))
        start += len(part) + 1
    return spans


def _weight(name: Candidate, height: float, body: float) -> float | None:
    text, words = name.text, name.words
    letters = sum(letter.isalpha() for letter in text)
    if not words or letters < 3 or letters < 0.6 * len(text.replace(" ", "")) or len(text) > 60:
        return None
    if set(plain(text).split()) <= _TITLES or ":" in text:
        return None
    top = name.first.line.box.top / height
    has_form = COMPANY_FORMS.search(text) is not None
    size = max(word.box.bottom - word.box.top for word in words) / body
    weight = 0.9 * has_form + 0.35 * min(1.5, max(0.0, size - 1)) + 0.1 * all(word.bold for word in words)
    weight += 0.5 * max(0.0, 1 - top / _HEAD)
    return weight if has_form or top < _HEAD else None


def _under(line: TextLine, start: int, end: int, naming: Naming) -> bool:
    """Whether a phrase is what a label of the customer names: behind it, or in the lines below it."""
    box, label = line.box_of(start, end), naming.line.box_of(naming.start, naming.end)
    if line is naming.line:
        return start >= naming.end and box.left - label.right < 12 * line.height
    below = -0.3 * line.height < box.top - label.bottom < 4.5 * line.height
    begins = label.left - 2 * line.height < box.left < label.right + 4 * line.height
    return below and (begins or (box.left < label.right and label.left < box.right))
