"""How far a batch that was sent to a form has come, as HTML: its ledger, a line for each document."""

from collections.abc import Mapping
from html import escape

from agent.booking.ledger import FILE_NAME, Standing, read_standings
from agent.errors import RecordError
from ui.console.documents.library import Library, Sent
from ui.console.live import note_html, state_html

_STATES = {
    "entered": ("good", "entered"),
    "sent": ("good", "sent once; whether it arrived was not looked up"),
    "unknown": ("bad", "it may have been sent, and nobody could tell"),
    "not_entered": ("bad", "not entered"),
    "copy": ("good", "a copy of another one"),
}


def progress_html(library: Library) -> str:
    """What was sent last; nothing before anything was."""
    sent = library.sent
    if sent is None:
        return ""
    names = {sheet.sha256: sheet.name for sheet in library.shelf.all()}
    try:
        standings = read_standings(sent.folder)
    except RecordError as error:
        return _head(sent) + note_html(str(error))
    lines = "".join(_line(standing, names) for standing in standings)
    ledger = f"<small>Ledger: {escape(str(sent.folder / FILE_NAME))}</small>" if standings else ""
    return f'{_head(sent)}<ul class="he-sent">{lines}</ul>{ledger}'


def progress_mark(sent: Sent | None) -> str:
    """Changes with everything that `progress_html` shows."""
    if sent is None:
        return ""
    try:
        length = (sent.folder / FILE_NAME).stat().st_size
    except OSError:
        length = 0
    view = sent.stage.view
    return f"{sent.folder.name} {length} {view.phase} {view.question is not None} {view.error}"


def _head(sent: Sent) -> str:
    view = sent.stage.view
    if view.error:
        return state_html("bad", "Not sent", view.error)
    if view.question is not None:
        return state_html("open", "Asks you", "answer it under Questions")
    if view.is_busy:
        return state_html("busy", "Under way", "watch it under Live")
    return state_html("good", "Over", "send them once more to go on with what is left")


def _line(standing: Standing, names: Mapping[str, str]) -> str:
    """One document's; the ledger knows it by its file, and people by the name that it had."""
    receipt = standing.receipt
    if receipt is not None:
        colour, words = _STATES[receipt.state]
        rest = f"{words}: {receipt.said}" if receipt.said else words
    elif standing.open_run:
        colour, rest = "busy", f"it is being entered, by the run {standing.open_run}"
    else:
        colour, rest = "busy", "waits for its turn"
    name = names.get(standing.document, standing.name)
    return f"<li>{state_html(colour, name, rest)}</li>"
