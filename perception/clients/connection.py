"""One server, asked over a pool of connections: what is asked again, how long it may take, what its errors mean."""

import asyncio
import json
import os
import random
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import mktime_tz, parsedate_tz
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from perception.errors import ClientError, ClientRefused, ClientTimeout, ClientUnreachable

KEY_VARIABLE = "HANDEYE_API_KEY"
TRY_AGAIN = frozenset({429, 502, 503, 504})
"""What servers and the gateways before them say when they have no room or are not up yet."""
MAX_WORDS = 300
"""Characters of the server's own words in an error."""
MAX_BYTES = 64 * 2**20
"""Of one answer; no chat completion is as long."""
MAX_CONNECTIONS = 64
_HERE = ("localhost", "127.0.0.1", "::1")
CONNECT_SECONDS = 10.0
"""An address where packets vanish is given up after this, and counts as one try."""


class _Answer(NamedTuple):
    status: int
    body: bytes
    wait: float
    """Seconds that the server asks to wait before the next question; 0 where it says nothing."""


class _Silence(Exception):
    """No answer was begun."""


class Connection:
    """Asks one server.

    **What is asked again.** A question changes nothing on the server, so while no answer to it has begun it is safe to
    ask once more: when the connection was refused or broke before the first line of an answer, or the server said that
    it has no room (`TRY_AGAIN`). An answer that has begun is never asked for twice, whether it breaks off, is no HTTP,
    or says no: it may have cost a whole completion. The pause before the second try is doubled with each further one
    and drawn at random from its upper half, so that clients that were turned away together do not come back together;
    `Retry-After` makes it longer. A pause that would pass the deadline is not begun: the question ends there.
    """

    def __init__(self, url: str, *, api_key: str = "", num_tries: int = 4, pause: float = 0.5) -> None:
        """url: with or without `/v1`; api_key: else the variable HANDEYE_API_KEY; num_tries, pause: how often a
        question is asked, and about how many seconds before the second time. Raises ClientError for no address."""
        self.base = _base(url)
        """Where the OpenAI API is."""
        self.root = self.base.removesuffix("/v1")
        """Where the server's own API is."""
        self._key = api_key or os.environ.get(KEY_VARIABLE, "")
        self._num_tries = num_tries
        self._pause = pause
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),  # the deadline holds for everything else
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
            trust_env=urlsplit(self.base).hostname not in _HERE,  # no proxy leads to this machine
        )

    async def close(self) -> None:
        """Closes the connections; may be called twice."""
        await self._http.aclose()

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[float]:
        """One deadline over all that is asked inside; gives it in the loop's time. Raises ClientTimeout."""
        try:
            async with asyncio.timeout(seconds) as limit:
                yield limit.when() or 0.0
        except TimeoutError as error:
            raise ClientTimeout(
                f"{self.base} did not answer within {seconds:g} s: wait for it, or raise model.timeout_seconds."
            ) from error

    async def ask_object(
        self, method: str, address: str, payload: dict[str, Any] | None = None, *, deadline: float
    ) -> dict[str, Any]:
        """The JSON object that an address answers with; errors as in `ask`."""
        body = await self.ask(method, address, payload, deadline=deadline)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ClientError(f"{self.base} answered with something that is not JSON: {self._words(body)}") from error
        if not isinstance(answer, dict):
            raise ClientError(f"{self.base} answered with something that is not a JSON object: {self._words(body)}")
        return answer

    async def ask(self, method: str, address: str, payload: dict[str, Any] | None = None, *, deadline: float) -> bytes:
        """The body of a good answer, asked for as the class says.

        Raises ClientUnreachable when there is none after the last try, ClientRefused for a status of 400 or more,
        ClientTimeout when the next try would come too late, ClientError for an answer that broke off or is no HTTP.
        Cancelled, it closes its connection, by which the server knows that nobody waits any more.
        """
        # Pictures make requests of megabytes, which would hold up everybody else while they are written.
        content = None if payload is None else await asyncio.to_thread(lambda: json.dumps(payload).encode())
        problem = ""
        for attempt in range(self._num_tries):
            wait = 0.0
            try:
                answer = await self._once(method, address, content)
                if answer.status not in TRY_AGAIN:
                    return self._good(answer)
                problem, wait = f"{answer.status} {self._words(answer.body)}", answer.wait
            except _Silence as silence:
                problem = str(silence)
            if attempt + 1 < self._num_tries:
                await self._rest(max(wait, self._pause * 2**attempt * random.uniform(0.5, 1.0)), deadline, problem)
        times = f"asked {self._num_tries} times" if self._num_tries > 1 else "asked once"
        raise ClientUnreachable(f"{self.base} can't be reached ({problem}), {times}: is the server running there?")

    async def _once(self, method: str, address: str, content: bytes | None) -> _Answer:
        begun = False
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            async with self._http.stream(method, address, content=content, headers=headers) as response:
                begun = True
                return _Answer(response.status_code, await self._body(response), _asked_wait(response.headers))
        except httpx.RequestError as error:
            problem = str(error) or type(error).__name__
            if begun:
                raise ClientError(f"{self.base} broke off in its answer: {problem}.") from error
            # httpx has one error for an end without a word and for words that are no HTTP.
            if isinstance(error, httpx.RemoteProtocolError) and "without sending" not in problem:
                raise ClientError(f"{self.base} answered with something that is not HTTP: {problem}.") from error
            raise _Silence(problem) from error
        except httpx.InvalidURL as error:
            raise ClientError(f"{self.base} is not an address: {error}.") from error

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ClientError(f"{self.base} answered with more than {MAX_BYTES >> 20} MiB: that is no reply.")
        return bytes(body)

    async def _rest(self, seconds: float, deadline: float, problem: str) -> None:
        left = deadline - asyncio.get_running_loop().time()
        if seconds >= left:
            raise ClientTimeout(
                f"{self.base} has no answer yet ({problem}) and is to be asked again in {seconds:.1f} s, which is "
                f"later than the {max(left, 0):.1f} s that are left: wait for it, or raise model.timeout_seconds."
            )
        await asyncio.sleep(seconds)

    def _good(self, answer: _Answer) -> bytes:
        if answer.status < 300:
            return answer.body
        words = self._words(answer.body)
        hints = {401: f" Is {KEY_VARIABLE} right?", 404: " Is this the address of an OpenAI-compatible API?"}
        hints |= {403: hints[401], 405: hints[404]}
        message = f"{self.base} answered {answer.status}: {words}{hints.get(answer.status, '')}"
        raise ClientRefused(message, status=answer.status, words=words)

    def _words(self, body: bytes) -> str:
        """The server's explanation in one line, without our key."""
        text = body[: MAX_WORDS * 20].decode("utf-8", "replace")
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = "(a web page)." if text.lstrip().startswith("<") else text
        if isinstance(content, dict):
            inner = content.get("error", content)
            content = inner.get("message", inner) if isinstance(inner, dict) else inner
        line = " ".join(str(content).split())
        if self._key:
            line = line.replace(self._key, "***")
        return (line if len(line) <= MAX_WORDS else line[:MAX_WORDS] + "…") or "(no words)"


def _base(url: str) -> str:
    """The address that paths are put behind. Raises ClientError for what is no http address."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # such as a port of six digits
        raise ClientError(f"{url} is not an address of a server ({error}): write it as http://HOST:PORT.") from error
    if not good:
        raise ClientError(f"{url} is not an address of a server: write it as http://HOST:PORT.")
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def _asked_wait(headers: httpx.Headers) -> float:
    """Seconds of `Retry-After`, which is a number or a date (RFC 9110, section 10.2.3); 0 for neither."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        date = parsedate_tz(value)
        return max(0.0, mktime_tz(date) - time.time()) if date else 0.0
    except (ValueError, OverflowError):
        return 0.0
