"""The process in which untrusted documents are parsed: `python -m perception.document.worker FD MEMORY_BYTES`.

It speaks over the socket that it inherits as FD, one question and one answer at a time, and gives up network, programs
and writing before the first (`confinement`). It may crash or hang: `worker_process` ends it and starts another.
"""

import ctypes
import json
import mmap
import os
import socket
import sys
from errno import ENOMEM
from typing import Any, Protocol

from perception.confinement import confine
from perception.document.channel import Channel
from perception.document.refusal import Refusal


class OpenFile(Protocol):
    """What a kind of document offers here."""

    kind: str
    num_pages: int

    def render(self, number: int, dpi: float, max_pixels: int, target: Any) -> tuple[int, int]:
        """Draw a page into the buffer that `target(width, height)` gives."""
        ...

    def text(self, number: int, max_words: int) -> dict[str, Any]:
        """What is written on a page, in the form of `page.PageText`."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


class Needs(Exception):
    """The page needs more memory than came with the question."""

    def __init__(self, num_bytes: int) -> None:
        super().__init__(num_bytes)
        self.num_bytes = num_bytes


class Desk:
    """One open document and the memory that frames are drawn into."""

    def __init__(self) -> None:
        self._file: OpenFile | None = None
        self._memory: dict[int, mmap.mmap] = {}

    def answer(self, question: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """Carry a question out. Raises Refusal, Needs, or MemoryError."""
        for number in question.get("drop", ()):
            self._memory.pop(number, None)
        if question["verb"] == "open":
            return self._open(question, descriptors[0])
        if question["verb"] == "close":
            self._close()
            return {}
        if self._file is None:
            raise Refusal("failed", "no document is open")
        if question["verb"] == "text":
            return self._file.text(question["page"], question["max_words"])
        return self._render(self._file, question, descriptors)

    def _open(self, question: dict[str, Any], descriptor: int) -> dict[str, Any]:
        self._close()
        self._memory.clear()  # of another document, perhaps; what this one draws into comes anew
        length = os.fstat(descriptor).st_size
        # Private and writable, since ctypes wants to write where it only reads.
        data = mmap.mmap(descriptor, length, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        os.close(descriptor)
        self._file = _opened(data, question)
        if self._file.num_pages > question["max_pages"]:
            raise Refusal("large", f"it has {self._file.num_pages} pages, and {question['max_pages']} are allowed")
        return {"kind": self._file.kind, "num_pages": self._file.num_pages}

    def _render(self, file: OpenFile, question: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        slot = question["slot"]
        if descriptors:
            self._memory[slot] = mmap.mmap(descriptors[0], question["capacity"])
            os.close(descriptors[0])
        memory = self._memory[slot]

        def target(width: int, height: int) -> Any:
            if width * height * 3 > len(memory):
                raise Needs(width * height * 3)
            return ctypes.addressof(ctypes.c_char.from_buffer(memory))

        width, height = file.render(question["page"], question["dpi"], question["max_pixels"], target)
        return {"width": width, "height": height}

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _opened(data: mmap.mmap, question: dict[str, Any]) -> OpenFile:
    """The kind is told by what is in the file, never by its name."""
    if b"%PDF" in data[:1024]:
        from perception.document.pdf import PdfFile

        return PdfFile(data, question["password"])
    from perception.document.picture import PictureFile

    return PictureFile(data, question["max_pages"])


def main() -> None:
    """Answer until nobody asks any more."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    lacking = confine(int(sys.argv[2]))
    try:
        import pypdfium2.raw  # noqa: F401  # before the first question, which should not wait for it
    except ImportError as error:
        channel.send({"missing": error.name or str(error)})
        return
    channel.send({"ready": True, "unconfined": lacking})
    serve(channel, Desk())


def serve(channel: Channel, desk: Any) -> None:
    """One answer for each question; what a question breaks is told, and only a death is left to be found out."""
    while True:
        try:
            text, descriptors = channel.receive()
        except EOFError:
            return
        try:
            answer = desk.answer(json.loads(text), descriptors)
        except Refusal as refusal:
            answer = {"refused": refusal.kind, "message": str(refusal)}
        except Needs as needs:
            answer = {"needs": needs.num_bytes}
        except Exception as error:
            if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == ENOMEM):
                answer = {"refused": "large", "message": "it needs more memory than is allowed", "spent": True}
            else:
                answer = {"refused": "failed", "message": f"{type(error).__name__}: {error}"[:500]}
        channel.send(answer)


if __name__ == "__main__":
    main()
