"""Words with boxes, read from pixels by rapidocr in a worker process: for pages that have no usable text."""

import os
from typing import Any, NamedTuple, Protocol

import numpy as np
from PIL import Image
from pydantic import ValidationError

from perception.document.limits import Limits
from perception.document.page import Word
from perception.document.worker_process import WorkerProcess
from perception.errors import DocumentInvalid
from perception.observation import Frame

READER = "rapidocr-2"
"""What pages are kept under; the number changes with what is told of a word."""
LINE_HEIGHT = 48
"""Pixels of a line of writing, in which the network that reads lines was trained."""
_PLAIN = 3
"""Deviation of values up to which nothing stands on a picture."""


class Line(NamedTuple):
    """What stands on a picture of one line."""

    text: str
    confidence: float = 1.0


class LineReader(Protocol):
    """Whatever reads a picture of one line."""

    def __call__(self, frame: Frame, /) -> Line:
        """What stands there; an empty text where nothing does."""
        ...


class Recognizer:
    """Reads frames. Its process starts with the first one and takes a second or two to load its networks."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._worker = WorkerProcess("perception.ocr_worker", self._limits.ocr_memory_bytes)

    def start(self) -> None:
        """Start the process now, if none runs; it ends with the thread that started it. Raises ImportError where
        rapidocr is missing, DocumentCrashed where it does not start."""
        self._worker.start()

    def words(self, frame: Frame) -> tuple[Word, ...]:
        """The words on a frame, boxes in its pixels, in the order of lines from the top.

        Raises a DocumentError where the process that reads was late or died, ImportError where rapidocr is missing.
        """
        answer = self._ask(frame, whole=True)
        try:
            return tuple(Word.model_validate(word | {"source": "ocr"}) for word in answer["words"])
        except ValidationError as error:
            raise DocumentInvalid("what was read from its pixels makes no sense") from error

    def line(self, frame: Frame) -> Line:
        """What stands on a picture that shows one line of writing and little else. Raises as `words` does."""
        if frame.pixels.std() < _PLAIN:
            return Line("")
        scale = LINE_HEIGHT / frame.size.height
        size = (max(LINE_HEIGHT, round(frame.size.width * scale)), LINE_HEIGHT)
        scaled = Image.fromarray(frame.pixels).resize(size, Image.Resampling.BICUBIC)
        answer = self._ask(Frame(pixels=np.asarray(scaled)), whole=False)
        return Line(str(answer["text"]), float(answer["confidence"]))

    def _ask(self, frame: Frame, *, whole: bool) -> dict[str, Any]:
        """whole: a page, on which lines have to be found first."""
        descriptor = _in_memory(frame)
        try:
            question = {"width": frame.size.width, "height": frame.size.height, "whole": whole}
            return self._worker.ask(question, [descriptor], seconds=self._limits.ocr_seconds)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """End the process; may be called twice."""
        self._worker.end()


def _in_memory(frame: Frame) -> int:
    """A descriptor of memory that holds the frame's pixels; the caller closes it."""
    descriptor = os.memfd_create("handeye-frame", os.MFD_CLOEXEC)
    try:
        view = memoryview(frame.pixels.tobytes())
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
