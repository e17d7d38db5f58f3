"""A worker that keeps some memory of every file that it is asked to open.

python -m tests.perception.document.leaking FD MEMORY_BYTES
"""

import socket
import sys
from typing import Any

from perception.confinement import confine
from perception.document.channel import Channel
from perception.document.worker import Desk, serve

KEPT = 100 * 2**20
"""Bytes of each file."""


class LeakingDesk(Desk):
    """Reads as the real one does."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[bytearray] = []

    def answer(self, question: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if question["verb"] == "open":
            self._kept.append(bytearray(KEPT))
        return super().answer(question, descriptors)


if __name__ == "__main__":
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    confine(int(sys.argv[2]))
    import pypdfium2.raw  # noqa: F401

    channel.send({"ready": True, "unconfined": []})
    serve(channel, LeakingDesk())
