"""ShareGPT, as Qwen's own fine-tuning code reads it (QwenLM/Qwen3-VL, qwen-vl-finetune).

    {"conversations": [{"from": "human", "value": "<image>Press Save"}, {"from": "gpt", "value": "{…}"}],
     "image": ["images/….png"]}

That reader knows human and gpt alone, so a system message leads the first human turn.
"""

from collections.abc import Mapping
from typing import Any

from agent.exchange.episode import IMAGE, untagged, without_tags
from agent.exchange.example import Example, Role, Turn
from agent.exchange.json_lines import JsonLines

_FROM: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "observation": "user",
    "tool": "user",
    "tool_response": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "system": "system",
}
CALLS = ("function_call", "tool_call")
"""Roles whose content is a bare call, which codecs know between tags."""


def record(example: Example, images: list[str]) -> dict[str, Any]:
    """The keys of the format."""
    turns = list(example.turns)
    if turns[0].role == "system":
        system, first = turns.pop(0), turns[0]
        turns[0] = first._replace(text=f"{system.text}\n\n{first.text}")
    names = {"user": "human", "assistant": "gpt"}
    return {"conversations": [{"from": names[turn.role], "value": tagged(turn)} for turn in turns], "image": images}


def conversation(record: Mapping[str, Any]) -> tuple[tuple[Turn, ...], list[Any]]:
    """Turns and pictures of a record, with the keys of LLaMA-Factory too."""
    said = record["conversations"] if "conversations" in record else record["messages"]
    images = record.get("images", record.get("image")) or []
    return tuple(turn_of(turn) for turn in said), images if isinstance(images, list) else [images]


def tagged(turn: Turn) -> str:
    """A turn as a text with tags for its pictures."""
    return IMAGE * turn.num_images + untagged(turn.text)


def turn_of(said: Mapping[str, Any]) -> Turn:
    """A turn from its role and text, whichever of the names the file uses; `loss` may say that it is not learned."""
    name = said["from"] if "from" in said else said["role"]
    content = said["value"] if "value" in said else said["content"]
    text, num_images = without_tags(content)
    role = _FROM[name]
    if name in CALLS:
        text = f"<tool_call>\n{text}\n</tool_call>"
    return Turn(role, text, num_images, role == "assistant" and said.get("loss") is not False)


FORMAT = JsonLines(
    "sharegpt",
    (
        "no reply can be masked: earlier replies of a conversation are learned again with each later step",
        "a system message leads the first human turn",
        "<image> in a text of the screen is written < image>",
    ),
    record,
    conversation,
)
