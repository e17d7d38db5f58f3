"""The ADB transport over TCP, in the role of the device (adbd): one connection carries many streams.

A message is a header of six little-endian words (command, two arguments, length, checksum, the command's complement)
and its data. CNXN opens the connection, OPEN asks for a service, WRTE carries data and waits for its OKAY, CLSE ends a
stream. Source: AOSP packages/modules/adb, protocol.txt. Left out: authentication and TLS (this listens on loopback
only), and delayed acknowledgement.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

CNXN, OPEN, OKAY, WRTE, CLSE = b"CNXN", b"OPEN", b"OKAY", b"WRTE", b"CLSE"
VERSION = 0x01000001
"""The version that leaves out checksums, where both sides have it."""
MAX_DATA = 256 * 1024
"""The most bytes that one message carries."""

_HEADER = struct.Struct("<4sIIIII")

Endpoint = Callable[["Stream"], Awaitable[None]]


class Message(NamedTuple):
    """One message: what its two arguments mean depends on the command."""

    command: bytes
    first: int
    second: int
    data: bytes = b""


class StreamClosed(Exception):
    """The other side has ended the stream; whoever writes into it stops."""


class Stream:
    """One endpoint's channel to whoever asked for it."""

    def __init__(self, connection: "Connection", local: int, remote: int) -> None:
        self._connection, self.local, self.remote = connection, local, remote
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._acknowledged = asyncio.Event()
        self._held = bytearray()
        self.closed = False

    async def read(self) -> bytes:
        """The next data; empty at the end. What was read is acknowledged, so the other side sends no more than fits."""
        if self._held:
            held, self._held = bytes(self._held), bytearray()
            return held
        if self.closed and self._arrived.empty():
            return b""
        data = await self._arrived.get()
        if data:
            await self._connection.send(Message(OKAY, self.local, self.remote))
        return data

    async def read_exactly(self, count: int) -> bytes:
        """So many bytes. Raises StreamClosed when fewer come."""
        gathered = bytearray()
        while len(gathered) < count:
            data = await self.read()
            if not data:
                raise StreamClosed
            gathered += data
        self._held = gathered[count:]
        return bytes(gathered[:count])

    async def write(self, data: bytes) -> None:
        """Send data, and wait until it was taken. Raises StreamClosed when nobody takes it any more."""
        for at in range(0, len(data), self._connection.most):
            if self.closed:
                raise StreamClosed
            self._acknowledged.clear()
            await self._connection.send(Message(WRTE, self.local, self.remote, data[at : at + self._connection.most]))
            await self._acknowledged.wait()

    def take(self, message: Message) -> None:
        """What the other side sent for this stream."""
        if message.command == WRTE:
            self._arrived.put_nowait(message.data)
            return
        self.closed = self.closed or message.command == CLSE
        self._acknowledged.set()
        if self.closed:
            self._arrived.put_nowait(b"")


class Connection:
    """One host's connection (the adb server on a computer), until it ends."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        banner: bytes,
        find: Callable[[str], Endpoint | None],
    ) -> None:
        self._reader, self._writer, self._banner, self._find = reader, writer, banner, find
        self._streams: dict[int, Stream] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._number = 0
        self._checks = False
        self.most = MAX_DATA
        """Bytes of data that the other side takes at once."""
        self.frozen = False
        """Whether nothing is answered any more, as by a phone that hangs; the connection stays open."""

    async def serve(self) -> None:
        """Answer until the connection ends, then leave nothing running."""
        try:
            while True:
                await self._answer(await self._receive())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            await self.close()

    async def close(self) -> None:
        """Cut the connection, whatever is going on in it."""
        tasks = [task for task in self._tasks.values() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def send(self, message: Message) -> None:
        """Write one message; a frozen phone sends none."""
        if self.frozen:
            return
        command, first, second, data = message
        check = sum(data) & 0xFFFFFFFF if self._checks else 0
        magic = int.from_bytes(command, "little") ^ 0xFFFFFFFF
        self._writer.write(_HEADER.pack(command, first, second, len(data), check, magic) + data)
        await self._writer.drain()

    async def _receive(self) -> Message:
        command, first, second, length, _, _ = _HEADER.unpack(await self._reader.readexactly(_HEADER.size))
        if length > 2 * MAX_DATA:
            raise ConnectionError(f"A message of {length} bytes is too long.")
        return Message(command, first, second, await self._reader.readexactly(length))

    async def _answer(self, message: Message) -> None:
        if self.frozen:
            return
        command, first, second, data = message
        if command == CNXN:
            self._checks = first < VERSION
            self.most = min(MAX_DATA, second)
            await self.send(Message(CNXN, VERSION, MAX_DATA, self._banner))
        elif command == OPEN:
            await self._open(remote=first, name=data.rstrip(b"\0").decode(errors="surrogateescape"))
        elif stream := self._streams.get(second):
            stream.take(message)
            if command == CLSE:
                self._tasks[second].cancel()

    async def _open(self, *, remote: int, name: str) -> None:
        endpoint = self._find(name)
        if endpoint is None:
            await self.send(Message(CLSE, 0, remote))
            return
        self._number += 1
        stream = self._streams[self._number] = Stream(self, self._number, remote)
        await self.send(Message(OKAY, stream.local, remote))
        self._tasks[stream.local] = asyncio.create_task(self._run(endpoint, stream))

    async def _run(self, endpoint: Endpoint, stream: Stream) -> None:
        try:
            with suppress(StreamClosed, ConnectionError):
                await endpoint(stream)
        finally:
            del self._streams[stream.local], self._tasks[stream.local]
            with suppress(ConnectionError):
                await self.send(Message(CLSE, stream.local, stream.remote))
