"""A server of the OpenAI API that misbehaves on command: a real one on loopback, in the test's own event loop.

    async with FaultServer() as server:
        server.fault = "half_json"

Only chat completions are answered badly; the list of models is always good, except where nobody listens. It counts the
connections that are open and the questions that came, so that what a client leaves behind can be seen.
"""

import asyncio
import json
import socket
import struct
from contextlib import suppress
from typing import Any, Literal, Self

from tests.chat_server import chat, models

Fault = Literal[
    "none",
    "refused",
    "reset",
    "slow",
    "drip",
    "half_json",
    "cut_json",
    "error_500",
    "busy",
    "busy_for_long",
    "garbage",
    "wrong_model",
    "other_model",
]
"""none: a whole answer; refused: nobody listens; reset: cut before a word; slow: no word for a minute; drip: a letter
now and then; half_json: less than was announced; cut_json: a whole answer that is half a JSON; busy: 429, every other
time, without and with a short Retry-After in turn; busy_for_long: 429 with Retry-After: 60; garbage: bytes that are no
HTTP; wrong_model: 404, no such model; other_model: a whole answer of another model."""

REPLY = '{"thought": "Finished", "action": "terminate", "status": "success"}'
_PATIENCE = 60.0


class FaultServer:
    """Serves on a free port of loopback while its block runs."""

    def __init__(self, fault: Fault = "none") -> None:
        self.fault: Fault = fault
        self.num_questions = 0
        self.num_left = 0
        """Clients that went away before they had their answer."""
        self.asked = asyncio.Event()
        """Set by the first question."""
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Its address, also when nobody listens there."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def num_open(self) -> int:
        """Connections that are open."""
        return len(self._connections)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        if self.fault == "refused":
            self._server.close()
        return self

    async def __aexit__(self, *problem: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._one(reader, writer):
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has what it wanted, or the test is over
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Reads a request and answers it; False when the connection is over."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(
            (int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-l")), 0
        )
        await reader.readexactly(length)
        if head.startswith("GET"):
            found = head.split()[1] == "/v1/models"
            writer.write(_http(models("m") if found else {"detail": "Not Found"}, 200 if found else 404))
            return True
        self.num_questions += 1
        self.asked.set()
        return await self._answer(self.fault, reader, writer)

    async def _answer(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        good = {**chat(REPLY), "model": "m"}
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)  # close with a reset
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        if fault == "slow":
            return await self._wait_for_leaving(reader, _PATIENCE)
        if fault == "drip":
            for letter in _http(good).decode("latin-1"):
                writer.write(letter.encode("latin-1"))
                if await self._wait_for_leaving(reader, 0.05):
                    return False
            return True
        if fault == "half_json":
            writer.write(_http(good)[:-100])
            return False
        if fault == "garbage":
            writer.write(bytes(range(256)) * 8)
            return False
        writer.write(self._words(fault, good))
        return True

    def _words(self, fault: Fault, good: dict[str, Any]) -> bytes:
        if fault == "cut_json":
            return _http(json.dumps(good).encode()[:-20])
        if fault == "error_500":
            return _http({"error": {"message": "out of memory"}}, 500)
        if fault == "busy_for_long":
            return _http({"error": {"message": "queue is full"}}, 429, "Retry-After: 60\r\n")
        if fault == "busy" and self.num_questions % 2:
            wait = "Retry-After: 0.05\r\n" if self.num_questions % 4 == 1 else ""
            return _http({"error": {"message": "queue is full"}}, 429, wait)
        if fault == "wrong_model":
            return _http({"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}, 404)
        return _http({**good, "model": "other"} if fault == "other_model" else good)

    async def _wait_for_leaving(self, reader: asyncio.StreamReader, seconds: float) -> bool:
        """True when the client closes its side within that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await reader.read(1)
                self.num_left += 1
                return True
        return False


def _http(content: dict[str, Any] | bytes, status: int = 200, headers: str = "") -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body
