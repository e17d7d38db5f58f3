"""The pipe to the client: standard input and output, which nothing else of this process reads or writes meanwhile.

What programs print that are started here, and what is printed by mistake, goes to standard error instead. Input is read
by a thread that nobody waits for, so that a command that is told to end does not hang on a client that says nothing.
"""

import asyncio
import fcntl
import os
import sys
import threading
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

MOST_BYTES = 16 * 1024 * 1024
"""Of one message; the connection ends at a longer one."""
_CHUNK = 65536
_ABOVE_STANDARD = 3


class Wire:
    """A context manager that takes both streams and gives them back; used inside a running event loop."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._in = self._out = -1

    def __enter__(self) -> Self:
        sys.stdout.flush()
        self._in, self._out = _taken(0), _taken(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="mcp-input", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The thread may still read from its own copy of the input, which therefore stays open.
        os.dup2(self._in, 0)
        os.dup2(self._out, 1)

    async def __aiter__(self) -> AsyncIterator[str]:
        """The client's messages, a line each, until it hangs up."""
        while (line := await self._lines.get()) is not None:
            yield line

    async def write(self, text: str) -> None:
        """Send whole messages, each with the end of its line."""
        await asyncio.to_thread(_write, self._out, text.encode())

    async def flush(self) -> None:
        """Nothing is held back; the transport asks for it all the same."""

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """The thread's whole life."""
        rest = b""
        while len(rest) <= MOST_BYTES and (chunk := _chunk(self._in)):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._put(loop, line.decode(errors="replace"))
        self._put(loop, None)

    def _put(self, loop: asyncio.AbstractEventLoop, line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _taken(number: int) -> int:
    """A copy of a standard stream that programs started from here do not inherit."""
    return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD)


def _chunk(number: int) -> bytes:
    try:
        return os.read(number, _CHUNK)
    except OSError:
        return b""


def _write(number: int, rest: bytes) -> None:
    while rest:
        rest = rest[os.write(number, rest) :]
