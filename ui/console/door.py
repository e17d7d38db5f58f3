"""The door of the console: nothing behind it is reached without the cookie that the one-time link gives once.

It stands in front of everything that the server answers, also of what Gradio leaves open by itself (its start-up
hook, its API and file routes, the host's schema). In order, a request must

1. name this server in `Host` (a page elsewhere that resolves to 127.0.0.1 names another),
2. come from this page or from nowhere, by `Origin` and `Sec-Fetch-Site`,
3. carry the cookie, or be the first to use the link.

Refusals say nothing about what is behind. WebSockets are not used and are refused.
"""

import secrets
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENTRY = "/enter"
_KEY_BYTES = 32
_SAFE_METHODS = ("GET", "HEAD")
_CLOSED = ("/gradio_api/upload", "/gradio_api/file", "/gradio_api/proxy", "/gradio_api/dev", "/gradio_api/vibe")
"""Gradio's routes for files, proxies and its developer tools: the console has no use for them."""

# Gradio builds its page with inline scripts and styles and compiles its HTML templates, hence the unsafe-* words. What
# holds is that nothing comes from, or goes to, any other server.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), display-capture=()",
}

# The browser goes on by itself from a page of ours: after a redirect the request would still count as coming from
# whatever page the link was clicked on, and a strict cookie would not be sent.
_ENTERED = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>HandEye</title>
<meta http-equiv="refresh" content="0; url=/"></head><body><p><a href="/">Go on to the console</a></p></body></html>"""


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._port = port
        self._key: str | None = secrets.token_urlsafe(_KEY_BYTES)
        self._pass = secrets.token_urlsafe(_KEY_BYTES)
        self._cookie = f"handeye_{port}"

    @property
    def link(self) -> str:
        """The one-time link. Raises ValueError when it was used."""
        if self._key is None:
            raise ValueError("the link was used")
        return f"http://127.0.0.1:{self._port}{ENTRY}?key={self._key}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008, "reason": "not used"})
            return
        with_headers = _adding_headers(send)
        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, with_headers)

    def _answer(self, scope: Scope) -> Response | None:
        """What the door itself answers; None lets the request through."""
        headers, path = Headers(scope=scope), scope["path"]
        if headers.get("host", "") not in self._hosts:
            return _refuse("this server answers to 127.0.0.1 and localhost alone")
        if not self._is_from_here(headers, scope["method"]):
            return _refuse("another page asked")
        if path == ENTRY and scope["method"] == "GET":
            return self._enter(scope)
        if not self._has_pass(headers):
            return _refuse("use the link that `handeye console` printed")
        if path.startswith(_CLOSED):
            return _refuse("the console does not use this")
        return None

    def _is_from_here(self, headers: Headers, method: str) -> bool:
        """Whether a request was made by our page, or by a person in the address bar."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        own = f"http://{headers['host']}"
        if origin is not None and origin != own:
            return False
        if method not in _SAFE_METHODS:
            return origin == own
        entering_from_elsewhere = site == "cross-site" and headers.get("sec-fetch-mode") == "navigate"
        return site in (None, "none", "same-origin") or entering_from_elsewhere

    def _has_pass(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookies.get(self._cookie)
        return given is not None and compare_digest(given.value.encode(), self._pass.encode())

    def _enter(self, scope: Scope) -> Response:
        """Trade the link's key for the cookie, once."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        if self._key is None or not compare_digest(given.encode(), self._key.encode()):
            return _refuse("this link was used or is wrong; start `handeye console` again for a new one")
        self._key = None
        response = HTMLResponse(_ENTERED)
        response.set_cookie(self._cookie, self._pass, httponly=True, samesite="strict", path="/")
        return response


def _refuse(reason: str) -> Response:
    return PlainTextResponse(f"403: {reason}\n", status_code=403)


def _adding_headers(send: Send) -> Send:
    """Put the security headers on every answer; an answer that has a policy of its own keeps it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
            headers.setdefault("X-Frame-Options", "DENY")
            headers.setdefault("Cache-Control", "no-store")
            if "access-control-allow-origin" in headers:
                del headers["access-control-allow-origin"]
        await send(message)

    return sending
