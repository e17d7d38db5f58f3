"""A document as HTML: its fields, the page that is looked at with their boxes on it, and what can be said of a field.

The picture comes by a route of its own; what is drawn over it are plain boxes in shares of the page. All text of
documents is escaped.
"""

import json
from html import escape

from agent.booking.batch import PERSON
from agent.booking.wanted import title_of, typed
from perception.document.page import PageText
from perception.extraction.record import Leaf, Record
from perception.extraction.schema import RecordSchema
from perception.geometry import Box
from ui.console.documents.correction import field_at
from ui.console.documents.looking import Looking, picked_text
from ui.console.documents.sheet import Sheet
from ui.console.live import note_html

EMPTY = (
    '<div class="he-screen"><p>Drop a PDF or a picture of an invoice, a receipt or the like. What is read in it stands '
    "here, beside the page that says so.</p></div>"
)
_SOURCES = {"text": "text layer", "form": "form field", "ocr": "pixels"}
_FINE = 10_000
"""Shares of a page's width and height that words are told in."""


def paper_html(sheet: Sheet, looking: Looking, text: PageText | None, trouble: str, state: str = "") -> str:
    """The document that is looked at; text: of its page, None where that can't be shown, and trouble says why; state:
    `being read` or the like."""
    record = sheet.corrected()
    title = f'<div class="he-about"><h3>{escape(sheet.name)}</h3><p>{escape(_about(sheet, record, state))}</p></div>'
    whole = (
        f"{title}{note_html(looking.note)}{_checks(record)}"
        f'<div class="he-paper">{_fields(sheet, record, looking)}'
        f'<div class="he-side">{_correcting(sheet, record, looking, text)}{_turning(sheet, looking)}'
        f"{_page(sheet, record, looking, text) if text is not None else note_html(trouble)}</div></div>"
    )
    bound = f'data-of="{sheet.key}" data-page="{looking.page}" data-mark="{sheet.mark}"'
    return f'<div class="he-doc" {bound}>{whole}</div>'


def _about(sheet: Sheet, record: Record | None, state: str) -> str:
    if state:
        return f"It is {state}." if state == "being read" else f"It {state}."
    if sheet.trouble:
        return f"It could not be read: {sheet.trouble}"
    if record is None:
        return "It is not read yet: choose what to read it for, and press Read."
    found = sum(leaf.value is not None for leaf in record.leaves)
    pages = "1 page" if sheet.num_pages == 1 else f"{sheet.num_pages} pages"
    by_hand = f", {len(sheet.corrections)} of them said by a person" if sheet.corrections else ""
    return f"{found} of {len(record.leaves)} fields found on {pages}, read by {record.read_by}{by_hand}."


def _checks(record: Record | None) -> str:
    """What is missing, and what does not add up."""
    if record is None:
        return ""
    said = [f"required and not found: {path}" for path in record.missing]
    said += [f"{check.check} does not hold: {check.says}" for check in record.checks if check.holds is False]
    return "".join(note_html(one) for one in said)


def _fields(sheet: Sheet, record: Record | None, looking: Looking) -> str:
    schema = sheet.record_schema
    if record is None or schema is None:
        return '<div class="he-leaves"></div>'
    rows = "".join(_field(leaf, schema, leaf.path == looking.path) for leaf in record.leaves)
    return f'<div class="he-leaves" role="group" aria-label="Fields">{rows}</div>'


def _field(leaf: Leaf, schema: RecordSchema, is_chosen: bool) -> str:
    marks = " ".join(
        name
        for name, holds in (("on", is_chosen), ("person", leaf.read_by == PERSON), ("doubt", bool(leaf.doubt)))
        if holds
    )
    return (
        f'<button type="button" class="he-leaf {marks}" data-do="field" data-path="{escape(leaf.path)}" '
        f'aria-pressed="{str(is_chosen).lower()}"><b>{escape(_title(schema, leaf.path))}</b>'
        f"<span>{escape(_said(leaf, schema))}</span><small>{escape(_where(leaf))}</small></button>"
    )


def _title(schema: RecordSchema, path: str) -> str:
    """A field's name for people; with its row where it is of a table."""
    parts = path.split(".")
    if any(part.isdecimal() for part in parts):
        return " ".join(str(int(part) + 1) if part.isdecimal() else part.replace("_", " ") for part in parts)
    return title_of(schema, path)


def _said(leaf: Leaf, schema: RecordSchema) -> str:
    """The value as it would be typed: amounts with their cents."""
    field = field_at(schema, leaf.path)
    return "nothing" if leaf.value is None else typed(field, leaf.value) if field is not None else str(leaf.value)


def _where(leaf: Leaf) -> str:
    if leaf.read_by == PERSON:
        place = f"page {leaf.page}" if leaf.page else "no place on the page"
        return f"a person said so, {place if leaf.value is not None else 'it is not there'}"
    if leaf.value is None:
        return "not found"
    source = _SOURCES[leaf.source] if leaf.source else "the model alone: not on the page"
    return f"page {leaf.page}, {source}" if leaf.page else source


def _correcting(sheet: Sheet, record: Record | None, looking: Looking, text: PageText | None) -> str:
    """What can be said of the field that is chosen."""
    schema = sheet.record_schema
    leaf = next((one for one in record.leaves if one.path == looking.path), None) if record is not None else None
    if leaf is None or schema is None:
        hint = "Choose a field to see where it was read, or a word on the page to see what was read from it."
        return f'<div class="he-correct"><p>{hint}</p></div>' if record is not None else ""
    head = f"<p><b>{escape(_title(schema, leaf.path))}</b> {escape(_said(leaf, schema))}</p>"
    doubt = f"<p>Look at it: {escape(leaf.doubt)}.</p>" if leaf.doubt else ""
    if looking.picking and text is not None:
        said = picked_text(looking, text)
        picked = f"Picked: {said}" if said else "Click the words that say it, one after the other."
        buttons = _button("use", "Use these words", main=True, off=not said) + _button("clear", "Start over")
        return f'<div class="he-correct">{head}<p>{escape(picked)}</p><div class="he-does">{buttons}{_STOP}</div></div>'
    buttons = _button("pick", "Click the right words", main=True, off=text is None)
    buttons += _button("right", "It is right") if leaf.doubt or leaf.read_by != PERSON else ""
    buttons += _button("empty", "Nothing is there") if leaf.value is not None else ""
    buttons += _button("undo", "As it was read") if looking.path in sheet.corrections else ""
    value, known = escape(leaf.quote or _typed(leaf)), escape(f"{sheet.key} {leaf.path} {leaf.quote} {leaf.value}")
    typing = (
        f'<label>or type it <input class="he-value" type="text" value="{value}" data-for="{known}" '
        f'maxlength="500" autocomplete="off"></label>{_button("save", "Save")}'
    )
    does = f'<div class="he-does">{buttons}</div><div class="he-does">{typing}</div>'
    return f'<div class="he-correct">{head}{doubt}{does}</div>'


def _typed(leaf: Leaf) -> str:
    return "" if leaf.value is None else str(leaf.value)


def _button(do: str, words: str, *, main: bool = False, off: bool = False, more: str = "") -> str:
    kind, disabled = "he-do main" if main else "he-do", " disabled" if off else ""
    return f'<button type="button" class="{kind}" data-do="{do}"{disabled}{more}>{escape(words)}</button>'


_STOP = _button("stop", "Leave it as it is")


def _turning(sheet: Sheet, looking: Looking) -> str:
    """Which page is shown, and how large."""
    number, most = looking.page, max(1, sheet.num_pages)
    back = _button("page", "Page before", off=number <= 1, more=f' data-number="{number - 1}"')
    on = _button("page", "Next page", off=number >= most, more=f' data-number="{number + 1}"')
    larger = '<button type="button" class="he-do" data-zoom aria-pressed="false">Larger</button>'
    turns = f"{back}<span>page {number} of {most}</span>{on}" if most > 1 else ""
    return f'<div class="he-does he-turn">{turns}{larger}</div>'


def _page(sheet: Sheet, record: Record | None, looking: Looking, text: PageText) -> str:
    words = [[*_shares(word.box, text), word.text] for word in text.words]
    boxes = "".join(
        _box(leaf.box, text, "he-box on" if leaf.path == looking.path else "he-box", leaf.path)
        for leaf in (record.leaves if record is not None else ())
        if leaf.page == looking.page and leaf.box is not None
    )
    picks = "".join(_box(text.words[one].box, text, "he-box pick") for one in looking.picks if one < len(text.words))
    label = f"Page {looking.page}: click a word, or choose one with the arrow keys and press Enter"
    return (
        f'<div class="he-scroll"><div class="he-sheet{" picking" if looking.picking else ""}" tabindex="0" '
        f'role="application" aria-label="{label}" style="aspect-ratio: {text.width:.2f} / {text.height:.2f}" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False, separators=(",", ":")))}">'
        f'<img src="/documents/{sheet.key}/pages/{looking.page}" alt="" decoding="sync">{boxes}{picks}'
        '<i class="he-word" hidden></i></div></div><p class="he-heard" aria-live="polite"></p>'
    )


def _box(box: Box, text: PageText, kind: str, path: str = "") -> str:
    left, top, right, bottom = (share / _FINE * 100 for share in _shares(box, text))
    named = f' data-box="{escape(path)}"' if path else ""
    place = f"left: {left:.2f}%; top: {top:.2f}%; width: {right - left:.2f}%; height: {bottom - top:.2f}%"
    return f'<i class="{kind}"{named} style="{place}"></i>'


def _shares(box: Box, text: PageText) -> tuple[int, int, int, int]:
    across, down = _FINE / text.width, _FINE / text.height
    return round(box.left * across), round(box.top * down), round(box.right * across), round(box.bottom * down)
