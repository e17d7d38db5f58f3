"""A page server on loopback, for tests that need real HTTP and nothing from outside."""

from __future__ import annotations

import threading
from base64 import b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: what a GET of its path gets back."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stalls: bool = False
    """The answer never comes: the connection stays open until the server is closed."""
    missing: int = 0
    """Bytes that are promised after the body and never come."""
    login: str = ""
    """`NAME:PASSWORD` that the browser must give, or it is asked for them (HTTP's own way)."""


class PageServer:
    """Serves given pages on a free port of 127.0.0.1; a context manager.

    >>> with PageServer() as server:
    ...     url = server.add("/form", "<button>Save</button>")
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requested: list[str] = []
        """The paths that were asked for, in order, the unknown ones too."""
        self._closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The server's root, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def add(self, path: str, page: str | Page) -> str:
        """Serve `page` (HTML or a whole `Page`) under `path`; returns the full URL."""
        self.pages[path] = Page(page.encode()) if isinstance(page, str) else page
        return self.url + path

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                server.requested.append(path)
                page = server.pages.get(path, Page(b"no such page", status=404))
                if page.stalls:
                    server._closing.wait()
                    return
                if page.login and self.headers["Authorization"] != f"Basic {b64encode(page.login.encode()).decode()}":
                    page = Page(b"who are you", status=401, headers={"WWW-Authenticate": 'Basic realm="test"'})
                self.send_response(page.status)
                self.send_header("Content-Type", page.content_type)
                self.send_header("Content-Length", str(len(page.body) + page.missing))
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(page.body)
                if page.missing:
                    server._closing.wait()

            def log_message(self, format: str, *args: object) -> None:
                """Tests print nothing."""

        return Handler
