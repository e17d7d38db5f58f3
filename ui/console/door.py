"""The door of the console: nothing behind it is reached without the cookie that a one-time link gives once.

It stands in front of everything that the server answers, also of what Gradio leaves open by itself (its start-up
hook, its API and file routes, the host's schema). In order, a request must

1. name this server in `Host` (a page elsewhere that resolves to 127.0.0.1 names another),
2. come from this page or from nowhere, by `Origin` and `Sec-Fetch-Site`,
3. carry the cookie, or be the first to use a link (`keys`: wrong ones are counted, and too many lock it for a while),
4. where it tells the page's listeners something, name no file (`parcels`).

Refusals say nothing about what is behind. WebSockets are not used and are refused.
"""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.console.keys import LOCKED_SECONDS, Keys, Locked
from ui.console.parcels import LISTENERS, given_again, names_file, whole_body

ENTRY = "/enter"
BROWSER = "handeye_browser"
"""Under which name in a request's scope the browser's stands, for what is behind the door."""
_SAFE_METHODS = ("GET", "HEAD")
_CLOSED = (
    *("/gradio_api/upload", "/gradio_api/file", "/gradio_api/proxy", "/gradio_api/dev", "/gradio_api/vibe"),
    *("/gradio_api/undo-vibe", "/gradio_api/stream", "/gradio_api/process_recording", "/gradio_api/custom_component"),
    *("/gradio_api/deep_link", "/gradio_api/run-history", "/gradio_api/runs", "/monitoring", "/login", "/logout"),
    *("/gradio_api/call", "/gradio_api/api/", "/gradio_api/component_server"),
)
"""Gradio's routes for files, proxies, programs that call it, its developer tools and its own accounts: the console has
no use for them."""

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

    def __init__(self, app: ASGIApp, *, port: int, keys: Keys | None = None) -> None:
        self.app = app
        """What is behind it."""
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._port = port
        self._keys = keys or Keys()
        self._cookie = f"handeye_{port}"

    @property
    def link(self) -> str:
        """The first one-time link. Raises ValueError when it was used."""
        return link_to(self._port, self._keys.first)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008, "reason": "not used"})
            return
        with_headers = _adding_headers(send)
        answer = self._answer(scope)
        if answer is None and scope["path"].startswith(LISTENERS):
            body = await whole_body(receive)
            if body is None or names_file(body):
                answer = _refuse("the console's page does not send this")
            else:
                receive = given_again(body, receive)
        await (answer or self.app)(scope, receive, with_headers)

    def _answer(self, scope: Scope) -> Response | None:
        """What the door itself answers; None lets the request through."""
        headers, path = Headers(scope=scope), scope["path"]
        if headers.get("host", "") not in self._hosts:
            return _refuse("this server answers to 127.0.0.1 and localhost alone")
        if not self._is_from_here(headers, scope["method"]):
            return _refuse("another page asked")
        if path == ENTRY and scope["method"] == "GET":
            return self._enter(scope)
        browser = self._browser(headers)
        if browser is None:
            return _refuse("use the link that `handeye console` printed")
        scope[BROWSER] = browser
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
            return origin == own and site in (None, "same-origin")
        entering_from_elsewhere = site == "cross-site" and headers.get("sec-fetch-mode") == "navigate"
        return site in (None, "none", "same-origin") or entering_from_elsewhere

    def _browser(self, headers: Headers) -> str | None:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return None
        given = cookies.get(self._cookie)
        return None if given is None else self._keys.browser(given.value)

    def _enter(self, scope: Scope) -> Response:
        """Trade a link's key for the cookie, once."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        try:
            admitted = self._keys.enter(given)
        except Locked:
            wait = str(int(LOCKED_SECONDS))
            text = f"429: too many wrong links came; wait {wait} seconds, then use the right one\n"
            return PlainTextResponse(text, status_code=429, headers={"Retry-After": wait})
        if admitted is None:
            return _refuse("this link was used or is wrong; start `handeye console` again for a new one")
        response = HTMLResponse(_ENTERED)
        response.set_cookie(self._cookie, admitted, httponly=True, samesite="strict", path="/")
        return response


def link_to(port: int, key: str) -> str:
    """The link that lets one browser in."""
    return f"http://127.0.0.1:{port}{ENTRY}?key={key}"


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
