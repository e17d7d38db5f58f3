"""Messages to what the model is shown: token ids, patches, and how the images lie in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from perception.clients.client import ImagePart, Message
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.tokenizer import Tokenizer


@dataclass(slots=True)
class Prompt:
    """A conversation, ready for the model."""

    token_ids: list[int]
    pixel_values: Tensor | None = None
    """[N, patch] patches of all images, see `VisionTower`."""
    grids: Sequence[Grid] = ()


def write_prompt(messages: Sequence[Message], tokenizer: Tokenizer, processor: ImageProcessor) -> Prompt:
    """The prompt that asks for the assistant's next turn.

    Raises ImageError for a frame that can't be shown, ModelError when the model's template refuses the conversation,
    ValueError when a text holds the token that stands for an image.
    """
    frames = [part.frame.pixels for message in messages for part in message.parts if isinstance(part, ImagePart)]
    patches = processor(frames, still=True) if frames else None
    grids = patches.grid_thw if patches else []
    squares = processor.merge_size**2
    ids = tokenizer.encode_chat([_plain(message) for message in messages], [t * h * w // squares for t, h, w in grids])
    return Prompt(ids, patches.pixel_values if patches else None, grids)


def _plain(message: Message) -> dict[str, Any]:
    """A message as chat templates read it."""
    content = [
        {"type": "image"} if isinstance(part, ImagePart) else {"type": "text", "text": part.text}
        for part in message.parts
    ]
    return {"role": message.role, "content": content}
