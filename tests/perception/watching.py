"""How much memory what this process starts ever had; its own, with all that a test makes in it, does not count."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY = 0.05
"""Seconds between looks; the kernel keeps each process's peak, so only one that lives shorter is missed."""


class ProcessWatch:
    """Looks at the processes below this one while it is used as a context."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}
        """The most resident memory of a program, in MB, by its name."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            for pid in _below(os.getpid()):
                self._note(pid)

    def _note(self, pid: int) -> None:
        if _command(pid) == _command(os.getpid()):  # it is about to become another program, and still has our memory
            return
        status = _status(pid)
        name, peak = status.get("Name", ""), status.get("VmHWM", "")
        if peak:
            self.most[name] = max(self.most.get(name, 0.0), int(peak.split()[0]) / 1024)


def _status(pid: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has ended
        return {}
    return {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _below(pid: int) -> Iterator[int]:
    """The processes that one started, and those that these started."""
    try:
        tasks = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from _below(child)
