"""A server that nobody in a sandbox may reach: many ports, each of one way out, and every byte is counted."""

from __future__ import annotations

import selectors
import socket
import threading
from collections import Counter
from contextlib import ExitStack
from types import TracebackType
from typing import Self

HOST = "127.0.0.2"
_BODY = b"/* nothing */"
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(_BODY), _BODY)
)


class Canary:
    """TCP and UDP on the same port of every address, IPv4 and IPv6; Unix sockets where they are asked for."""

    def __init__(self) -> None:
        self.bytes: Counter[int] = Counter()
        """Port -> bytes that came; of a Unix socket its own number below zero."""
        self.contacts: Counter[int] = Counter()
        """Port -> connections and datagrams, empty ones too."""
        self._selector = selectors.DefaultSelector()
        self._stack = ExitStack()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def port(self) -> int:
        """A new one."""
        while True:
            stream, datagrams = socket.socket(socket.AF_INET6), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            for one in (stream, datagrams):
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            stream.bind(("::", 0))
            number = stream.getsockname()[1]
            try:
                datagrams.bind(("::", number))
            except OSError:
                stream.close()
                datagrams.close()
                continue
            stream.listen(16)
            self._add(stream, number)
            self._add(datagrams, number)
            return number

    def unix(self, name: str) -> int:
        """Listens at a path, or an abstract name; the number that it is counted under."""
        stream = socket.socket(socket.AF_UNIX)
        stream.bind(name)
        stream.listen(16)
        number = -len(self._selector.get_map())
        self._add(stream, number)
        return number

    def reached(self, number: int) -> bool:
        """Whether anything came."""
        return self.contacts[number] > 0 or self.bytes[number] > 0

    def _add(self, one: socket.socket, number: int) -> None:
        one.setblocking(False)
        self._stack.callback(one.close)
        self._selector.register(one, selectors.EVENT_READ, number)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._stack.close()
        self._selector.close()

    def _watch(self) -> None:
        while not self._ends.is_set():
            for key, _ in self._selector.select(0.05):
                one: socket.socket = key.fileobj  # type: ignore[assignment]
                try:
                    self._one(one, key.data)
                except OSError:
                    if one.type == socket.SOCK_STREAM and not _listens(one):
                        self._drop(one)

    def _one(self, one: socket.socket, number: int) -> None:
        if one.type == socket.SOCK_STREAM and _listens(one):
            client, _ = one.accept()
            client.setblocking(False)
            self.contacts[number] += 1
            self._selector.register(client, selectors.EVENT_READ, number)
            return
        said = one.recv(65536)
        self.bytes[number] += len(said)
        if one.type == socket.SOCK_DGRAM:
            self.contacts[number] += 1
        elif said:
            one.send(_ANSWER)
        if one.type == socket.SOCK_STREAM:
            self._drop(one)

    def _drop(self, one: socket.socket) -> None:
        self._selector.unregister(one)
        one.close()


def _listens(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
