"""A server that counts what it is sent, in a process of its own that outlives the runs that send.

python -m tests.walk.counting      prints its port; POST /NAME counts one, GET /NAME gives the bodies as a JSON list
"""

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.request import Request, urlopen


class CountingServer:
    """The server's process; a context."""

    def __enter__(self) -> Self:
        root = Path(__file__).resolve().parents[2]
        command = [sys.executable, "-m", "tests.walk.counting"]
        self._process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()


def send(url: str, name: str, body: str) -> None:
    """Submit."""
    with urlopen(Request(f"{url}/{name}", data=body.encode(), method="POST"), timeout=60) as answer:
        answer.read()


def received(url: str, name: str) -> list[str]:
    """Everything that was submitted under that name."""
    with urlopen(f"{url}/{name}", timeout=60) as answer:
        return json.load(answer)


class _Handler(BaseHTTPRequestHandler):
    bodies: dict[str, list[str]] = {}  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.bodies.setdefault(self.path, []).append(body)
        self._answer(b"thank you")

    def do_GET(self) -> None:
        page = self.page if self.path.startswith("/page/") else None
        if page is not None:
            return self._answer(page(self.path.removeprefix("/page")).encode(), "text/html; charset=utf-8")
        return self._answer(json.dumps(self.bodies.get(self.path, [])).encode())

    @staticmethod
    def page(path: str) -> str:
        """A form that is sent to a path."""
        return (
            "<!doctype html><title>Letter</title><style>body { font: 14px sans-serif; margin: 12px }</style>"
            f'<form method="post" action="{path}"><label>Name <input id="name" name="name" autocomplete="off"></label>'
            '<p><button id="save">Save</button></form>'
        )

    def _answer(self, body: bytes, kind: str = "text/plain") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
