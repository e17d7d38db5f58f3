"""What a server lets in: how many at once, how large, for how long, and who."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest


class Refusal(Exception):
    """A request that is not answered; becomes an error object of the OpenAI API."""

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error", retry_after: int = 0) -> None:
        """status: the HTTP status; kind: the API's name of this class of errors; retry_after: seconds, 0 says none."""
        super().__init__(message)
        self.status, self.kind, self.retry_after = status, kind, retry_after

    @property
    def content(self) -> dict[str, object]:
        """The body that goes with the status."""
        return {"error": {"message": str(self), "type": self.kind, "param": None, "code": self.status}}

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it besides the body."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one server takes on."""

    running: int = 16
    """Requests that are answered side by side."""
    waiting: int = 64
    """Requests that may wait for their turn; the next one is told to come back (429)."""
    body_bytes: int = 64 * 2**20
    images: int = 64
    """Of one request."""
    image_pixels: int = 16_777_216
    """Of one image, before it is decoded."""
    max_tokens: int = 4096
    """Of one reply, where the request asks for more or for nothing."""
    seconds: float = 600.0
    """From the first byte of a request to the last of its answer."""
    drain_seconds: float = 30.0
    """What is left to those that are being answered when the server is told to end."""


class Gate:
    """Lets `running` requests in and `waiting` wait; closes for good when the server ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.running)
        self._empty = asyncio.Event()
        self._empty.set()
        self.num_running = 0
        self.num_waiting = 0
        self.closed = False

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """A turn. Raises Refusal when too many wait already, or the server is about to end."""
        if self.closed:
            raise Refusal(503, "the server is ending: ask another", "server_error", retry_after=5)
        if self._turns.locked() and self.num_waiting >= self._limits.waiting:
            raise Refusal(429, f"{self.num_waiting} requests wait already: come back", "rate_limit_error", 1)
        self.num_waiting += 1
        self._empty.clear()
        try:
            await self._turns.acquire()
            self.num_running += 1
        finally:
            self.num_waiting -= 1
            self._note()
        try:
            yield
        finally:
            self.num_running -= 1
            self._turns.release()
            self._note()

    async def close(self) -> None:
        """Let nobody in any more and wait for those inside, `drain_seconds` at most."""
        self.closed = True
        try:
            await asyncio.wait_for(self._empty.wait(), self._limits.drain_seconds)
        except TimeoutError:
            return

    def _note(self) -> None:
        if not self.num_running and not self.num_waiting:
            self._empty.set()


def check_key(given: str, key: str) -> None:
    """Raises Refusal when the server has a key and `Authorization: Bearer KEY` is not it."""
    if key and not compare_digest(given.encode(), f"Bearer {key}".encode()):
        raise Refusal(
            401, "the API key is missing or wrong: send it as Authorization: Bearer KEY", "authentication_error"
        )
