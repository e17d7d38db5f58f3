"""What a page shows of a document, and what becomes of it when the person does something there.

Fields and words are linked both ways: a field lights its box, a word chooses the field that was read from it. While
words are picked, clicks on them put a value together; nothing is corrected before the person says so.
"""

from dataclasses import dataclass, replace
from typing import Any

from perception.document.page import PageText
from perception.errors import HandEyeError
from perception.extraction.record import Leaf, Record
from perception.extraction.schema import Field
from ui.console.documents.correction import NotMeant, agreed, clicked, emptied, field_at, typed
from ui.console.documents.library import Library
from ui.console.documents.sheet import DocumentUnknown, Sheet

MOST_PICKS = 100
_STALE = "This has changed meanwhile: look again, then do it."
_NOT_A_FIELD = "No field was read from this word. Choose a field first, then say which words are right."


@dataclass(frozen=True, slots=True)
class Looking:
    """Which document is looked at, and how."""

    key: str = ""
    page: int = 1
    path: str = ""
    """Of the field that is chosen; empty for none."""
    picking: bool = False
    """Whether clicks on words put the field's value together."""
    picks: tuple[int, ...] = ()
    """Numbers of the words that were clicked, in their order."""
    note: str = ""
    """What is to be said to the person."""
    is_read: bool = False
    """Whether the document was read when it was opened."""


def looking_at(sheet: Sheet) -> Looking:
    """A document as it is opened: at its first field that somebody has to look at, else at its first page."""
    record = sheet.corrected()
    doubted = next((leaf for leaf in record.leaves if leaf.doubt), None) if record is not None else None
    page, path = (doubted.page or 1, doubted.path) if doubted is not None else (1, "")
    return Looking(sheet.key, page, path, is_read=record is not None)


def acted(library: Library, looking: Looking, data: Any) -> Looking:
    """What is looked at after the person did something; what can't be is said in its note."""
    looking = replace(looking, note="")
    try:
        seen = (data["of"], data["page"])
        return _carried_out(library, looking, data) if seen == (looking.key, looking.page) else _noted(looking, _STALE)
    except (KeyError, TypeError, IndexError, ValueError):
        return _noted(looking, _STALE)
    except (HandEyeError, ImportError) as error:
        return _noted(looking, _sentence(str(error)))
    except OSError as error:
        return _noted(looking, f"It can't be kept: {error.strerror}; free some space.")


def picked_text(looking: Looking, text: PageText) -> str:
    """The words that were picked, as one text."""
    return " ".join(text.words[number].text for number in looking.picks if number < len(text.words))


def _carried_out(library: Library, looking: Looking, data: Any) -> Looking:
    sheet = library.shelf.get(looking.key)
    match data["do"]:
        case "page":
            return replace(_put_aside(looking), page=min(max(1, int(data["number"])), max(1, sheet.num_pages)))
        case "field":
            leaf = _leaf(sheet, str(data["field"]))
            return replace(_put_aside(looking), path=leaf.path, page=leaf.page or looking.page)
        case "word":
            text = library.room.page(looking.key, looking.page).text
            return _on_word(sheet, looking, int(data["number"]), text)
        case "pick":
            return replace(looking, picking=bool(looking.path), picks=())
        case "clear":
            return replace(looking, picks=())
        case "stop":
            return _put_aside(looking)
        case said:
            return _corrected(library, sheet, looking, str(said), data)


def _on_word(sheet: Sheet, looking: Looking, number: int, text: PageText) -> Looking:
    word = text.words[number] if 0 <= number < len(text.words) else None
    if word is None:
        return _noted(looking, _STALE)
    if looking.picking:
        picks = tuple(one for one in looking.picks if one != number)
        picks = (*looking.picks, number) if len(picks) == len(looking.picks) else picks
        return replace(looking, picks=picks[:MOST_PICKS])
    record = sheet.corrected()
    leaves = record.leaves if record is not None else ()
    here = [leaf for leaf in leaves if leaf.page == looking.page and leaf.box and leaf.box.contains(word.box.center)]
    if not here:
        return _noted(looking, _NOT_A_FIELD)
    smallest = min(here, key=lambda leaf: leaf.box.area if leaf.box else 0.0)
    return replace(looking, path=smallest.path)


def _corrected(library: Library, sheet: Sheet, looking: Looking, said: str, data: Any) -> Looking:
    """The person says something of the field that is chosen; it is kept before anything else happens."""
    if library.room.state(looking.key):
        raise DocumentUnknown("it is being read anew: wait for that")
    if data["mark"] != sheet.mark:  # What was on the page when the person said it is not what they would change.
        raise NotMeant("it has changed meanwhile: look again, then say it")
    before, field = _leaf(sheet, looking.path), _field(sheet, looking.path)
    if said == "undo":
        return _kept(library, sheet, looking, None)
    if said == "right":
        return _kept(library, sheet, looking, agreed(before))
    if said == "empty":
        return _kept(library, sheet, looking, emptied(before.path))
    text = library.room.page(looking.key, looking.page).text
    if said == "use":
        words = [text.words[number] for number in looking.picks]
        return _kept(library, sheet, looking, clicked(field, before.path, looking.page, words, text))
    if said == "save":
        return _kept(library, sheet, looking, typed(field, before, str(data["text"]), looking.page, text))
    return _noted(looking, _STALE)


def _kept(library: Library, sheet: Sheet, looking: Looking, leaf: Leaf | None) -> Looking:
    """Keep a correction, or take the field's away; of the sheet that the person has seen, and no newer one."""

    def change(now: Sheet) -> Sheet:
        if now != sheet:
            raise NotMeant("it has changed meanwhile: look again, then say it")
        others = {path: one for path, one in now.corrections.items() if path != looking.path}
        return now.model_copy(update={"corrections": others | ({leaf.path: leaf} if leaf is not None else {})})

    library.shelf.change(sheet.key, change)
    return _put_aside(looking)


def _leaf(sheet: Sheet, path: str) -> Leaf:
    """The field as it stands now. Raises DocumentUnknown for a path that the record does not have."""
    record: Record | None = sheet.corrected()
    found = next((leaf for leaf in record.leaves if leaf.path == path), None) if record is not None else None
    if found is None:
        raise DocumentUnknown("choose a field first")
    return found


def _field(sheet: Sheet, path: str) -> Field:
    schema = sheet.record_schema
    field = field_at(schema, path) if schema is not None else None
    if field is None:
        raise DocumentUnknown("choose a field first")
    return field


def _put_aside(looking: Looking) -> Looking:
    return replace(looking, picking=False, picks=())


def _noted(looking: Looking, note: str) -> Looking:
    return replace(looking, note=note)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
