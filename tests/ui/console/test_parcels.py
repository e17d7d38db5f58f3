"""What listeners are told is read before Gradio reads it, and is theirs whole where it names no file."""

import json
from collections.abc import Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from ui.console.door import Door
from ui.console.parcels import MOST_BYTES, names_file, whole_body

PORT = 7860
BASE = f"http://127.0.0.1:{PORT}"
FILE = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("value", [FILE, [FILE], {"data": ["", {"a": [[FILE]]}]}, {"_type": None}])
def test_a_file_is_found_wherever_it_is(value: object) -> None:
    assert names_file(json.dumps(value).encode())
    assert names_file(json.dumps(value).replace("_type", "\\u005ftype").encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_can_not_be_read_does_not_come_through(body: bytes) -> None:
    assert names_file(body)


@pytest.mark.parametrize("value", [{"data": ["path", "_type", 3, None]}, {"path": "/etc/passwd"}, [], "x"])
def test_the_rest_comes_through(value: object) -> None:
    assert not names_file(json.dumps(value).encode())


async def _body(messages: Sequence[Message]) -> bytes | None:
    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0)

    return await whole_body(receive)


async def test_a_body_comes_in_parts_and_not_without_end() -> None:
    part: Message = {"type": "http.request", "body": b"x", "more_body": True}
    large: Message = {"type": "http.request", "body": b"x" * MOST_BYTES, "more_body": True}
    end: Message = {"type": "http.request", "body": b"y"}
    assert await _body([part, part, end]) == b"xxy"
    assert await _body([part, large]) is None
    assert await _body([part, {"type": "http.disconnect"}]) is None


async def test_the_door_gives_a_body_on_as_it_came() -> None:
    async def echo(request: Request) -> PlainTextResponse:
        return PlainTextResponse(await request.body())

    door = Door(Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])]), port=PORT)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE) as client:
        assert (await client.get(door.link)).status_code == 200
        headers = {"origin": BASE}
        told = await client.post("/gradio_api/run/begin", json={"data": ["hello"]}, headers=headers)
        assert (told.status_code, told.json()) == (200, {"data": ["hello"]})
        told = await client.post("/gradio_api/queue/join", json={"data": [FILE]}, headers=headers)
        assert told.status_code == 403
        assert "/etc/passwd" not in told.text
