"""What the verbs that take documents share: their flags, the files that are meant, and what opens and reads them."""

import argparse
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from perception.document.document import Document
    from perception.extraction.reader import RecordReader
    from perception.ocr import Recognizer
    from ui.reading import Opener


def add_document_flags(parser: argparse.ArgumentParser, *, pages: bool = True) -> None:
    """The flags of whatever opens documents."""
    if pages:
        parser.add_argument("--pages", metavar="A-B,C", help="only these pages, counted from 1 (default: all)")
    parser.add_argument("--password", metavar="TEXT", default="", help="of encrypted files")
    parser.add_argument("--no-ocr", action="store_true", help="don't read pixels where there is no text layer")
    parser.add_argument("--no-cache", action="store_true", help="read every page anew, and keep none")


def documents_in(names: list[str]) -> Iterator[Path]:
    """The files that were named, and those of a known kind in folders that were. Raises UsageError."""
    from perception.document.office import SUFFIXES

    known = SUFFIXES | {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".bmp"}
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.is_file() and one.suffix.lower() in known)
            if not inside:
                raise exits.UsageError(f"there is no document in the folder {name}")
            yield from inside
        elif path.exists():
            yield path
        else:
            raise exits.UsageError(f"{name} does not exist: name a document or a folder of them")


@contextmanager
def reading(arguments: argparse.Namespace) -> "Iterator[tuple[Opener, Recognizer | None]]":
    """What opens a document, and what reads pixels, as the flags say."""
    from ui.reading import documents

    with documents(password=arguments.password, ocr=not arguments.no_ocr, cached=not arguments.no_cache) as both:
        yield both


@asynccontextmanager
async def record_reader(arguments: argparse.Namespace) -> "AsyncIterator[RecordReader]":
    """What reads records: labels and places, or the model that was named."""
    from ui.reading import record_reader as reader_of

    async with reader_of(None if arguments.model is None else load_settings(arguments).model) as reader:
        yield reader


def chosen_pages(text: str | None, document: "Document") -> list[int]:
    """The pages that were named, in order and once each. Raises UsageError."""
    if text is None:
        return list(range(1, document.num_pages + 1))
    if not re.fullmatch(r"\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*", text):
        raise exits.UsageError(f"--pages {text}: write numbers and ranges, such as 1-3,7")
    pages: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        pages |= set(range(int(first), int(last or first) + 1))
    if not pages or min(pages) < 1 or max(pages) > document.num_pages:
        raise exits.UsageError(f"--pages {text}: {document.path.name} has pages 1 to {document.num_pages}")
    return sorted(pages)


def show(text: str, out: str | None, output: Output) -> None:
    """Write the text into the file that was named, whole, else to the terminal (not beside a JSON object)."""
    if out is not None:
        from perception.files import replace_file

        replace_file(Path(out), text.encode())
        output.console.print(f"written: {exits.plain(out)}", markup=False)
    elif not output.as_json:
        print(text, end="" if text.endswith("\n") else "\n")
