"""Puts the reading of documents together, for the command line and for other assistants: workers, cache, reader."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from agent.settings import ModelSettings
from perception.document.cache import PageCache, default_folder
from perception.document.document import Document, parser_process
from perception.document.limits import Limits
from perception.document.opening import open_document
from perception.extraction.reader import RecordReader
from perception.ocr import Recognizer

BUNDLED = "nano"
"""The model that reads no documents: with it, places and labels are gone by."""

Opener = Callable[[Path], Document]


@contextmanager
def documents(
    *, password: str = "", ocr: bool = True, cached: bool = True
) -> Iterator[tuple[Opener, Recognizer | None]]:
    """What opens a document, and what reads pixels; one worker for all documents, ended at the end."""
    limits = Limits()
    worker = parser_process(limits)
    cache = PageCache(default_folder()) if cached else None
    recognizer = Recognizer(limits) if ocr else None

    def open_file(path: Path) -> Document:
        return open_document(path, password=password, limits=limits, worker=worker, cache=cache)

    try:
        yield open_file, recognizer
    finally:
        worker.end()
        if recognizer is not None:
            recognizer.close()
        if cache is not None:
            cache.trim()


@asynccontextmanager
async def record_reader(model: ModelSettings | None) -> AsyncIterator[RecordReader]:
    """What reads records: labels and places, or the model that is given."""
    if model is None or model.name == BUNDLED:
        from perception.extraction.label_reader import LabelReader

        yield LabelReader()
        return
    from agent.asking import model_of
    from perception.extraction.model_reader import ModelReader

    async with model_of(model) as asked:
        yield ModelReader(asked.client)
