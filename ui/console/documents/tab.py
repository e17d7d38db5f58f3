"""The tab of documents: dropped, read, looked at and corrected, downloaded, sent to a form."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import gradio as gr

from perception.errors import HandEyeError
from perception.extraction.schema import SchemaInvalid
from ui.console.desk import Desk
from ui.console.documents.dispatch import batch_folder, launch_of, speaks_against
from ui.console.documents.drop import DROP_SCRIPT, drop_html
from ui.console.documents.fields import KINDS, OWN, load_rows, rows_of, save_rows, source_of
from ui.console.documents.library import Library, Sent
from ui.console.documents.looking import Looking, acted, looking_at
from ui.console.documents.paper import EMPTY, paper_html
from ui.console.documents.paper_script import PAPER_SCRIPT
from ui.console.documents.progress import progress_html, progress_mark
from ui.console.documents.sheet import DocumentUnknown, Sheet
from ui.console.documents.table import TABLE_SCRIPT, table_html
from ui.console.documents.viewer import Viewer
from ui.console.following import Following
from ui.console.live import note_html
from ui.console.quiet import QUIET
from ui.console.stage import Order, StageBusy

_REFRESH_SECONDS = 0.7
_SAY = "Enter the document into the form and save it"


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    drop: gr.HTML
    kind: gr.Dropdown
    table: gr.HTML
    read: gr.Button
    read_all: gr.Button
    note: gr.HTML
    documents: gr.Radio
    remove: gr.Button
    chosen: gr.CheckboxGroup
    downloads: gr.HTML
    url: gr.Textbox
    said: gr.Textbox
    listed: gr.Textbox
    model: gr.Textbox
    send: gr.Button
    progress: gr.HTML
    paper: gr.HTML
    number: gr.Textbox
    """Tells the server which of its answers the page shows."""


def build_documents_tab(desk: Desk, library: Library, model: str, followed: gr.State) -> None:
    """Put the tab's parts into the tab that is being built; model: what the model field begins with; followed: see the
    live tab."""
    parts, viewer = _lay_out(library, model), gr.State(Viewer())
    shows = [parts.documents, parts.remove, parts.chosen, parts.downloads, parts.progress, parts.paper]
    shows += [parts.number]

    def choose(view: Viewer, key: str | None) -> tuple[Any, ...]:
        with view.lock:
            view.at = _opened(library, key or "")
            return _shown(library, view)

    def dropped(view: Viewer, kind: str, event: gr.EventData) -> tuple[Any, ...]:
        known = {sheet.key: sheet for sheet in library.shelf.all()}
        sheets = [known[key] for key in _keys(event._data) if key in known]
        note = _read(library, [sheet.key for sheet in sheets if sheet.record is None], kind)
        with view.lock:
            view.at = looking_at(sheets[0]) if sheets else view.at
            return note_html(note), *_shown(library, view)

    def read(view: Viewer, kind: str) -> tuple[Any, ...]:
        with view.lock:
            note = _read(library, [view.at.key], kind) if view.at.key else "Choose a document to read."
            view.at = Looking(view.at.key)
            return note_html(note), *_shown(library, view)

    def read_all(view: Viewer, kind: str) -> tuple[Any, ...]:
        keys = [sheet.key for sheet in library.shelf.all() if not sheet.corrections]
        note = _read(library, keys, kind) if keys else "There is no document that nobody has corrected."
        with view.lock:
            view.at = Looking(view.at.key) if view.at.key in keys else view.at
            return note_html(note), *_shown(library, view)

    def remove(view: Viewer) -> tuple[Any, ...]:
        with view.lock:
            try:
                library.shelf.remove(view.at.key)
                note, view.at = "It is removed.", Looking()
            except (HandEyeError, OSError) as error:
                note = f"{error}."
            return note_html(note), *_shown(library, view)

    def act(view: Viewer, event: gr.EventData) -> tuple[Any, ...]:
        with view.lock:
            view.at = acted(library, view.at, event._data)
            return _shown(library, view)

    def save(event: gr.EventData) -> tuple[str, Any]:
        return _save(library, event._data)

    def tick(view: Viewer, keys: list[str]) -> str:
        with view.lock:
            view.ticked = tuple(keys)
            return _downloads(library, keys)

    def send(
        view: Viewer, keys: list[str], url: str, said: str, listed: str, model: str, following: Following
    ) -> tuple[Any, ...]:
        note, stage = _send(desk, library, keys, Order(said.strip(), url.strip(), model.strip()), listed.strip())
        following.name = stage or following.name
        with view.lock:
            return note_html(note), *_shown(library, view)

    def refresh(view: Viewer, number: str) -> tuple[Any, ...]:
        with view.lock:
            is_late = number != str(view.number)  # An older answer came after a newer one, or none has come yet.
            if view.mark == _mark(library) and not is_late:
                return (gr.skip(),) * len(shows)
            view.at = _still(library, view.at)
            return _shown(library, view, whole=is_late)

    parts.drop.click(dropped, [viewer, parts.kind], [parts.note, *shows], **QUIET)
    parts.kind.change(lambda kind: gr.update(visible=kind == OWN), [parts.kind], [parts.table], **QUIET)
    parts.table.click(save, None, [parts.note, parts.table], **QUIET)
    parts.read.click(read, [viewer, parts.kind], [parts.note, *shows], **QUIET)
    parts.read_all.click(read_all, [viewer, parts.kind], [parts.note, *shows], **QUIET)
    parts.documents.input(choose, [viewer, parts.documents], shows, **QUIET)
    parts.remove.click(remove, [viewer], [parts.note, *shows], **QUIET)
    parts.chosen.input(tick, [viewer, parts.chosen], [parts.downloads], **QUIET)
    parts.paper.click(act, [viewer], shows, **QUIET)
    wish = [viewer, parts.chosen, parts.url, parts.said, parts.listed, parts.model, followed]
    parts.send.click(send, wish, [parts.note, *shows], **QUIET)
    gr.Timer(_REFRESH_SECONDS).tick(refresh, [viewer, parts.number], shows, **QUIET)


def _lay_out(library: Library, model: str) -> _Parts:
    kinds = [*((kind.title, kind.key) for kind in KINDS), ("Fields of my own", OWN)]
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            drop = gr.HTML(drop_html(library.shelf.most_bytes), js_on_load=DROP_SCRIPT)
            kind = gr.Dropdown(kinds, value=KINDS[0].key, label="Read them for")
            table = gr.HTML(table_html(load_rows(library.shelf.folder)), js_on_load=TABLE_SCRIPT, visible=False)
            with gr.Row(elem_classes="he-row"):
                read = gr.Button("Read", size="sm", min_width=84)
                read_all = gr.Button("Read all that are not corrected", size="sm", min_width=84)
            note = gr.HTML()
            documents = gr.Radio(choices=[], label="Documents", visible=False, elem_classes="he-many")
            remove = gr.Button("Remove this document", size="sm", visible=False)
            chosen = gr.CheckboxGroup(choices=[], label="To download or send", visible=False, elem_classes="he-many")
            downloads = gr.HTML()
            with gr.Accordion("Send to a form", open=False):
                url = gr.Textbox(label="Address of the form", placeholder="http://127.0.0.1:8600/new")
                said = gr.Textbox(label="What to do with each document", value=_SAY, lines=2)
                listed = gr.Textbox(
                    label="Address of a list of what was entered (optional)",
                    placeholder="http://127.0.0.1:8600/?number={number}",
                    info="It is looked at afterwards, to tell whether an entry arrived",
                )
                name = gr.Textbox(label="Model for the form", value=model)
                send = gr.Button("Send", variant="primary")
            progress = gr.HTML()
            number = gr.Textbox("", label="Answer", visible="hidden")
        with gr.Column(scale=4, min_width=320):
            paper = gr.HTML(EMPTY, js_on_load=PAPER_SCRIPT)
    return _Parts(
        *(drop, kind, table, read, read_all, note, documents, remove, chosen, downloads),
        *(url, said, listed, name, send, progress, paper, number),
    )


def _shown(library: Library, view: Viewer, *, whole: bool = False) -> tuple[Any, ...]:
    """What the parts show. Documents that can be ticked anew are; whole: also what has not changed."""
    view.mark = _mark(library)  # Before anything is looked at: what changes meanwhile is shown at the next look.
    view.number += 1
    sheets = library.shelf.all()
    known = next((sheet for sheet in sheets if sheet.key == view.at.key), None)
    listed = [(_label(library, sheet), sheet.key) for sheet in sheets]
    before = {key for _, key in view.ready}
    ready = tuple((_ready(sheet), sheet.key) for sheet in sheets if sheet.record is not None)
    ticked = tuple(key for _, key in ready if key in view.ticked or key not in before)
    changed = whole or ready != view.ready
    view.ready, view.ticked = ready, ticked
    return (
        gr.update(choices=listed, value=known.key if known else None, visible=bool(sheets)),
        gr.update(visible=known is not None),
        gr.update(choices=list(ready), value=list(ticked), visible=bool(ready)) if changed else gr.skip(),
        _downloads(library, ticked) if changed else gr.skip(),
        progress_html(library),
        _paper(library, known, view.at),
        str(view.number),
    )


def _paper(library: Library, sheet: Sheet | None, at: Looking) -> str:
    if sheet is None:
        return note_html(at.note) + EMPTY
    try:
        text, trouble = library.room.page(sheet.key, at.page).text, ""
    except (HandEyeError, ImportError, OSError) as error:
        text, trouble = None, sheet.trouble or f"This page can't be shown: {error}"
    return paper_html(sheet, at, text, trouble, library.room.state(sheet.key))


def _label(library: Library, sheet: Sheet) -> str:
    """A document in the list: its name, and how far it is."""
    record = sheet.corrected()
    state = library.room.state(sheet.key)
    if not state and sheet.trouble:
        state = f"could not be read: {sheet.trouble[:120]}"
    elif not state and record is not None:
        state = f"read, {sum(leaf.value is not None for leaf in record.leaves)} of {len(record.leaves)} fields"
    return f"{sheet.name}: {state or 'not read yet'}"


def _ready(sheet: Sheet) -> str:
    why = speaks_against(sheet)
    return f"{sheet.name}: look at it first, {why[:160]}" if why else sheet.name


def _downloads(library: Library, keys: Sequence[str]) -> str:
    """Links to the records that are ticked."""
    if not keys:
        return ""
    everything = {sheet.key for sheet in library.shelf.all() if sheet.record is not None} == set(keys)
    of = "" if everything else "?" + urlencode([("of", key) for key in keys])
    links = "".join(f'<a href="/documents/records.{form}{of}" download>{form.upper()}</a> ' for form in ("csv", "json"))
    return f'<p class="he-take">Download {len(keys)} as {links}</p>'


def _save(library: Library, data: Any) -> tuple[str, Any]:
    """Keep the table of fields; gives what is to be said, and the table as it is then."""
    try:
        rows = rows_of(data["rows"])
        save_rows(library.shelf.folder, rows)
    except SchemaInvalid as error:
        return note_html(f"{error}."), gr.skip()
    except (KeyError, TypeError):
        return note_html("The table makes no sense: load the page again."), gr.skip()
    except OSError as error:
        return note_html(f"The fields can't be kept: {error.strerror}; free some space."), gr.skip()
    return note_html(f"{len(rows)} fields are saved: press Read."), table_html(rows)


def _read(library: Library, keys: Sequence[str], kind: str) -> str:
    """Have documents read; gives what is to be said."""
    try:
        source = source_of(kind, library.shelf.folder)
        for key in keys:
            sheet = library.shelf.get(key)
            if sheet.corrections and sheet.source != source:
                return f"{sheet.name} was corrected for other fields: remove it and drop it once more to read it anew."
            library.room.read(key, source)
    except HandEyeError as error:
        return f"{error}."
    return ""


def _send(desk: Desk, library: Library, keys: Sequence[str], order: Order, listed: str) -> tuple[str, str]:
    """Start the batch; gives what is to be said, and the name of its stage where there is one."""
    if not order.url or not order.instruction:
        return "Write the form's address, and what to do with each document.", ""
    try:
        sheets = [sheet for sheet in library.shelf.all() if sheet.key in keys]
        launch = launch_of(library.shelf, library.settings, sheets, listed)
        whole = Order(order.instruction, order.url, order.model, documents=tuple(sheet.key for sheet in sheets))
        name = desk.stages.start(whole, launch)
    except (HandEyeError, StageBusy) as error:
        return f"{error}.", ""
    stage = desk.stages.get(name)
    assert stage is not None
    library.sent = Sent(batch_folder(library.shelf, whole, library.settings), stage)
    return "It is under way: watch it under Live, and answer what it asks under Questions.", name


def _opened(library: Library, key: str) -> Looking:
    try:
        return looking_at(library.shelf.get(key))
    except DocumentUnknown:
        return Looking()


def _still(library: Library, at: Looking) -> Looking:
    """What is looked at, where it is still there; a document that has just been read is opened anew."""
    try:
        sheet = library.shelf.get(at.key)
    except DocumentUnknown:
        return Looking()
    record = sheet.corrected()
    if record is None or not at.is_read:
        return looking_at(sheet)
    if at.path in ("", *(leaf.path for leaf in record.leaves)) and at.page <= sheet.num_pages:
        return at
    return looking_at(sheet)


def _keys(data: Any) -> list[str]:
    keys = data.get("keys") if isinstance(data, dict) else None
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def _mark(library: Library) -> str:
    """Changes with everything that the tab shows."""
    return f"{library.shelf.mark()} {library.room.version} {progress_mark(library.sent)}"
