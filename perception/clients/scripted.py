"""A client without a model: it replays replies that were written before, and keeps what it was asked.

It drives the agent in tests and in dry runs. A reply is a text, a whole `Completion`, or a function of the
messages that returns either. When the replies run out, asking for one more is a `ClientError`.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from perception.clients.client import Completion, Message, Sampling
from perception.errors import ClientError

Reply = str | Completion | Callable[[list[Message]], str | Completion]


class ScriptedClient:
    """Replays `replies` in order, one for each call of `generate`."""

    def __init__(self, replies: Iterable[Reply], *, name: str = "scripted") -> None:
        self._replies = tuple(replies)
        self._name = name
        self.asked: list[list[Message]] = []
        """The messages of every call so far, also of the one that found no reply."""
        self.schemas: list[dict[str, Any] | None] = []
        """The schema of every call so far."""

    @property
    def name(self) -> str:
        """The name that was given."""
        return self._name

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> Completion:
        """The next reply. Raises ClientError when there is none left; schema and sampling change nothing."""
        self.asked.append(list(messages))
        self.schemas.append(schema)
        num_asked = len(self.asked)
        if num_asked > len(self._replies):
            raise ClientError(
                f"The script of {self._name} holds {len(self._replies)} replies and was asked for "
                f"number {num_asked}: give it more replies."
            )
        reply = self._replies[num_asked - 1]
        if callable(reply):
            reply = reply(messages)
        return Completion(text=reply, finish="stop", model=self._name) if isinstance(reply, str) else reply

    async def close(self) -> None:
        """Nothing to let go of."""


def read_script(path: Path) -> list[str | Completion]:
    """The replies of a JSON Lines file.

    A line is a JSON string (the reply's text), an object with `text` and `finish` (a whole `Completion`), or
    any other object, whose JSON text is the reply. Empty lines are skipped.
    Raises ClientError naming file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ClientError(f"The script {path} can't be read: {reason}. Give a JSON Lines file of replies.") from error
    return [_reply(line, path, number) for number, line in enumerate(lines, 1) if line.strip()]


def _reply(line: str, path: Path, number: int) -> str | Completion:
    try:
        value = json.loads(line)
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and {"text", "finish"} <= value.keys() and "action" not in value:
            return Completion.model_validate(value)
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
    except (json.JSONDecodeError, ValidationError) as error:
        raise ClientError(f"{path}, line {number} is not a reply: {str(error).splitlines()[0]}.") from error
    raise ClientError(f"{path}, line {number} is not a reply: write a JSON string or object.")
