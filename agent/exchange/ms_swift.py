"""ms-swift's messages, each reply with `loss`, which says whether it is learned.

    {"messages": [{"role": "user", "content": "<image>Press Save"},
                  {"role": "assistant", "content": "{…}", "loss": true}], "images": ["images/….png"]}

Relative paths are from where it is started, or from ROOT_IMAGE_DIR.
"""

from typing import Any

from agent.exchange import sharegpt
from agent.exchange.example import Example, Turn
from agent.exchange.json_lines import JsonLines


def record(example: Example, images: list[str]) -> dict[str, Any]:
    """The keys of the format."""
    return {"messages": [_message(turn) for turn in example.turns], "images": images}


def _message(turn: Turn) -> dict[str, Any]:
    said: dict[str, Any] = {"role": turn.role, "content": sharegpt.tagged(turn)}
    return {**said, "loss": turn.learned} if turn.role == "assistant" else said


FORMAT = JsonLines(
    "ms-swift",
    ("<image> in a text of the screen is written < image>",),
    record,
    sharegpt.conversation,
)
