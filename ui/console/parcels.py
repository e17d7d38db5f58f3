"""What the page's listeners are told, looked at before Gradio reads it: nothing that names a file comes through.

Gradio takes an object of its own kind, anywhere in what a listener is told, for a file: it copies what the object's
path names into its cache, and fetches its URL. The console's page never sends one, so one that comes is refused.
"""

import json
from typing import Any

from starlette.types import Message, Receive

LISTENERS = ("/gradio_api/run", "/gradio_api/queue/join")
"""Where the page tells its listeners something."""
MOST_BYTES = 8 * 1024 * 1024
"""Of what a listener is told at once."""
_MARK = "_type"
"""The key by which Gradio knows its own objects."""


async def whole_body(receive: Receive) -> bytes | None:
    """A request's body; None for one that is too large, or whose sender hung up."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def given_again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read to whoever reads it next, and then what else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return waiting.pop() if waiting else await receive()

    return receiving


def names_file(body: bytes) -> bool:
    """Whether something in a body is one of Gradio's own objects; what can't be read as JSON counts as that too."""
    try:
        ahead: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return True
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            if _MARK in part:
                return True
            ahead += part.values()
        elif isinstance(part, list):
            ahead += part
    return False
