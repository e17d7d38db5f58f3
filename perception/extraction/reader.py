"""The seam to whatever reads a record: labels and places alone, or a strong model."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from perception.document.document import Document
from perception.document.page import PageText
from perception.document.reading import read_page
from perception.extraction.record import Record
from perception.extraction.schema import RecordSchema
from perception.ocr import Recognizer


class ReadPage(NamedTuple):
    """A page's number, counted from 1, and what is written on it."""

    number: int
    text: PageText


class RecordReader(Protocol):
    """Reads one record off a document."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        ...

    async def read(self, document: Document, pages: Sequence[ReadPage], schema: RecordSchema) -> Record:
        """The record. A value that is not there is left out; one that is not on the page is marked as such.

        Raises DocumentError, and ClientError where a model can't be reached.
        """
        ...


async def read_record(
    document: Document,
    pages: Sequence[int],
    recognizer: Recognizer | None,
    reader: RecordReader,
    schema: RecordSchema,
) -> Record:
    """The record of some pages of an open document; what has no text is read from pixels. Raises as `read` does."""
    known = [ReadPage(page, read_page(document, page, recognizer)) for page in pages]
    return await reader.read(document, known, schema)
