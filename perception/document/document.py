"""A document: its pages as frames and as words, read by a worker process and kept where a cache is given.

    with open_document(Path("invoice.pdf")) as document:
        frame = document.frame(1, dpi=144)
        text = document.text(1)

Pages are counted from 1, as people do. Several documents may share one worker (`WorkerProcess`), one after another or
in turns; pdfium is not made for threads, so a worker does one thing at a time.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import ValidationError

from perception.document.cache import PageCache
from perception.document.limits import Limits
from perception.document.page import PageText
from perception.document.pixels import PixelPool
from perception.document.worker_process import WorkerProcess, WornOut
from perception.errors import DocumentCrashed, DocumentError, DocumentInvalid, DocumentTooLarge
from perception.observation import Frame

T = TypeVar("T")
RENDERER = "pdfium"
_FIRST_SLOT = 8 * 2**20
"""Bytes: an A4 page at 144 dpi fits."""


def parser_process(limits: Limits) -> WorkerProcess:
    """A worker that parses documents."""
    return WorkerProcess("perception.document.worker", limits.memory_bytes)


class Document:
    """One file, open for as long as it is used as a context."""

    def __init__(
        self,
        path: Path,
        *,
        password: str = "",
        limits: Limits | None = None,
        worker: WorkerProcess | None = None,
        cache: PageCache | None = None,
    ) -> None:
        """Opens the file. A worker that is given is left running at the end.

        Raises a DocumentError that names the file, or ImportError where the packages for documents are missing.
        """
        self.path = path
        self.limits = limits or Limits()
        self._password = password
        self._owns_worker = worker is None
        self._worker = worker or parser_process(self.limits)
        self.cache = cache
        self._pool = PixelPool()
        self._known: tuple[int, set[int]] = (0, set())
        """The generation of the worker, and the slots that it has."""
        self._descriptor = _open_file(path, self.limits)
        try:
            self.num_pages: int = _again_if_worn(self._open)["num_pages"]
        except DocumentError as error:
            self.close()
            raise type(error)(f"{self.path}: {error}") from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @cached_property
    def sha256(self) -> str:
        """Of the file's bytes, in hex."""
        with open(os.dup(self._descriptor), "rb") as file:
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()

    def frame(self, page: int, dpi: float = 144) -> Frame:
        """A page's pixels. One that would have more than `limits.max_pixels` comes smaller; its size tells.

        A picture file has but one resolution, its own. The frame's memory is shared with the worker and used again once
        nobody holds it. Raises a DocumentError that names file and page.
        """
        self._check(page)
        if self.cache is not None and (kept := self.cache.frame(self.sha256, page, dpi, RENDERER)) is not None:
            return kept
        frame = self._named(page, lambda: self._render(page, dpi))
        if self.cache is not None:
            self.cache.keep_frame(self.sha256, page, dpi, RENDERER, frame)
        return frame

    def text(self, page: int) -> PageText:
        """A page's own text, without any reading of pixels. Raises a DocumentError that names file and page."""
        self._check(page)
        if self.cache is not None and (kept := self.cache.text(self.sha256, page, RENDERER)) is not None:
            return kept
        text = self._named(page, lambda: self._text(page))
        if self.cache is not None:
            self.cache.keep_text(self.sha256, page, RENDERER, text)
        return text

    def close(self) -> None:
        """Let file and worker go; may be called twice. Frames that somebody holds stay good."""
        if self._owns_worker:
            self._worker.end()
        self._pool.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _check(self, page: int) -> None:
        if not 1 <= page <= self.num_pages:
            raise ValueError(f"{self.path} has pages 1 to {self.num_pages}, and no page {page}")

    def _named(self, page: int, read: Any) -> Any:
        try:
            return _again_if_worn(read)
        except DocumentError as error:
            raise type(error)(f"{self.path}, page {page}: {error}") from error

    def _render(self, page: int, dpi: float) -> Frame:
        question = {"verb": "render", "page": page - 1, "dpi": dpi, "max_pixels": self.limits.max_pixels}
        needed = _FIRST_SLOT
        for _ in range(2):  # the second time with as much memory as the page turned out to need
            slot = self._pool.take(needed)
            lent = False
            try:
                answer = self._ask_with(question, slot)
                if "needs" not in answer:
                    pixels = self._lend(slot, answer)
                    lent = True
                    return Frame(pixels=pixels)
                needed = min(int(answer["needs"]), 3 * self.limits.max_pixels)
            finally:
                if not lent:
                    self._pool.give_back(slot)
        raise DocumentCrashed("the process that read it asked for memory again and again")

    def _lend(self, slot: Any, answer: dict[str, Any]) -> Any:
        width, height = int(answer["width"]), int(answer["height"])
        if not (width > 0 and height > 0 and width * height * 3 <= slot.capacity):
            raise DocumentCrashed("the process that read it claims a size that can't be")
        return self._pool.lend(slot, width, height)

    def _ask_with(self, question: dict[str, Any], slot: Any) -> dict[str, Any]:
        with self._worker.lock:
            self._reopen()
            known = self._known[1]
            drop, self._pool.dropped = self._pool.dropped, []
            known.difference_update(drop)
            descriptors = [] if slot.number in known else [slot.descriptor]
            told = question | {"slot": slot.number, "capacity": slot.capacity, "drop": drop}
            answer = self._worker.ask(told, descriptors, seconds=self.limits.page_seconds)
            known.add(slot.number)
            return answer

    def _text(self, page: int) -> PageText:
        question = {"verb": "text", "page": page - 1, "max_words": self.limits.max_words}
        with self._worker.lock:
            self._reopen()
            answer = self._worker.ask(question, seconds=self.limits.page_seconds)
        try:
            return PageText.model_validate(answer)
        except ValidationError as error:
            raise DocumentInvalid("its text makes no sense") from error

    def _reopen(self) -> None:
        """Have the worker hold this very document: it may have died since, or have been asked about another."""
        if self._known[0] != self._worker.generation or self._worker.holder is not self:
            self._open()

    def _open(self) -> dict[str, Any]:
        question = {"verb": "open", "password": self._password, "max_pages": self.limits.max_pages}
        with self._worker.lock:
            self._worker.start()
            self._worker.num_opened += 1
            answer = self._worker.ask(question, [self._descriptor], seconds=self.limits.page_seconds)
            self._known = (self._worker.generation, set())
            self._worker.holder = self
            return answer


def _again_if_worn(read: Callable[[], T]) -> T:
    """What is read; in a new process where one that had read other files before had no memory left."""
    try:
        return read()
    except WornOut:
        return read()


def _open_file(path: Path, limits: Limits) -> int:
    """A descriptor for reading. Raises DocumentInvalid for what is no file, DocumentTooLarge."""
    if not path.is_file():
        raise DocumentInvalid(f"{path} {'is no file' if path.exists() else 'does not exist'}")
    size = path.stat().st_size
    if size == 0:
        raise DocumentInvalid(f"{path} is empty")
    if size > limits.max_bytes:
        raise DocumentTooLarge(f"{path} has {size:,} bytes, and {limits.max_bytes:,} are allowed")
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
