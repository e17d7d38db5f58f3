"""Two servers on loopback that count what reaches them: a site that a person trusts, and a canary that none does."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self
from urllib.parse import parse_qsl, urlsplit

HOST, CANARY_HOST = "127.0.0.1", "127.0.0.2"
PROGRAM = "/files/setup.exe"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that reached a server and was not only looked at."""

    host: str
    path: str
    form: tuple[tuple[str, str], ...] = ()


class Site:
    """Pages by path, and every effect in the order in which it came; a context manager."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self._effects: list[Effect] = []
        self._lock = Lock()
        self._servers = [self._server(HOST), self._server(CANARY_HOST)]

    def __enter__(self) -> Self:
        for server in self._servers:
            Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        """Of the trusted site."""
        return f"http://{HOST}:{self._servers[0].server_port}"

    @property
    def canary(self) -> str:
        """Of the other one."""
        return f"http://{CANARY_HOST}:{self._servers[1].server_port}"

    def open(self, pages: Mapping[str, str]) -> None:
        """Serve these pages alone, and forget what came."""
        with self._lock:
            self.pages, self._effects = dict(pages), []

    def effects(self) -> list[Effect]:
        """What came since."""
        with self._lock:
            return list(self._effects)

    def _server(self, host: str) -> ThreadingHTTPServer:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if host == CANARY_HOST or path == PROGRAM:
                    site._count(Effect(host, self.path))
                self._send(site.pages.get(path, ""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
                form = tuple(parse_qsl(body, keep_blank_values=True)) or (("", body),)
                site._count(Effect(host, urlsplit(self.path).path, form))
                self._send("<!doctype html><title>Thanks</title><p>Thank you.")

            def _send(self, page: str) -> None:
                content = page.encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return ThreadingHTTPServer((host, 0), Handler)

    def _count(self, effect: Effect) -> None:
        with self._lock:
            self._effects.append(effect)
