"""The folder of documents that were dropped: each a file and a sheet, under a name of our making.

    0f3a….pdf     what was dropped, as it came
    0f3a….json    its sheet, replaced whole at every change

A name that comes from outside is looked up among those that are there, and never made a path of.
"""

import hashlib
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from perception.errors import PerceptionError
from perception.files import replace_file
from ui.console.documents.kinds import HEAD, KINDS, suffix_of
from ui.console.documents.sheet import DocumentUnknown, Sheet, shown_name

MOST_BYTES = 50 * 2**20
"""Of one document."""
MOST_DOCUMENTS = 500
_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = re.compile(r"\.[a-z]{3,4}")


class NotTaken(PerceptionError):
    """A document is not taken; the message says why."""

    def __init__(self, message: str, status: int) -> None:
        """status: of HTTP."""
        super().__init__(message)
        self.status = status


class Shelf:
    """The documents of a folder, which is made for the first of them. May be used from any thread."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._known: dict[str, tuple[tuple[int, int], Sheet]] = {}
        """Sheets by key, with time and size of the file that they were read from."""

    def arrival(self) -> "Arrival":
        """A place for a document that comes piece by piece. Raises NotTaken where there is no room."""
        if len(self.names()) >= MOST_DOCUMENTS:
            raise NotTaken(f"there are {MOST_DOCUMENTS} documents already: remove some of them first", 409)
        return Arrival(self)

    def names(self) -> list[str]:
        """The names of all documents."""
        return [path.stem for path in self.folder.glob("*.json") if _KEY.fullmatch(path.stem)]

    def all(self) -> list[Sheet]:
        """Every sheet that can be read, the newest first."""
        sheets = [sheet for key in self.names() if (sheet := self._read(key)) is not None]
        return sorted(sheets, key=lambda sheet: (-sheet.added_at, sheet.key))

    def mark(self) -> str:
        """Changes with every sheet; costs a look at each, and no reading."""
        found: list[tuple[str, int, int]] = []
        for key in self.names():
            with suppress(FileNotFoundError):  # It was removed just now.
                status = (self.folder / f"{key}.json").lstat()
                found.append((key, status.st_mtime_ns, status.st_size))
        return f"{hash(tuple(sorted(found))):x}"

    def get(self, key: str) -> Sheet:
        """The sheet of that name. Raises DocumentUnknown."""
        sheet = self._read(key) if key in self.names() else None
        if sheet is None:
            raise DocumentUnknown("there is no such document any more")
        return sheet

    def file(self, sheet: Sheet) -> Path:
        """Where the document lies. Raises DocumentUnknown where somebody has taken it away, or put a link there."""
        path = self.folder / f"{sheet.key}{sheet.suffix}"
        if path.is_symlink() or not path.is_file():
            raise DocumentUnknown("the document's file is gone: drop it once more")
        return path

    def change(self, key: str, change: Callable[[Sheet], Sheet]) -> Sheet:
        """Replace a sheet by what becomes of it, and give that. Raises DocumentUnknown, and OSError when the disk is
        full: then nothing has changed."""
        with self._lock:
            sheet = change(self.get(key))
            self._write(sheet)
            return sheet

    def remove(self, key: str) -> None:
        """Take a document away, for good. Raises DocumentUnknown, OSError."""
        with self._lock:
            sheet = self.get(key)
            (self.folder / f"{key}.json").unlink()
            (self.folder / f"{key}{sheet.suffix}").unlink(missing_ok=True)
            self._known.pop(key, None)

    def keep(self, unfinished: Path, sha256: str, size: int, suffix: str, name: str) -> Sheet:
        """Put a file that has come whole in its place; one that is there already keeps its sheet."""
        key = sha256[:32]
        with self._lock:
            known = self._read(key)
            sheet = known or Sheet(key=key, sha256=sha256, suffix=suffix, name=shown_name(name), size=size)
            os.replace(unfinished, self.folder / f"{key}{sheet.suffix}")
            if known is None:
                self._write(sheet)
            return sheet

    def _write(self, sheet: Sheet) -> None:
        replace_file(self.folder / f"{sheet.key}.json", sheet.model_dump_json(indent=1).encode())

    def _read(self, key: str) -> Sheet | None:
        """A sheet; None where there is none, or none that makes sense."""
        path = self.folder / f"{key}.json"
        try:
            found = path.lstat()
            mark = (found.st_mtime_ns, found.st_size)
            known = self._known.get(key)
            if known is not None and known[0] == mark:
                return known[1]
            sheet = Sheet.model_validate_json(b"" if path.is_symlink() else path.read_bytes())
        except (OSError, ValidationError):
            return None
        if sheet.key != key or _SUFFIX.fullmatch(sheet.suffix) is None:
            return None
        self._known[key] = mark, sheet
        return sheet


class Arrival:
    """A document that is coming in; a context manager that leaves nothing of one that does not come whole."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._head = b""
        self._size = 0
        self._hash = hashlib.sha256()
        shelf.folder.mkdir(parents=True, exist_ok=True)
        self._file = NamedTemporaryFile(dir=shelf.folder, suffix=".part", delete=False)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)

    def take(self, piece: bytes) -> None:
        """The next piece. Raises NotTaken as soon as it is clear that it won't be kept, OSError when it can't be."""
        begins = len(self._head) < HEAD
        self._head = (self._head + piece)[:HEAD] if begins else self._head
        self._size += len(piece)
        if self._size > self._shelf.most_bytes:
            raise too_large(self._shelf.most_bytes)
        if len(self._head) == HEAD and suffix_of(self._head) is None:
            raise _wrong_kind()
        self._hash.update(piece)
        self._file.write(piece)

    def keep(self, name: str) -> Sheet:
        """Put it on the shelf. Raises NotTaken for nothing and for another kind, OSError when it can't be written."""
        if self._size == 0:
            raise NotTaken("it is empty", 400)
        suffix = suffix_of(self._head)
        if suffix is None:
            raise _wrong_kind()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._shelf.keep(Path(self._file.name), self._hash.hexdigest(), self._size, suffix, name)


def too_large(most_bytes: int) -> NotTaken:
    """What is said to a document of more bytes."""
    return NotTaken(f"it is larger than the {most_bytes / 2**20:.0f} MB that are taken", 413)


def _wrong_kind() -> NotTaken:
    return NotTaken(f"it is none of {KINDS} by its content; office files are for handeye read", 415)
