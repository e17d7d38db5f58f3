"""A small server of the OpenAI API on loopback, for tests: it answers as it is told and keeps what it was sent."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple, Self


class Answer(NamedTuple):
    """What the server says to one request."""

    body: Any = None
    """Sent as JSON, or as it is when it is bytes."""
    status: int = 200
    missing: int = 0
    """Bytes that are announced and never sent."""
    hang_up: bool = False
    """Close the connection without a word."""
    before: Callable[[], Any] | None = None
    """Called first, such as a wait."""
    headers: Mapping[str, str] = {}


def chat(text: str | None, *, reason: str = "stop", choice: Mapping[str, Any] = {}, **message: Any) -> dict[str, Any]:
    """A chat completion; choice: what its choice holds besides or instead."""
    return {
        "choices": [
            {
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": reason,
                "logprobs": {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -0.25}]},
                **choice,
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 64}},
    }


def models(*names: str, owner: str = "someone") -> dict[str, Any]:
    """What `/v1/models` says."""
    return {"object": "list", "data": [{"id": name, "owned_by": owner} for name in names]}


class ChatServer:
    """Serves on a free port of loopback until it is closed; the last answer is repeated."""

    def __init__(self, *answers: Answer | dict[str, Any], pages: Mapping[str, Any] | None = None) -> None:
        """pages: what GET gives, as JSON by path, besides a list of one model."""
        self.answers = [answer if isinstance(answer, Answer) else Answer(answer) for answer in answers]
        self.pages: dict[str, Any] = {"/v1/models": models("listed-model"), **(pages or {})}
        self.requests: list[dict[str, Any]] = []
        """The JSON of each chat request."""
        self.headers: list[dict[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def texts(self, texts: Iterable[str]) -> None:
        """From now on answers with these replies."""
        self.answers = [Answer(chat(text)) for text in texts]

    def next_answer(self) -> Answer:
        """The answer to the request that has just come."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def page(self, path: str) -> Answer:
        """What GET gives."""
        page = self.pages.get(path, Answer({"detail": "Not Found"}, status=404))
        return page if isinstance(page, Answer) else Answer(page)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _say(self, server.page(self.path))

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                server.requests.append({"path": self.path, **json.loads(self.rfile.read(length))})
                server.headers.append(dict(self.headers))
                _say(self, server.next_answer())

            def log_message(self, format: str, *args: Any) -> None:
                """Tests read results, not logs."""

        return Handler


def _say(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    if answer.before is not None:
        answer.before()
    if answer.hang_up:
        handler.close_connection = True
        return
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    handler.send_response(answer.status)
    headers = {"Content-Length": str(len(body) + answer.missing), "Content-Type": "application/json"}
    for name, value in {**headers, "Connection": "close", **answer.headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    with suppress(BrokenPipeError, ConnectionResetError):  # a client that has stopped waiting
        handler.wfile.write(body)
    handler.close_connection = True
