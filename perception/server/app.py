"""The routes of a server for one embedded model.

    GET  /health                      open to all: 200 as soon as the model can answer, 503 while the server ends
    GET  /v1/models, /server_info     what is served
    GET  /metrics                     for Prometheus
    POST /v1/chat/completions         the OpenAI API, streamed or whole
    POST /generate                    token ids in and out, see `native`
    POST /update_weights_from_disk    another checkpoint of the same model

In order, a request must name this server in `Host` where it listens on loopback (a page elsewhere that resolves to
127.0.0.1 names another), hold the key where there is one, be small enough, and find room.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from perception.clients.client import Completion, Piece, Sampling
from perception.clients.embedded import EmbeddedClient, Write
from perception.errors import HandEyeError
from perception.server.answering import Answering, EventStream, Parts
from perception.server.answers import Answer, generated
from perception.server.chat import ChatBody, Question, question_of
from perception.server.limits import Gate, Limits, Refusal, check_key
from perception.server.metrics import CONTENT_TYPE, Metrics
from perception.server.native import Continuation, GenerateBody, continuation_of

_Body = TypeVar("_Body", bound=BaseModel)
_Work = Callable[[Request], Awaitable[Response]]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WeightsBody(BaseModel):
    """The body of `POST /update_weights_from_disk`."""

    model_path: str
    weight_version: str = ""


class ModelServer:
    """One model behind HTTP; `app` is the ASGI application."""

    def __init__(
        self,
        client: EmbeddedClient,
        *,
        name: str,
        sampling: Sampling | None = None,
        key: str = "",
        local: bool = True,
        limits: Limits | None = None,
    ) -> None:
        """name: what clients call the model; sampling: where a request says nothing; key: what requests must carry,
        empty for none; local: it listens on loopback only."""
        self.name, self._client, self._limits = name, client, limits or Limits()
        self._gate = Gate(self._limits)
        self._metrics = Metrics(self._gate)
        self._answering = Answering(client, self._gate, self._metrics, self._limits)
        self._sampling, self._key, self._local = sampling or Sampling(), key, local
        routes: dict[str, tuple[str, _Work]] = {
            "/v1/models": ("GET", self._models),
            "/server_info": ("GET", self._info),
            "/metrics": ("GET", self._counters),
            "/v1/chat/completions": ("POST", self._chat),
            "/generate": ("POST", self._generate),
            "/update_weights_from_disk": ("POST", self._reload),
        }
        guarded = [Route(path, self._guarded(work), methods=[method]) for path, (method, work) in routes.items()]
        self.app = Starlette(routes=[Route("/health", self._health), *guarded])

    async def start(self) -> None:
        """Read the model. Raises ModelError."""
        await self._client.load()

    async def drain(self) -> None:
        """Let nobody in any more, and wait for those who are being answered."""
        await self._gate.close()

    async def close(self) -> None:
        """Cut what is still running and let the model go."""
        await self._client.close()

    def _guarded(self, work: _Work) -> _Work:
        """The work behind the door, with refusals as the API says them."""

        async def answer(request: Request) -> Response:
            try:
                self._check(request)
                response = await work(request)
            except Refusal as refusal:
                response = JSONResponse(refusal.content, refusal.status, refusal.headers)
            self._metrics.note_request(request.url.path, response.status_code)
            return response

        return answer

    def _check(self, request: Request) -> None:
        if self._local and request.url.hostname not in _LOOPBACK:
            raise Refusal(403, "this server listens on loopback only: name 127.0.0.1 in the address")
        check_key(request.headers.get("authorization", ""), self._key)

    async def _health(self, request: Request) -> Response:
        ending = self._gate.closed
        return JSONResponse({"status": "ending" if ending else "ok"}, 503 if ending else 200)

    async def _models(self, request: Request) -> Response:
        served = {"id": self.name, "object": "model", "created": 0, "owned_by": "handeye"}
        served["max_model_len"] = self._client.context
        return JSONResponse({"object": "list", "data": [served]})

    async def _info(self, request: Request) -> Response:
        return JSONResponse({"version": version("handeye"), "model": self._client.name, "engine": "embedded"})

    async def _counters(self, request: Request) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE)

    async def _chat(self, request: Request) -> Response:
        body = await self._read(request, ChatBody)
        question = await asyncio.to_thread(question_of, body, self._sampling, self._limits)
        write = _asking(question)
        drawn = {"logprobs": bool(body.logprobs), "token_ids": body.return_token_ids}
        answer = Answer(self.name, with_tools=bool(question.tools), **drawn)
        if not body.stream:
            completion = await self._answering.whole(request, write, question.form, question.sampling)
            return JSONResponse(answer.whole(completion, self._client.token_text))
        stack = AsyncExitStack()
        try:
            coming = self._answering.parts(write, question.form, question.sampling, pieces=True)
            parts = await stack.enter_async_context(coming)
            first = await anext(parts)  # what can't be asked is refused before anything is sent
        except BaseException as error:
            await stack.__aexit__(type(error), error, error.__traceback__)
            raise
        told = body.stream_options is not None and body.stream_options.include_usage
        return EventStream(self._events(answer, first, parts, with_usage=told), stack)

    async def _events(
        self, answer: Answer, first: Piece | Completion, parts: Parts, *, with_usage: bool
    ) -> AsyncIterator[bytes]:
        """An answer as server-sent events."""
        yield answer.begin()
        part = first
        while not isinstance(part, Completion):
            if said := answer.piece(part):
                yield said
            part = await anext(parts)
        for event in answer.end(part, self._client.token_text, with_usage=with_usage):
            yield event

    async def _generate(self, request: Request) -> Response:
        body = await self._read(request, GenerateBody)
        asked = await asyncio.to_thread(continuation_of, body, self._sampling, self._limits)
        completion = await self._answering.whole(request, _continuing(asked), asked.form, asked.sampling)
        return JSONResponse(generated(completion, body.rid or uuid4().hex))

    async def _reload(self, request: Request) -> Response:
        body = await self._read(request, WeightsBody)
        try:
            await self._client.reload(Path(body.model_path), version=body.weight_version)
        except HandEyeError as error:
            raise Refusal(400, str(error)) from error
        return JSONResponse({"success": True, "message": f"{body.model_path} answers now"})

    async def _read(self, request: Request, kind: type[_Body]) -> _Body:
        """The body as its type. Raises Refusal when it is too large or of another shape."""
        most = self._limits.body_bytes
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise Refusal(413, f"the request is larger than {most} bytes: send less")
        try:
            return kind.model_validate_json(bytes(content))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Refusal(400, f"{where or 'the body'}: {first['msg']}") from error


def _asking(question: Question) -> Write:
    return lambda engine: engine.prompt_of_turns(question.turns, question.frames, tools=question.tools)


def _continuing(asked: Continuation) -> Write:
    return lambda engine: engine.prompt_of_ids(asked.token_ids or engine.tokenizer.encode(asked.text), asked.frames)
