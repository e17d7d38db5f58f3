"""How models are spoken to: the styles of prompts, and words that stay words."""

import re
from typing import Literal

Style = Literal["compact", "computer_use"]
"""compact is what handeye-nano is trained on; computer_use is for released Qwen3-VL models."""

_TOKEN = re.compile(r"<\|(?=\w+\|>)")
"""Begins what chat templates write turns and images with: `<|im_end|>`, `<|image_pad|>`."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]+")
"""Control characters, and signs that can't be seen or turn the text around."""


def plain_line(text: str) -> str:
    """Foreign words on one line, without signs that can't be seen: they can begin no line of their own."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def harmless(text: str) -> str:
    """The text with `< |im_end|>` for `<|im_end|>`: words of a person, a page or a model never end their turn.

    Every text of a message goes through here, whoever runs the model: behind a server, too, a special token that is
    written in a text becomes itself. Other text stays as it is, letter for letter.
    """
    return _TOKEN.sub("< |", text)
