"""Where documents are read: one after the other in the background, and their pages shown meanwhile.

Files are opened by worker processes alone, as `handeye read` does it; reading and showing have a bench each, so that a
long scan does not keep a page from being looked at.
"""

import asyncio
import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, NamedTuple

from PIL import Image

from agent.settings import ModelSettings
from perception.document.document import Document
from perception.document.page import PageText
from perception.document.reading import read_page
from perception.errors import DocumentTimeout, HandEyeError
from perception.extraction.reader import read_record
from perception.extraction.record import Record
from perception.extraction.schema import RecordSchema, read_schema
from ui.console.documents.bench import Bench, Tools
from ui.console.documents.sheet import DocumentUnknown, Sheet
from ui.console.documents.shelf import Shelf
from ui.reading import record_reader

log = logging.getLogger(__name__)

DPI = 130.0
"""Of a page that is shown: small print can be read."""
MOST_WIDE = 2400
"""Pixels of a page that is shown: pictures come in any size."""
_MOST_KEPT = 12
"""Pages that are kept in memory."""
_MISSING = 'reading documents needs packages that are missing: pip install "handeye[documents]"'


class Page(NamedTuple):
    """A page to look at."""

    picture: bytes
    """A JPEG file."""
    text: PageText
    """What is written on it; no words before the document was read."""


class Room:
    """Reads the documents of a shelf. May be used from any thread."""

    def __init__(self, shelf: Shelf, model: ModelSettings) -> None:
        """model: it reads where it is a server's; labels and places are gone by with any other."""
        self._shelf = shelf
        self._model = model if "://" in model.name else None
        self._reading, self._showing = Bench("console-documents"), Bench("console-pages")
        self._lock = threading.Lock()
        self._waiting: list[str] = []
        self._pages: OrderedDict[tuple[str, int, bool], Page] = OrderedDict()
        self.version = 0
        """Grows whenever a document's state changes."""

    def read(self, key: str, source: dict[str, Any]) -> None:
        """Read a document under a JSON Schema, when its turn comes. What was read before is replaced; what a person
        said of it stays where it is read for the same fields.

        One that waits or is being read already is left alone. Raises SchemaInvalid, DocumentUnknown.
        """
        schema = read_schema(source)
        self._shelf.get(key)
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.append(key)
            self.version += 1
        self._reading.ask(lambda tools: self._read(tools, key, schema))

    def state(self, key: str) -> str:
        """`being read`, `waits to be read`, or nothing."""
        with self._lock:
            if key not in self._waiting:
                return ""
            return "being read" if self._waiting[0] == key else "waits to be read"

    def page(self, key: str, number: int, seconds: float = 60.0) -> Page:
        """A page to look at. Raises DocumentUnknown, a DocumentError, ImportError where packages are missing."""
        sheet = self._shelf.get(key)
        known = (key, number, sheet.record is not None)
        with self._lock:
            if known in self._pages:
                self._pages.move_to_end(known)
                return self._pages[known]
        try:
            page = self._showing.ask(lambda tools: _seen(tools, self._shelf, sheet, number)).result(seconds)
        except (TimeoutError, CancelledError) as error:
            raise DocumentTimeout("it takes long to draw: look again later") from error
        with self._lock:
            self._pages[known] = page
            while len(self._pages) > _MOST_KEPT:
                self._pages.popitem(last=False)
        return page

    def close(self) -> None:
        """Read nothing more."""
        self._reading.close()
        self._showing.close()

    def _read(self, tools: Tools, key: str, schema: RecordSchema) -> None:
        try:
            sheet, record, num_pages, trouble = self._shelf.get(key), None, 0, ""
            try:
                num_pages, record = asyncio.run(self._record(tools, sheet, schema))
                record = record.model_copy(update={"document": sheet.name})
            except HandEyeError as error:
                trouble = self._said(sheet, error)
            except ImportError:
                trouble = _MISSING
            except Exception as error:
                log.exception("reading %s broke", key)
                trouble = f"reading it broke ({type(error).__name__}: {error})"[:300]
            self._shelf.change(key, _read_as(schema, record, num_pages, trouble))
        except (DocumentUnknown, OSError):
            return  # It was taken away meanwhile, or there is no room on the disk to say anything.
        finally:
            with self._lock:
                self._waiting.remove(key)
                self.version += 1

    async def _record(self, tools: Tools, sheet: Sheet, schema: RecordSchema) -> tuple[int, Record]:
        async with record_reader(self._model) as reader:
            with tools.open_file(self._shelf.file(sheet)) as document:
                pages = range(1, document.num_pages + 1)
                return document.num_pages, await read_record(document, pages, tools.eye, reader, schema)

    def _said(self, sheet: Sheet, error: HandEyeError) -> str:
        """What went wrong, by the document's own name."""
        path = self._shelf.folder / f"{sheet.key}{sheet.suffix}"
        return str(error).replace(str(path), sheet.name).removeprefix(f"{sheet.name}: ")


def _read_as(schema: RecordSchema, record: Record | None, num_pages: int, trouble: str) -> Callable[[Sheet], Sheet]:
    """What becomes of a sheet: the same page says the same, so corrections hold, but for rows, whose numbers may not be
    the same."""
    paths = {field.path for field in schema.fields}

    def change(sheet: Sheet) -> Sheet:
        said = sheet.corrections.items() if sheet.source == schema.source else ()
        update = {"source": schema.source, "record": record, "num_pages": num_pages, "trouble": trouble}
        return sheet.model_copy(update=update | {"corrections": {path: leaf for path, leaf in said if path in paths}})

    return change


def _seen(tools: Tools, shelf: Shelf, sheet: Sheet, number: int) -> Page:
    with tools.open_file(shelf.file(sheet)) as document:
        if not 1 <= number <= document.num_pages:
            raise DocumentUnknown(f"it has pages 1 to {document.num_pages}")
        text = _text(document, number, tools, sheet)
        image = Image.fromarray(document.frame(number, DPI).pixels)
        if image.width > MOST_WIDE:
            image = image.resize((MOST_WIDE, max(1, round(image.height * MOST_WIDE / image.width))))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=88)
        return Page(buffer.getvalue(), text)


def _text(document: Document, number: int, tools: Tools, sheet: Sheet) -> PageText:
    """The page's words: those of pixels are kept from the reading, and are not read only to show a page."""
    return document.text(number) if sheet.record is None else read_page(document, number, tools.eye)
