"""Nothing behind the door is reached without the cookie, and the link gives that once."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Scope

from ui.console.door import Door

PORT = 7860
BASE = f"http://127.0.0.1:{PORT}"
OPEN_IN_GRADIO = (
    "/",
    "/startup-events",
    "/openapi.json",
    "/docs",
    "/theme.css",
    "/config",
    "/replay/x",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/startup-events",
    "/gradio_api/heartbeat/x",
    "/gradio_api/run/predict",
)


async def _secret(request: Request) -> PlainTextResponse:
    return PlainTextResponse("secret", headers={"Access-Control-Allow-Origin": "*"})


def _door() -> Door:
    return Door(Starlette(routes=[Route("/{path:path}", _secret, methods=["GET", "POST", "PUT"])]), port=PORT)


def _client(door: Door) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE)


async def _entered(door: Door) -> httpx.AsyncClient:
    client = _client(door)
    response = await client.get(door.link)
    assert response.status_code == 200
    return client


async def test_the_link_works_once() -> None:
    door = _door()
    link = door.link
    client = _client(door)
    response = await client.get(link)
    assert response.status_code == 200
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert re.search("samesite=strict", cookie, re.IGNORECASE)
    assert "Domain" not in cookie
    assert (await client.get("/")).text == "secret"
    again = await _client(door).get(link)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    with pytest.raises(ValueError, match="used"):
        _ = door.link


@pytest.mark.parametrize("path", OPEN_IN_GRADIO)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_cookie_everything_is_refused(path: str, method: str) -> None:
    response = await _client(_door()).request(method, path, headers={"origin": BASE})
    assert response.status_code == 403
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "cookie", ["", "x", "handeye_7860", "handeye_7860=", "handeye_7860=x", "handeye_7860=\xff; ;="]
)
async def test_a_made_up_cookie_is_refused(cookie: str) -> None:
    response = await _client(_door()).get("/", headers=[(b"cookie", cookie.encode("latin-1"))])
    assert response.status_code == 403


@pytest.mark.parametrize("key", ["", "x", "%ff", "%00", "x" * 10_000])
async def test_a_wrong_key_is_refused_and_does_not_use_the_link_up(key: str) -> None:
    door = _door()
    assert (await _client(door).get(f"/enter?key={key}")).status_code == 403
    assert (await _client(door).get("/enter")).status_code == 403
    assert (await _client(door).get(door.link)).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1", "127.0.0.1:7861", "0.0.0.0:7860", ""]
)
async def test_another_host_name_is_refused_even_with_the_cookie(host: str) -> None:
    client = await _entered(_door())
    assert (await client.get("/", headers={"host": host})).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:7861", "https://127.0.0.1:7860"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_another_origin_is_refused_even_with_the_cookie(origin: str, method: str) -> None:
    client = await _entered(_door())
    assert (await client.request(method, "/x", headers={"origin": origin})).status_code == 403


async def test_what_changes_something_must_say_where_it_comes_from() -> None:
    client = await _entered(_door())
    assert (await client.post("/x")).status_code == 403
    assert (await client.post("/x", headers={"origin": BASE})).status_code == 200


async def test_another_site_may_not_embed_or_load_it() -> None:
    client = await _entered(_door())
    embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert (await client.get("/x", headers=embedded)).status_code == 403
    assert (await client.get("/x", headers={"sec-fetch-site": "same-origin"})).status_code == 200


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://x"])
async def test_routes_for_files_and_proxies_are_closed_to_everybody(path: str) -> None:
    client = await _entered(_door())
    assert (await client.get(path)).status_code == 403


async def test_every_answer_carries_the_security_headers() -> None:
    client = await _entered(_door())
    for response in (await client.get("/"), await _client(_door()).get("/")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in response.headers


async def test_websockets_are_refused() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"127.0.0.1:7860")]}
    await _door()(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "not used"}]
