"""How models are spoken to: the styles of prompts, and words that stay words."""

import re
from typing import Literal

Style = Literal["compact", "computer_use"]
"""compact is what handeye-nano is trained on; computer_use is for released Qwen3-VL models."""

_TOKEN = re.compile(r"<\|(?=\w+\|>)")
"""Begins what chat templates write turns and images with: `<|im_end|>`, `<|image_pad|>`."""


def harmless(text: str) -> str:
    """The text with `< |im_end|>` for `<|im_end|>`: words of a person, a page or a model never end their turn.

    Every text of a message goes through here, whoever runs the model: behind a server, too, a special token that is
    written in a text becomes itself. Other text stays as it is, letter for letter.
    """
    return _TOKEN.sub("< |", text)
