"""A model behind the OpenAI API: SGLang, vLLM, llama.cpp, or a hosted one.

Images travel as PNG in data URLs; a JSON Schema goes along as `response_format`, so that the server constrains the
reply as our own engine does. Only questions that got no answer are asked again. What the API does not give (token ids,
forced tokens, most timings) stays empty. SGLang is a server of its own: nothing of it is imported here.
"""

import asyncio
import base64
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from perception.clients.client import Completion, FinishReason, ImagePart, Message, Sampling, Timings, Usage
from perception.errors import ClientError, ClientTimeout
from perception.observation import Frame

KEY_VARIABLE = "HANDEYE_API_KEY"
TRY_AGAIN = frozenset({429, 502, 503, 504})
MAX_WORDS = 300
"""Characters of the server's own words in an error."""


def unbounded(schema: Any) -> Any:
    """The schema without limits on the length of strings; the number of tokens is the limit instead.

    xgrammar, which SGLang and vLLM use by default, knows no escapes in a string of limited length (0.2.8): a reply
    could not hold a quotation mark or a new line.
    """
    if isinstance(schema, list):
        return [unbounded(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = ("minLength", "maxLength") if schema.get("type") == "string" else ()
    return {name: unbounded(part) for name, part in schema.items() if name not in bounds}


class OpenAIClient:
    """Answers with a model that a server runs."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        api_key: str = "",
        sampling: Sampling | None = None,
        constrained: bool = True,
        num_tries: int = 4,
        pause: float = 0.5,
    ) -> None:
        """url: the server's address, with or without `/v1`; model: what the server calls it, empty for the first that
        it lists; api_key: else the variable HANDEYE_API_KEY; constrained: send the JSON Schema; num_tries, pause: how
        often a question is asked while the server can't be reached, and seconds before the second time (then doubled).
        """
        self._base = _base(url)
        self._model = model
        self._sampling = sampling or Sampling(max_tokens=1024)
        self._constrained = constrained
        self._num_tries = num_tries
        self._pause = pause
        self._wants_logprobs = True
        key = api_key or os.environ.get(KEY_VARIABLE, "")
        self._key = key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(headers=headers, timeout=None)

    @property
    def name(self) -> str:
        """What the server calls the model; its address before the first answer, where no name was given."""
        return self._model or self._base

    async def load(self) -> None:
        """Ask the server for its model where none was named, so that a wrong address shows before a run begins.

        Raises ClientError when the server can't be reached or lists no model.
        """
        if not self._model:
            async with self._in_time(self._sampling.max_seconds):
                self._model = await self._first_model()

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> Completion:
        """Answer the messages; see `ModelClient`.

        Raises ClientTimeout after `sampling.max_seconds`, tries included, and ClientError when the server can't be
        reached, refuses the question, or answers with something else than a chat completion.
        """
        chosen = sampling or self._sampling
        begun = perf_counter()
        async with self._in_time(chosen.max_seconds):
            payload = await self._payload(messages, schema if self._constrained else None, chosen)
            answer = await self._ask(payload)
        return _completion(answer, self.name, (perf_counter() - begun) * 1e3)

    async def close(self) -> None:
        """Closes the connections; may be called twice."""
        await self._http.aclose()

    @asynccontextmanager
    async def _in_time(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise ClientTimeout(
                f"{self._base} did not answer within {seconds:g} s: wait for it, or raise model.timeout_seconds."
            ) from error

    async def _payload(
        self, messages: list[Message], schema: dict[str, Any] | None, sampling: Sampling
    ) -> dict[str, Any]:
        await self.load()
        payload: dict[str, Any] = {
            "model": self._model,
            "messages": await asyncio.to_thread(lambda: [_turn(message) for message in messages]),
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
        }
        # Some servers refuse fields that they do not know, so those that say nothing are left out.
        optional = {"presence_penalty": sampling.presence_penalty, "top_k": sampling.top_k, "seed": sampling.seed}
        payload |= {name: value for name, value in optional.items() if value}
        if schema is not None:
            form = {"name": "reply", "strict": True, "schema": unbounded(schema)}
            payload["response_format"] = {"type": "json_schema", "json_schema": form}
        return payload

    async def _first_model(self) -> str:
        listed = await self._send("GET", "models", None)
        try:
            return str(listed["data"][0]["id"])
        except (KeyError, IndexError, TypeError) as error:
            raise ClientError(f"{self._base} lists no model: name one, as in {self._base}#NAME.") from error

    async def _ask(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The chat completion, with log-probabilities where the server has them."""
        if self._wants_logprobs:
            try:
                return await self._send("POST", "chat/completions", payload | {"logprobs": True})
            except _Refused as refusal:
                if "logprob" not in refusal.words.lower():
                    raise
                self._wants_logprobs = False
        return await self._send("POST", "chat/completions", payload)

    async def _send(self, method: str, path: str, payload: dict[str, Any] | None) -> dict[str, Any]:
        """The JSON object that the server answers with; asks again while there is no answer."""
        problem = ""
        for attempt in range(self._num_tries):
            if attempt:
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            try:
                response = await self._http.request(method, f"{self._base}/{path}", json=payload)
            except httpx.TransportError as error:
                problem = str(error) or type(error).__name__
                continue
            except httpx.InvalidURL as error:
                raise ClientError(f"{self._base} is not an address: {error}.") from error
            if response.status_code not in TRY_AGAIN:
                return self._read(response, payload or {})
            problem = f"{response.status_code} {self._words(response)}"
        raise ClientError(
            f"{self._base} can't be reached ({problem}), asked {self._num_tries} times: is the server running there?"
        )

    def _read(self, response: httpx.Response, payload: dict[str, Any]) -> dict[str, Any]:
        words = self._words(response)
        if response.status_code in (400, 422) and "response_format" in payload and _is_about_schema(words):
            raise _Refused(
                f"{self._base} refused the JSON Schema of the reply: {words} If the server can't constrain replies, "
                "set model.constrained = false (HANDEYE_MODEL__CONSTRAINED=false).",
                words,
            )
        if response.is_error:
            hint = f" Is {KEY_VARIABLE} right?" if response.status_code in (401, 403) else ""
            hint = " Is this the address of an OpenAI-compatible API?" if response.status_code in (404, 405) else hint
            raise _Refused(f"{self._base} answered {response.status_code}: {words}{hint}", words)
        try:
            answer = response.json()
        except ValueError as error:
            raise ClientError(f"{self._base} answered with something that is not JSON: {words}") from error
        if not isinstance(answer, dict):
            raise ClientError(f"{self._base} answered with something that is not a JSON object: {words}")
        return answer

    def _words(self, response: httpx.Response) -> str:
        """The server's explanation in one line, without our key."""
        try:
            content = response.json()
        except ValueError:
            content = "(a web page)." if response.text.lstrip().startswith("<") else response.text
        if isinstance(content, dict):
            inner = content.get("error", content)
            content = inner.get("message", inner) if isinstance(inner, dict) else inner
        line = " ".join(str(content).split())
        if self._key:
            line = line.replace(self._key, "***")
        return (line if len(line) <= MAX_WORDS else line[:MAX_WORDS] + "…") or "(no words)"


class _Refused(ClientError):
    """The server said no; `words` is what it said."""

    def __init__(self, message: str, words: str) -> None:
        super().__init__(message)
        self.words = words


def png_url(frame: Frame) -> str:
    """The frame as a data URL."""
    buffer = io.BytesIO()
    Image.fromarray(frame.pixels).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _base(url: str) -> str:
    """The address that paths are put behind. Raises ClientError for what is no http address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ClientError(f"{url} is not an address of a server: write it as http://HOST:PORT.")
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def _turn(message: Message) -> dict[str, Any]:
    if all(part.type == "text" for part in message.parts):
        return {"role": message.role, "content": "".join(p.text for p in message.parts if p.type == "text")}
    content = [
        {"type": "image_url", "image_url": {"url": png_url(part.frame)}}
        if isinstance(part, ImagePart)
        else {"type": "text", "text": part.text}
        for part in message.parts
    ]
    return {"role": message.role, "content": content}


def _is_about_schema(words: str) -> bool:
    return any(name in words.lower() for name in ("schema", "response_format", "grammar", "guided", "structured"))


def _completion(answer: dict[str, Any], model: str, total_ms: float) -> Completion:
    """The first choice of a chat completion. Raises ClientError when it is none."""
    try:
        choice = answer["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        text = message.get("content")
        refusal = message.get("refusal")
        usage = _usage(answer.get("usage") or {})
        logprobs = tuple(float(item["logprob"]) for item in ((choice.get("logprobs") or {}).get("content") or ()))
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ClientError(
            f"{model} answered with something that is not a chat completion: {str(answer)[:MAX_WORDS]}"
        ) from error
    if not isinstance(text, str) and not refusal:
        raise ClientError(f"{model} answered without a text (finish_reason {reason}).")
    finish: FinishReason = "stop" if reason != "length" else "length"
    if refusal or reason == "content_filter":
        finish = "refused"
    return Completion(
        text=text if isinstance(text, str) else str(refusal),
        finish=finish,
        logprobs=logprobs,
        usage=usage,
        timings=Timings(total_ms=total_ms),
        model=model,
    )


def _usage(usage: dict[str, Any]) -> Usage:
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=int(usage.get("prompt_tokens") or 0),
        cached_tokens=int(details.get("cached_tokens") or 0),
        completion_tokens=int(usage.get("completion_tokens") or 0),
    )
