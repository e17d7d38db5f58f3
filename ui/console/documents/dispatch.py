"""Documents that are sent to a form: the same batch as `handeye run --documents`, on a stage of the console.

It is known by the folder of documents and the form's address, so what was entered there once is not entered again,
however often it is sent. What is entered is the record with what a person corrected in it.
"""

from collections.abc import Sequence
from pathlib import Path

from agent.booking.batch import lacks_of
from agent.booking.looking import check_address
from agent.errors import SettingsError
from agent.events import Watcher
from agent.guard.person import Person
from agent.settings import Settings
from perception.extraction.record import Record
from perception.extraction.schema import RecordSchema
from perception.ocr import Recognizer
from sandboxes.task import Task
from ui.booking import enter, folder_of
from ui.console.documents.sheet import Sheet
from ui.console.documents.shelf import Shelf
from ui.console.stage import Launch, Order
from ui.walking import environment_of


def speaks_against(sheet: Sheet) -> str:
    """Why a document would not be entered as it is, in words; empty where nothing speaks against it."""
    record = sheet.corrected()
    return "it is not read yet" if record is None else lacks_of(record)


def schema_of(sheets: Sequence[Sheet]) -> RecordSchema:
    """The one schema that all of them were read under. Raises SettingsError with what is to be done else."""
    if not sheets:
        raise SettingsError("choose the documents that are to be entered")
    known = [(sheet, sheet.record_schema) for sheet in sheets if sheet.record is not None]
    if len(known) < len(sheets):
        raise SettingsError("some of them are not read yet: wait, or read them")
    first = known[0][1]
    assert first is not None
    other = next((sheet for sheet, schema in known if schema is not None and schema.fields != first.fields), None)
    if other is not None:
        raise SettingsError(f"{other.name} was read for other fields than {sheets[0].name}: read both for the same")
    if first.tables:
        raise SettingsError(f"{next(iter(first.tables))} is a list, and lists can't be entered yet: read without it")
    return first


def task_of(order: Order, settings: Settings) -> Task:
    """Where each run begins."""
    return Task(id="run", instruction=order.instruction, url=order.url, viewport=settings.browser.viewport)


def batch_folder(shelf: Shelf, order: Order, settings: Settings) -> Path:
    """Where the ledger of what is entered at this address is, or will be."""
    return folder_of(settings.run.folder, [str(shelf.folder)], task_of(order, settings))


def launch_of(shelf: Shelf, settings: Settings, sheets: Sequence[Sheet], listed: str) -> Launch:
    """A launch that enters these documents, one run after the other; listed: the address of a page that lists what was
    entered, or nothing. Raises SettingsError where they can't be entered together, or the list has no address."""
    schema = schema_of(sheets)
    if listed:
        check_address(listed, schema)
    files = [shelf.file(sheet) for sheet in sheets]
    keys = {file: sheet.key for file, sheet in zip(files, sheets, strict=True)}

    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        async def read(path: Path) -> Record:
            record = shelf.get(keys[path]).corrected()
            assert record is not None
            return record

        model = settings.model.model_copy(update={"name": order.model or settings.model.name})
        chosen = settings.model_copy(update={"model": model})
        task, eye = task_of(order, settings), Recognizer()
        try:
            await enter(
                task,
                files,
                schema,
                environment_of(task, settings),
                chosen,
                batch_folder(shelf, order, settings),
                listed=listed,
                reading=read,
                eye=eye,
                watcher=watcher,
                told=lambda standing: None,
                person=person,
                settle=None,
                mending=None,
                anew=True,
            )
        finally:
            eye.close()

    return launch
