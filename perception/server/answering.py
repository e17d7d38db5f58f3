"""Questions on their way through the model: in turn, in time, and no longer than somebody listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from time import perf_counter
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from perception.clients.client import Completion, Piece, Sampling
from perception.clients.embedded import EmbeddedClient, Write
from perception.errors import HandEyeError, ImageError
from perception.server.chat import Form
from perception.server.limits import Gate, Limits, Refusal
from perception.server.metrics import Metrics

Parts = AsyncIterator[Piece | Completion]
_Result = TypeVar("_Result")
_LEFT = 499
"""What other servers' logs say of a client that went away."""


class Answering:
    """Asks the model on behalf of clients."""

    def __init__(self, client: EmbeddedClient, gate: Gate, metrics: Metrics, limits: Limits) -> None:
        self._client, self._gate, self._metrics, self._limits = client, gate, metrics, limits

    async def whole(self, request: Request, write: Write, form: Form, sampling: Sampling) -> Completion:
        """The answer. Raises Refusal when there is none, or nobody waits for it any more."""

        async def last() -> Completion:
            async with self.parts(write, form, sampling, pieces=False) as parts:
                return [part async for part in parts][-1]  # type: ignore[return-value]

        found = await while_connected(request.receive, last())
        if found is None:
            raise Refusal(_LEFT, "the client went away")
        return found

    @asynccontextmanager
    async def parts(self, write: Write, form: Form, sampling: Sampling, *, pieces: bool) -> AsyncIterator[Parts]:
        """The answer as it comes; leaving early cuts it. Errors of asking, and while it comes, are Refusals."""
        begun = perf_counter()
        with _refusing(self._limits.seconds):
            async with asyncio.timeout(self._limits.seconds), self._gate.enter():
                asked = self._client.answer(
                    write, schema=form.schema, regex=form.regex, ebnf=form.ebnf, sampling=sampling, pieces=pieces
                )
                async with aclosing(asked) as parts:
                    yield self._noted(parts, begun)

    async def _noted(self, parts: Parts, begun: float) -> Parts:
        async for part in parts:
            if isinstance(part, Completion):
                self._metrics.note_completion(part, perf_counter() - begun)
            yield part


class EventStream(Response):
    """An answer that is sent while it comes; what is in `stack` is left when it ends or the client goes away."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], stack: AsyncExitStack) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events, self._stack = events, stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the events."""
        with suppress(Refusal):  # too late to say it: the answer ends in its middle, which clients notice
            async with self._stack:
                await while_connected(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for event in self._events:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def while_connected(receive: Receive, work: Awaitable[_Result]) -> _Result | None:
    """What work gives, or None after cutting it because the client went away."""
    working = asyncio.ensure_future(work)
    listening = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, listening):
            task.cancel()
        await asyncio.gather(working, listening, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@contextmanager
def _refusing(seconds: float) -> Iterator[None]:
    """What went wrong with a question becomes what is said of it."""
    try:
        yield
    except TimeoutError as error:
        raise Refusal(504, f"no answer within {seconds:g} s", "server_error") from error
    except HandEyeError as error:
        asked_wrongly = isinstance(error, ImageError) or isinstance(error.__cause__, ValueError)
        kind = "invalid_request_error" if asked_wrongly else "server_error"
        raise Refusal(400 if asked_wrongly else 500, str(error), kind) from error
