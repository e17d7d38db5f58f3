"""The guest's side of OSWorld's protocol: HTTP on loopback, for who works a desktop and for who sets tasks up.

Runs inside the guest's namespaces (`sandboxes.osworld.guest` starts it there), so all that it is told to run is held
there too. A request that a web page sent, or that names another host, is refused. What is not here answers 501 and says
so: recordings, wallpapers.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

from perception.errors import ImageError
from perception.screen import Screen
from perception.screenshot import encode_png
from sandboxes.osworld import programs
from sandboxes.osworld.windows import Window, Windows

ADDRESS = "127.0.0.1"
_NAMESPACES = (
    'xmlns:st="https://accessibility.ubuntu.example.org/ns/state" '
    'xmlns:cp="https://accessibility.ubuntu.example.org/ns/component"'
)
log = logging.getLogger(__name__)


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Guest:
    """What is answered: a path and its fields in, JSON or bytes out."""

    def __init__(self) -> None:
        """On the environment's own display. Raises ImageError where there is none."""
        self._screen = Screen(pointer=True)
        self._turn = threading.Lock()
        self._windows = Windows()
        self.routes: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "/screenshot"): self.screenshot,
            ("GET", "/accessibility"): self.accessibility,
            ("GET", "/terminal"): lambda _: {"output": None, "status": "success"},
            ("GET", "/platform"): lambda _: b"Linux",
            ("GET", "/cursor_position"): self.pointer,
            ("POST", "/screen_size"): self.screen_size,
            ("POST", "/window_size"): self.window_size,
            ("POST", "/desktop_path"): lambda _: {"desktop_path": str(Path.home() / "Desktop")},
            ("POST", "/list_directory"): lambda given: {"directory_tree": _tree(_path(given))},
            ("POST", "/file"): self.file,
            ("POST", "/run_python"): lambda given: programs.run_python(_field(given, "code")),
            ("POST", "/run_bash_script"): self.run_bash,
            ("POST", "/setup/upload"): self.upload,
            ("POST", "/setup/launch"): self.launch,
            ("POST", "/setup/open_file"): self.open_file,
            ("POST", "/setup/activate_window"): lambda given: self._on_window(given, self._windows.activate),
            ("POST", "/setup/close_window"): lambda given: self._on_window(given, self._windows.close),
        }
        for prefix in ("", "/setup"):
            self.routes["POST", f"{prefix}/execute"] = self.execute
            self.routes["POST", f"{prefix}/execute_with_verification"] = self.execute_verified

    def screenshot(self, _: dict[str, Any]) -> bytes:
        """The screen with the pointer, as PNG."""
        with self._turn:
            return encode_png(self._screen.look())

    def accessibility(self, _: dict[str, Any]) -> dict[str, Any]:
        """Programs and their windows; what is in them is not told."""
        lines = []
        for window in self._windows.listed():
            left, top, width, height = window.box
            place = f'cp:screencoord="({left}, {top})" cp:size="({width}, {height})" st:visible="true"'
            name = quoteattr(window.classes[-1] if window.classes else "")
            lines.append(f"<application name={name}><frame name={quoteattr(window.title)} {place}/></application>")
        return {"AT": f"<desktop-frame {_NAMESPACES}>{''.join(lines)}</desktop-frame>"}

    def pointer(self, _: dict[str, Any]) -> list[int]:
        """Where the pointer is, in pixels."""
        said = programs.run_python("import pyautogui; print(*pyautogui.position())")
        return [int(number) for number in said["output"].split()]

    def screen_size(self, _: dict[str, Any]) -> dict[str, int]:
        """In pixels."""
        with self._turn:
            size = self._screen.look().size
        return {"width": size.width, "height": size.height}

    def window_size(self, given: dict[str, Any]) -> dict[str, int]:
        """Of the first window of a program, in pixels."""
        window = self._windows.find(_field(given, "app_class_name"), by_class=True)
        if window is None:
            raise Refused(404, f"There is no window of {given['app_class_name']}.")
        return {"width": window.box[2], "height": window.box[3]}

    def file(self, given: dict[str, Any]) -> bytes:
        """What a file holds."""
        path = _path(given, "file_path")
        if not path.is_file():
            raise Refused(404, f"There is no file {path}.")
        return path.read_bytes()

    def upload(self, given: dict[str, Any]) -> dict[str, Any]:
        """Writes a file."""
        path, content = _path(given, "file_path"), given.get("file_data")
        if not isinstance(content, bytes):
            raise Refused(400, "file_data is missing.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return {"status": "success", "size": len(content)}

    def execute(self, given: dict[str, Any]) -> dict[str, Any]:
        """Runs a command to its end."""
        answer = programs.execute(_field(given, "command"), shell=bool(given.get("shell")))
        return _unless_failed(answer)

    def execute_verified(self, given: dict[str, Any]) -> dict[str, Any]:
        """Runs a command, and waits until what it should lead to is to be seen."""
        return _unless_failed(
            programs.execute_verified(
                _field(given, "command"),
                shell=bool(given.get("shell")),
                verification=given.get("verification") or {},
                seconds=float(given.get("max_wait_time", 10)),
                pause=float(given.get("check_interval", 1)),
            )
        )

    def run_bash(self, given: dict[str, Any]) -> dict[str, Any]:
        """Runs a script."""
        seconds, folder = float(given.get("timeout") or 30), given.get("working_dir")
        return programs.run_bash(_field(given, "script"), seconds=seconds, folder=folder)

    def launch(self, given: dict[str, Any]) -> dict[str, str]:
        """Starts a program."""
        programs.launch(_field(given, "command"), shell=bool(given.get("shell")))
        return {"status": "success"}

    def open_file(self, given: dict[str, Any]) -> dict[str, str]:
        """Opens a file with its program and waits for the window."""
        path = _path(given)
        if not path.exists():
            raise Refused(404, f"There is no file {path}.")
        if not programs.open_file(path, self._windows):
            raise Refused(500, f"No window came up for {path}.")
        return {"status": "success"}

    def _on_window(self, given: dict[str, Any], act: Callable[[Window], None]) -> dict[str, str]:
        name, by_class = _field(given, "window_name"), bool(given.get("by_class"))
        window = self._windows.find(name, strict=bool(given.get("strict")), by_class=by_class)
        if window is None:
            raise Refused(404, f"There is no window {name}.")
        act(window)
        return {"status": "success"}


def serve(ready: Path) -> None:
    """Answers until the process ends; writes its port into `ready` once it listens."""
    guest = Guest()

    class Handler(_Handler):
        answering = guest

    server = ThreadingHTTPServer((ADDRESS, 0), Handler)
    server.daemon_threads = True
    written = ready.with_suffix(".new")
    written.write_text(str(server.server_port))
    written.rename(ready)
    server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    answering: Guest

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)

    def _answer(self) -> None:
        try:
            status, body = 200, self._asked()
        except Refused as refused:
            status, body = refused.status, {"status": "error", "message": str(refused), "error": str(refused)}
        except (OSError, ValueError, ImageError) as error:
            status, body = 500, {"status": "error", "message": str(error), "error": str(error)}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", _kind(body))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _asked(self) -> Any:
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in (ADDRESS, "localhost") or "Origin" in self.headers:
            raise Refused(403, "Only programs of this machine are answered.")
        path = urlsplit(self.path).path
        route = self.answering.routes.get((self.command, path))
        if route is None:
            raise Refused(501, f"This guest has no {self.command} {path}.")
        return route(self._fields())

    def _fields(self) -> dict[str, Any]:
        kind, content = self.headers.get("Content-Type", ""), self.rfile.read(int(self.headers["Content-Length"] or 0))
        if kind.startswith("multipart/form-data"):
            whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
            return dict(map(_part, whole.iter_parts()))
        if kind.startswith("application/x-www-form-urlencoded"):
            return {name: values[-1] for name, values in parse_qs(content.decode()).items()}
        given = json.loads(content) if content else {}
        return given if isinstance(given, dict) else {}


def _part(part: Any) -> tuple[str, str | bytes]:
    name, content = part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)
    return name, content if part.get_filename() else content.decode()


def _kind(body: Any) -> str:
    if not isinstance(body, bytes):
        return "application/json"
    return "image/png" if body.startswith(b"\x89PNG") else "application/octet-stream"


def _field(given: dict[str, Any], name: str) -> Any:
    if not given.get(name):
        raise Refused(400, f"{name} is missing.")
    return given[name]


def _path(given: dict[str, Any], name: str = "path") -> Path:
    return Path(os.path.expandvars(os.path.expanduser(_field(given, name))))


def _tree(path: Path) -> dict[str, Any]:
    if not path.is_dir():
        raise Refused(400, f"There is no folder {path}.")
    inside = [_tree(one) if one.is_dir() else {"type": "file", "name": one.name} for one in sorted(path.iterdir())]
    return {"type": "directory", "name": path.name, "children": inside}


def _unless_failed(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["status"] != "success":
        raise Refused(500, answer["message"])
    return answer


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
