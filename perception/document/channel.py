"""Messages between us and a worker: a JSON object with its length before it, and file descriptors beside it."""

import json
import socket
import struct
from typing import Any

MAX_BYTES = 256 * 2**20
"""The longest message that is taken from a worker."""
_HEAD = struct.Struct("<I")


class Channel:
    """One end of a stream socket of this machine."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
        """Raises OSError where nobody is at the other end, TimeoutError where it does not listen."""
        body = json.dumps(message, ensure_ascii=False).encode(errors="replace")
        if descriptors:
            socket.send_fds(self._end, [_HEAD.pack(len(body))], descriptors)
            self._end.sendall(body)
        else:
            self._end.sendall(_HEAD.pack(len(body)) + body)

    def receive(self) -> tuple[bytes, list[int]]:
        """The text of the next message, and descriptors that came with it.

        Raises EOFError at the end, TimeoutError where nothing came in time, ValueError for one that is too long.
        """
        head, descriptors, _, _ = socket.recv_fds(self._end, _HEAD.size, 8)
        head += self._exactly(_HEAD.size - len(head)) if head else b""
        if not head:
            raise EOFError
        (length,) = _HEAD.unpack(head)
        if length > MAX_BYTES:
            raise ValueError(f"a message of {length} bytes")
        return self._exactly(length), descriptors

    def settimeout(self, seconds: float | None) -> None:
        """How long one wait for the other end may take."""
        self._end.settimeout(seconds)

    def close(self) -> None:
        """Let the socket go; may be called twice."""
        self._end.close()

    def _exactly(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            part = self._end.recv(min(length - len(parts), 2**20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)
