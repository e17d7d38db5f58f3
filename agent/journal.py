"""An append-only file of lines that survives a kill and a full disk.

A line counts once it is on disk with its newline. A process that dies in the middle of writing leaves at most
one torn line at the end, which whoever opens the file next cuts back. A disk that fills up while a line is
written loses that line whole, never half.
"""

import fcntl
import os
from pathlib import Path
from typing import NamedTuple

from agent.errors import RecordBusy, RecordError
from agent.sealed import goes_on


class Lines(NamedTuple):
    """What a journal's file holds."""

    whole: tuple[bytes, ...]
    """Lines with their newline on disk, without it."""
    torn: bytes
    """What follows the last newline; empty unless a write was cut."""


def read_lines(path: Path) -> Lines:
    """Read a journal without changing it; a file that does not exist is empty.

    Raises RecordError when it can't be read.
    """
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}") from error
    *whole, torn = content.split(b"\n")
    return Lines(tuple(whole), torn)


class Journal:
    """The one writer of a journal: opening it cuts back a torn line and keeps other processes out."""

    def __init__(self, path: Path) -> None:
        """Open for appending, and make the file when there is none.

        Raises RecordBusy when another process has it open, RecordError when it can't be written or was changed.
        """
        self.path = path
        self._file = self._open()
        try:
            lines = read_lines(path)
            self.lines: list[bytes] = list(lines.whole)
            """Every whole line so far."""
            self.torn = lines.torn
            """What was cut off when the file was opened."""
            self._length = sum(len(line) + 1 for line in lines.whole)
            if goes_on(lines.torn):
                raise RecordError(f"{path} was changed after its last line: handeye verify {path.parent} says where")
            if lines.torn:
                self._cut()
        except BaseException:
            self.close()
            raise

    def append(self, line: bytes) -> None:
        """Write a line and wait until it is on disk.

        Raises RecordError when it can't be written; the file is then as it was before.
        """
        try:
            self._write(line + b"\n")
            os.fdatasync(self._file)
        except OSError as error:
            self._cut()
            raise RecordError(f"{self.path} can't be written: {error.strerror}; free some space") from error
        self._length += len(line) + 1
        self.lines.append(line)

    def close(self) -> None:
        """Let the file go; may be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> int:
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise RecordError(f"{self.path} can't be opened: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise RecordBusy(f"another process works on the run {self.path.parent}: wait or stop it") from error
        return file

    def _write(self, content: bytes) -> None:
        """A write may take only a part, as it does just before the disk is full."""
        while content:
            content = content[os.write(self._file, content) :]

    def _cut(self) -> None:
        """Back to the last whole line. Making a file shorter needs no space."""
        os.ftruncate(self._file, self._length)
        os.fsync(self._file)
