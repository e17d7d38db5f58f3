"""What stands in a form, read from the pixels of the screen and held against a record; nothing else is looked at.

A field is found by its label, in any of the wordings that documents use too (`perception.extraction.naming`), and its
value is what stands beside the label or, where nothing does, below it, up to the next label. So amounts that went into
each other's fields differ, as does what a page filled in by itself. What can't be found, can't be read, is cut off by
its box or may be read in two ways differs: a person looks at it.

Letters count, accents and spaces too. Where the reading of pixels is known to lose just these, as it does of small
letters, it is held against what the run typed: the keyboard's text is the record's, letter for letter, and what stands
there looks like it. A name that was typed without its accents has no such witness and differs.

A caret behind the last letter may be read as part of it, "0|" as "d". So where something differs the screen is looked
at again, until the caret is gone or is there, and a field agrees that does so on a screen which differs in a caret
alone.
"""

import asyncio
from collections.abc import Sequence

from agent.booking.ledger import FieldSeen, Ledger, Screen
from agent.booking.wanted import Wanted, alike, plain_text
from agent.guard.holding import Held
from agent.verifier import is_caret
from perception.document.lines import hull
from perception.document.page import PageText, Word
from perception.extraction.naming import Lexicon, Naming
from perception.extraction.text_line import TextLine, page_lines
from perception.geometry import Box
from perception.observation import Frame
from perception.ocr import Recognizer
from perception.screenshot import difference

_DEEP = 3.0
"""In heights of a label: how far below it its value may stand."""
_MARKS = " :.*#"
"""What stands behind labels and is no value."""
_FAR = float("inf")
_MARGIN = 5
"""Pixels around words that are read once more by themselves."""
_LOOKS, _BETWEEN_SECONDS = 5, 0.25
"""Looks that find a caret both ways: it is there for half a second, and gone for as long."""


class Readback:
    """Holds one document's submission until what stands in the form agrees with the record; a `Holding`."""

    def __init__(self, ledger: Ledger, document: str, run: str, wanted: Sequence[Wanted], eye: Recognizer) -> None:
        self._ledger, self._document, self._run = ledger, document, run
        self._wanted, self._eye = wanted, eye

    async def reason(self, held: Held) -> str:
        """Read the screen, write down what was found, and say what speaks against sending it."""
        fields = await self._fields(held.frame, held.typed)
        if not all(one.agrees for one in fields) and (other := await _blinked(held)) is not None:
            again = await self._fields(other, held.typed)
            fields = tuple(one if one.agrees else two for one, two in zip(fields, again, strict=True))
        reason = _reason(held, fields)
        self._ledger.write(
            Screen(
                document=self._document,
                run=self._run,
                effect_id=held.effect_id,
                image=held.image.digest,
                fields=fields,
                reason=reason,
            )
        )
        return reason

    async def _fields(self, frame: Frame, typed: Sequence[str]) -> tuple[FieldSeen, ...]:
        return await asyncio.to_thread(read_back, frame, self._wanted, self._eye, typed=typed)


def read_back(
    frame: Frame,
    wanted: Sequence[Wanted],
    eye: Recognizer,
    words: tuple[Word, ...] | None = None,
    *,
    typed: Sequence[str] = (),
) -> tuple[FieldSeen, ...]:
    """Every wanted field as it stands on the screen; words: those of the frame, where they were read already.

    typed: texts as they came from the keyboard. Raises what `Recognizer.words` raises.
    """
    words = eye.words(frame) if words is None else words
    page = PageText(width=frame.size.width, height=frame.size.height, words=words)
    lines = page_lines(page, 1)
    lexicon = Lexicon({one.field.path: one.field.labels for one in wanted})
    namings = [naming for line in lines for naming in lexicon.namings(line)]
    return tuple(_field(one, frame, lines, namings, eye, near=_was_typed(one, typed)) for one in wanted)


async def _blinked(held: Held) -> Frame | None:
    """The screen with its caret gone where it was there, or there where it was gone; None where nothing blinks."""
    if held.look is None:
        return None
    for _ in range(_LOOKS):
        await asyncio.sleep(_BETWEEN_SECONDS)
        frame = await held.look()
        box = difference(held.frame, frame).box
        if box is not None:
            return frame if is_caret(box) else None
    return None


def _was_typed(one: Wanted, typed: Sequence[str]) -> bool:
    """Whether a field's text was typed letter for letter, and never anything else that looks like it."""
    like = {plain_text(text) for text in typed if alike(text) == alike(one.text)}
    return like == {plain_text(one.text)}


def _field(
    one: Wanted, frame: Frame, lines: Sequence[TextLine], namings: Sequence[Naming], eye: Recognizer, *, near: bool
) -> FieldSeen:
    mine = [naming for naming in namings if naming.concept in (one.field.path, one.field.concept)]
    if not mine:
        why = "its label is not on the screen"
        return FieldSeen(path=one.field.path, wanted=one.text, seen="", agrees=False, why=why)
    label = max(mine, key=lambda naming: (_is_alone(naming), naming.score))
    words = _value_words(label, lines, namings)
    seen = " ".join(word.text for word in words)
    box = hull(word.box for word in words) if words else None
    why = one.differs(seen, near=near)
    if why and box is not None:
        again = eye.line(_crop(frame, box)).text  # by itself, and larger
        if not one.differs(again, near=near):
            seen, why = again, ""
    place = label.line.box_of(label.start, label.end)
    return FieldSeen(path=one.field.path, wanted=one.text, seen=seen, agrees=not why, why=why, box=box, label=place)


def _is_alone(naming: Naming) -> bool:
    """Whether nothing else stands in its column: a label, and no word of a value that may be one too."""
    line = naming.line
    before = line.text[: naming.start].rpartition("\t")[2]
    after = line.text[naming.end : line.phrase_end(naming.end)]
    return not before.strip() and not after.strip(_MARKS)


def _value_words(label: Naming, lines: Sequence[TextLine], namings: Sequence[Naming]) -> Sequence[Word]:
    """The words beside a label up to the next one; where there are none, those of the line below it."""
    place = label.line.box_of(label.start, label.end)
    labels = [(one.line, one.line.box_of(one.start, one.end)) for one in namings if _is_alone(one)]
    right = min((box.left for line, box in labels if line is label.line and box.left >= place.right), default=_FAR)
    beside = [word for word in label.line.words if place.right - 1 <= word.box.left and word.box.right <= right + 1]
    if any(word.text.strip(_MARKS) for word in beside):
        return [word for word in beside if word.text.strip(_MARKS)]
    height = place.bottom - place.top
    left = place.left - height
    for line in lines:  # from the top
        middle = (line.box.top + line.box.bottom) / 2
        below = [word for word in line.words if left <= word.box.left and word.box.right <= right + 1]
        if below and place.bottom <= middle <= place.bottom + _DEEP * height:
            is_next = any(other is line and left <= box.left <= right for other, box in labels)
            return () if is_next else below
    return ()


def _crop(frame: Frame, box: Box) -> Frame:
    top, left = max(0, int(box.top) - _MARGIN), max(0, int(box.left) - _MARGIN)
    return Frame(pixels=frame.pixels[top : int(box.bottom) + _MARGIN, left : int(box.right) + _MARGIN])


def _reason(held: Held, fields: Sequence[FieldSeen]) -> str:
    if held.earlier:
        return "this document was sent already, or may have been: it would be entered twice"
    if held.action.kind in ("double_click", "triple_click"):
        return "more than one click may send it more than once"
    wrong = [one for one in fields if not one.agrees]
    if not wrong:
        return ""
    said = (f'{one.path} is "{one.wanted}" in the record and "{one.seen}" on the screen ({one.why})' for one in wrong)
    return f"what stands in the form is not what the document says: {'; '.join(said)}"
