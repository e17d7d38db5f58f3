"""Looks whether a record stands where entered ones are shown: on the screen after it was sent, or on a list.

"It is there" takes the record's number and something else of it on one line. "It is not there" takes more, since what
was overlooked would be entered twice: nothing of it may be like a line of the list, and another record that is known to
have been entered must be found in the same way. Anything else is unknown.
"""

import asyncio
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from actions.action import Scroll
from agent.booking.readback import read_back
from agent.booking.wanted import Wanted, alike
from agent.errors import SettingsError
from perception.document.page import PageText, Word
from perception.extraction.lexicon import plain
from perception.extraction.schema import RecordSchema
from perception.extraction.text_line import page_lines
from perception.geometry import Point
from perception.observation import Frame, Observation
from perception.ocr import Recognizer
from sandboxes.environment import Environment
from sandboxes.task import Task

_MOST_SCREENS = 40
"""Of a list, beyond which it is not read."""
_SHARE = 0.7
"""Of a screen's height that a list is scrolled by at a time."""
_MOST_WORDS = 14
"""That one value may be broken into."""
_SAYS_YES = frozenset(
    "saved booked entered created recorded received registered posted submitted receipt confirmation success "
    "successfully gespeichert gebucht erfasst angelegt beleg enregistre enregistree comptabilise recu guardado "
    "guardada registrado registrada recibo salvato salvata registrato registrata ricevuta".split()
)
_SAYS_NO = frozenset(
    "duplicate duplicates already error errors failed failure invalid required refused rejected denied warning doppelt "
    "bereits fehler ungueltig abgelehnt pflichtfeld doublon deja erreur echec refuse duplicado ya fallo rechazado "
    "duplicato gia errore rifiutato".split()
)


class Glance(NamedTuple):
    """What a look came to."""

    there: bool | None
    """None where it can't be told."""
    said: str = ""
    """The line, or the screen, that says so."""
    view: Observation | None = None
    """What was looked at last."""


class Listing:
    """A page that lists what was entered. Its address may name fields of the record: `http://…/?number={number}`."""

    def __init__(self, url: str, environment: Environment, task: Task, eye: Recognizer) -> None:
        """task: says in which world, such as the size of the view."""
        self._url, self._environment, self._task, self._eye = url, environment, task, eye

    async def look(self, wanted: Sequence[Wanted], control: Sequence[Wanted]) -> Glance:
        """Whether a record is on the list; control: one that was entered, none where there is none yet.

        Raises SandboxError when it can't be opened.
        """
        found = await self._search(wanted)
        if found.there is not False:
            return found
        if not control:
            return found._replace(there=None, said="it is not on the list, on which nothing else is known to be")
        if (await self._search(control)).there is not True:
            return found._replace(there=None, said="nothing is found on the list, not even what is known to be there")
        return found

    async def _search(self, wanted: Sequence[Wanted]) -> Glance:
        url = _filled(self._url, wanted)
        if url is None:
            return Glance(None, "the record lacks what the list is asked for")
        task = self._task.model_copy(update={"id": "look", "url": url})
        view = await self._environment.reset(task)
        for _ in range(_MOST_SCREENS):
            lines = _lines(view.frame, await asyncio.to_thread(self._eye.words, view.frame))
            told = [(_judged(line, wanted), line) for line in lines]
            for state in (True, None):
                for there, line in told:
                    if there is state:
                        return Glance(state, _text(line), view)
            size = view.frame.size
            middle = Point(x=size.width // 2, y=size.height // 2)
            after = (await self._environment.step(Scroll(at=middle, pixels=-int(size.height * _SHARE)))).observation
            if after.frame.digest == view.frame.digest:
                return Glance(False, "it is not on the list", after)
            view = after
        return Glance(None, f"the list is longer than {_MOST_SCREENS} screens", view)


def confirmed(frame: Frame, wanted: Sequence[Wanted], eye: Recognizer) -> Glance:
    """Whether the screen that came after a record was sent says that it was entered: the form is gone, the record's
    number is named, and a word says so while none says otherwise. None where it does not say."""
    found = eye.words(frame)
    lines = _lines(frame, found)
    page = " ".join(_text(line) for line in lines)
    words = set(plain(page).split())
    named = any(_stands(_identity(wanted), line) for line in lines)
    if not named or not words & _SAYS_YES or words & _SAYS_NO:
        return Glance(None)
    shown = read_back(frame, wanted, eye, found, typed=[one.text for one in wanted])
    if 2 * sum(one.agrees for one in shown) >= len(wanted):
        return Glance(None)  # The form is still there, perhaps with a complaint.
    return Glance(True, page[:400])


def check_address(url: str, schema: RecordSchema) -> None:
    """Raises SettingsError for what is no address of a page, or names a field that the schema does not have."""
    if urlsplit(url).scheme not in ("http", "https", "file"):
        raise SettingsError(f"{url} is no address of a list: it begins with http:// or https://")
    known = [one.path.replace(".", "_") for one in schema.fields]
    try:
        unknown = [name for _, name, _, _ in Formatter().parse(url) if name is not None and name not in known]
    except ValueError as error:
        raise SettingsError(f"{url} is no address of a list: write a field as {{{known[0]}}} ({error})") from error
    if unknown:
        raise SettingsError(f"{url} names {unknown[0]!r}, which the schema does not have: it has {', '.join(known)}")


def _filled(url: str, wanted: Sequence[Wanted]) -> str | None:
    """The address with the record's values in it; None where the record lacks one that it names."""
    try:
        return url.format_map({one.field.path.replace(".", "_"): quote(one.text, safe="") for one in wanted})
    except KeyError:
        return None


def _lines(frame: Frame, words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    page = PageText(width=frame.size.width, height=frame.size.height, words=words)
    return [line.words for line in page_lines(page, 1)]


def _judged(line: Sequence[Word], wanted: Sequence[Wanted]) -> bool | None:
    """Whether a line of a list is this record's; None where it is like it."""
    named = _stands(_identity(wanted), line)
    others = sum(_stands(one, line) for one in wanted if one is not _identity(wanted))
    if named and others:
        return True
    return None if named or others >= min(2, len(wanted)) else False


def _identity(wanted: Sequence[Wanted]) -> Wanted:
    """The field that tells a record from others: its number, or the first."""
    return next((one for one in wanted if one.field.concept == "number"), wanted[0])


def _stands(one: Wanted, line: Sequence[Word]) -> bool:
    """Whether some words in a row mean a field's value."""
    return any(not one.differs(text, near=True) for text in _stretches(line, len(alike(one.text))))


def _stretches(line: Sequence[Word], length: int) -> Iterator[str]:
    """Words in a row as one text, punctuation around it left out; none much longer than `length`."""
    for first in range(len(line)):
        for last in range(first + 1, min(len(line), first + _MOST_WORDS) + 1):
            text = " ".join(word.text for word in line[first:last])
            yield text
            yield text.strip(" .,;:()[]")
            if len(alike(text)) > 2 * length + 8:
                break


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)
