"""The program behind HTTP on loopback: a thread a request, the books in SQLite.

An invoice that seems to be booked already (number and supplier) is warned of once and then booked as asked: such a
program does not stop double entries, so they can happen here, and be counted.
"""

import secrets
import threading
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from sandboxes.demos.erp import pages
from sandboxes.demos.erp.books import Booking, Books
from sandboxes.demos.erp.entry import FIELDS, Entry, complaints
from sandboxes.errors import SandboxError

HOST = "127.0.0.1"
_MOST_BYTES = 64 * 1024


class ErpServer:
    """Serves the books; a context manager. login: `NAME:PASSWORD` that it asks for, nothing asked where empty.

    Raises SandboxError when the port is taken.
    """

    def __init__(self, books: Books, *, port: int = 0, login: str = "") -> None:
        self.books = books
        self.login = login
        self.sessions: set[str] = set()
        self.lock = threading.Lock()
        """One entry is looked up and booked at a time."""
        try:
            self._http = _Http(port, self)
        except OSError as error:
            raise SandboxError(f"Port {port} can't be used: {error.strerror}; name another one.") from error
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Of the list, without a slash at the end."""
        return f"http://{HOST}:{self._http.server_address[1]}"

    def close(self) -> None:
        """Stop serving; the books stay."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, erp: ErpServer) -> None:
        self.erp = erp
        super().__init__((HOST, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    @property
    def _erp(self) -> ErpServer:
        return self.server.erp

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path != "/login" and not self._is_signed_in():
            self._go("/login")
        elif path == "/":
            self._show(pages.list_page(self._found()))
        elif path == "/new":
            self._show(pages.form_page({}, {}))
        elif path == "/login":
            self._show(pages.login_page(refused=False))
        elif path.startswith("/receipt/"):
            self._show_receipt(path.removeprefix("/receipt/"))
        else:
            self._show(pages.error_page("Not found", "There is no such page."), status=404)

    def do_POST(self) -> None:
        typed = self._typed()
        if typed is None:
            self._show(pages.error_page("Refused", "That is too much, or no form."), status=400)
        elif self.path == "/login":
            self._sign_in(typed)
        elif not self._is_signed_in():
            self._go("/login")
        elif self.path == "/new":
            self._book(typed)
        else:
            self._show(pages.error_page("Not found", "There is no such page."), status=404)

    def _book(self, typed: dict[str, str]) -> None:
        if wrong := complaints(typed):
            self._show(pages.form_page(typed, wrong))
            return
        entry = Entry(**{name: typed[name].strip() for name in FIELDS})
        with self._erp.lock:
            likes = self._erp.books.like(entry)
            receipt = "" if likes and typed.get("anyway") != "yes" else self._erp.books.book(entry)
        if receipt:
            self._go(f"/receipt/{receipt}")
        else:
            self._show(pages.warning_page(entry, likes))

    def _found(self) -> list[Booking]:
        """All of them, or those of the number that the address asks for."""
        number = parse_qs(self.path.partition("?")[2]).get("number", [""])[-1].strip()
        return [each for each in self._erp.books.bookings() if number in ("", each.entry.number)]

    def _show_receipt(self, receipt: str) -> None:
        for booking in self._erp.books.bookings():
            if booking.receipt == receipt:
                self._show(pages.receipt_page(booking))
                return
        self._show(pages.error_page("Not found", "There is no such receipt."), status=404)

    def _sign_in(self, typed: dict[str, str]) -> None:
        given = f"{typed.get('name', '')}:{typed.get('password', '')}"
        if secrets.compare_digest(given.encode(), self._erp.login.encode()):
            session = secrets.token_urlsafe(16)
            self._erp.sessions.add(session)
            self._go("/", cookie=f"session={session}; HttpOnly; SameSite=Strict; Path=/")
        else:
            self._show(pages.login_page(refused=True))

    def _is_signed_in(self) -> bool:
        if not self._erp.login:
            return True
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return False
        return "session" in cookie and cookie["session"].value in self._erp.sessions

    def _typed(self) -> dict[str, str] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            return None
        try:
            sent = parse_qs(self.rfile.read(int(length)).decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            return None
        return {name: values[-1] for name, values in sent.items()}

    def _go(self, path: str, *, cookie: str = "") -> None:
        self.send_response(303)
        self.send_header("Location", path)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _show(self, text: str, *, status: int = 200) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """What is booked is in the books; requests are nobody's business."""
