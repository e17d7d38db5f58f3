"""LLaMA-Factory's ShareGPT, with the `dataset_info.json` that names its columns and tags.

    llamafactory-cli train … --dataset_dir FOLDER --dataset handeye_train --media_dir FOLDER --mask_history true

`mask_history` learns the last reply alone, which is what these records are for.
"""

from collections.abc import Mapping
from typing import Any

from agent.exchange import sharegpt
from agent.exchange.example import Example
from agent.exchange.json_lines import JsonLines

_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}


def record(example: Example, images: list[str]) -> dict[str, Any]:
    """The keys of the format; turns take turns, as its reader asks."""
    names = {"user": "human", "assistant": "gpt", "system": "system"}
    said = [{"from": names[turn.role], "value": sharegpt.tagged(turn)} for turn in example.turns]
    return {"conversations": said, "images": images}


def dataset_info(files: Mapping[str, str]) -> dict[str, Any]:
    """What LLaMA-Factory looks data sets up in."""
    columns = {"messages": "conversations", "images": "images"}
    described = {"formatting": "sharegpt", "columns": columns, "tags": _TAGS}
    return {"dataset_info.json": {f"handeye_{part}": {"file_name": file, **described} for part, file in files.items()}}


FORMAT = JsonLines(
    "llamafactory",
    (
        "replies are masked by the setting mask_history: true alone; without it earlier replies are learned again",
        "<image> in a text of the screen is written < image>",
    ),
    record,
    sharegpt.conversation,
    dataset_info,
)
