"""TRL's prompt and completion with pictures: the completion alone is learned.

    {"prompt": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Press Save"}]}],
     "completion": [{"role": "assistant", "content": [{"type": "text", "text": "{…}"}]}], "images": ["images/….png"]}

`datasets` reads the pictures once the column is cast to images (see the data set's card). Reading also takes records
with `messages`, of which every reply is learned.
"""

from collections.abc import Mapping
from typing import Any

from agent.exchange.example import Example, Role, Turn
from agent.exchange.json_lines import JsonLines

_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "user"}


def record(example: Example, images: list[Any]) -> dict[str, Any]:
    """The keys of the format."""
    return {
        "prompt": [_message(turn) for turn in example.turns[:-1]],
        "completion": [_message(example.turns[-1])],
        "images": images,
    }


def conversation(record: Mapping[str, Any]) -> tuple[tuple[Turn, ...], list[Any]]:
    """Turns and pictures of a record."""
    images = record.get("images", record.get("image")) or []
    if "messages" in record:
        turns = [_turn(message, learned=True) for message in record["messages"]]
    else:
        turns = [_turn(message, learned=False) for message in record["prompt"]]
        turns += [_turn(message, learned=True) for message in record["completion"]]
    images = images if isinstance(images, list) else [images]
    if images and not any(turn.num_images for turn in turns):  # TRL puts them before the first words of the user.
        first = [turn.role for turn in turns].index("user")
        turns[first] = turns[first]._replace(num_images=len(images))
    return tuple(turns), images


def _message(turn: Turn) -> dict[str, Any]:
    parts: list[dict[str, str]] = [{"type": "image"}] * turn.num_images
    return {"role": turn.role, "content": [*parts, *([{"type": "text", "text": turn.text}] if turn.text else [])]}


def _turn(message: Mapping[str, Any], *, learned: bool) -> Turn:
    content, role = message["content"], _ROLES[message["role"]]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    text = "\n".join(part["text"] for part in parts if part["type"] == "text")
    num_images = sum(part["type"] == "image" for part in parts)
    return Turn(role, text, num_images, learned and role == "assistant")


FORMAT = JsonLines("trl", (), record, conversation)
