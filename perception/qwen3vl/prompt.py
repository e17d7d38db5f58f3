"""Messages to what the model is shown: token ids, pictures, and how images and videos lie in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

from perception.clients.client import Message
from perception.errors import ImageError
from perception.observation import Frame
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.tokenizer import Clip, Tokenizer
from perception.qwen3vl.video import Timestamps, group_seconds, timestamp


@dataclass(frozen=True, slots=True)
class Picture:
    """An image or one temporal group of a video: what the tower looks at by itself, so nothing larger is ever cut."""

    grid: Grid
    """(1, rows, columns) in patches."""
    key: str
    """A hexadecimal digest of what is in it, so that equal ones are known."""
    cut: Callable[[], Tensor]
    """Makes its patches [N, patch], see `VisionTower`; asked only where they are looked at."""


@dataclass(slots=True)
class Prompt:
    """A conversation, ready for the model."""

    token_ids: list[int]
    pictures: Sequence[Picture] = ()
    """Of all images and videos, as they come."""
    grids: Sequence[Grid] = ()
    """Of each image and video, as they come."""
    seconds: Sequence[Sequence[float]] = ()
    """Of each video the times of its temporal groups."""

    def pixel_values(self, first: int = 0) -> Tensor:
        """Patches of all pictures from `first` on, cut now, [N, patch]; beside videos images are repeated in time."""
        parts = [picture.cut() for picture in self.pictures[first:]]
        width = max(part.shape[1] for part in parts)
        return torch.cat([part if part.shape[1] == width else _repeated(part, width) for part in parts])


@dataclass(slots=True)
class _Seen:
    """What the images and videos of some messages come to, in their order."""

    pictures: list[Picture] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    num_image_tokens: list[int] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)


def write_prompt(
    messages: Sequence[Message],
    tokenizer: Tokenizer,
    processor: ImageProcessor,
    *,
    timestamps: Timestamps | None = "seconds",
) -> Prompt:
    """The prompt that asks for the assistant's next turn.

    A video is a part of the type "video" with `frames` and their `seconds`, of which as many are shown as the model's
    rules allow; timestamps: how their times are written, or None for a model whose temporal positions hold them.

    Raises ImageError for a frame that can't be shown, ModelError when the model's template refuses the conversation,
    ValueError when a text holds the token that stands for an image or a video.
    """
    seen = _look([part for message in messages for part in message.parts], processor, timestamps)
    chat = [_plain(message) for message in messages]
    ids = tokenizer.encode_chat(chat, seen.num_image_tokens, seen.clips)
    return Prompt(ids, seen.pictures, seen.grids, seen.seconds)


def image(frame: Frame, processor: ImageProcessor) -> Picture:
    """A frame as an image. Raises ImageError for one that can't be shown."""
    return Picture(processor.grid_of(frame.pixels), frame.digest, partial(processor.still, frame.pixels))


def _look(parts: Sequence[Any], processor: ImageProcessor, timestamps: Timestamps | None) -> _Seen:
    seen = _Seen()
    for part in parts:
        if part.type == "image":
            seen.pictures.append(image(part.frame, processor))
            seen.grids.append(seen.pictures[-1].grid)
            seen.num_image_tokens.append(_num_tokens(seen.grids[-1], processor))
        elif part.type == "video":
            _watch(part, seen, processor, timestamps)
    return seen


def _watch(part: Any, seen: _Seen, processor: ImageProcessor, timestamps: Timestamps | None) -> None:
    """Adds a video."""
    if len(part.frames) != len(part.seconds):
        raise ImageError(
            f"a video has {len(part.frames)} frames and {len(part.seconds)} times: give each frame its time"
        )
    chosen = processor.video.pick(part.seconds)
    frames = [part.frames[index] for index in chosen]
    size, together = processor.film_size([frame.pixels for frame in frames]), processor.temporal_patch_size
    layer = (1, size[0] // processor.patch_size, size[1] // processor.patch_size)
    groups = [frames[first : first + together] for first in range(0, len(frames), together)]
    for group in groups:
        # Features are those of the frames in this size alone: their times are no part of the key.
        key = sha256(f"video {size} {' '.join(frame.digest for frame in group)}".encode()).hexdigest()
        seen.pictures.append(Picture(layer, key, partial(_cut_group, processor, group, size)))
    times = group_seconds([part.seconds[index] for index in chosen], together)
    seen.grids.append((len(groups), *layer[1:]))
    written = () if timestamps is None else [timestamp(time, timestamps) for time in times]
    seen.clips.append(Clip(_num_tokens(seen.grids[-1], processor) // (len(written) or 1), written))
    seen.seconds.append(times)


def _cut_group(processor: ImageProcessor, group: Sequence[Frame], size: tuple[int, int]) -> Tensor:
    return processor.group([frame.pixels for frame in group], size)


def _repeated(still: Tensor, width: int) -> Tensor:
    """Patches of three channels [N, C*P*P] with the frame repeated in time, [N, width]."""
    return still.view(len(still), 3, 1, -1).repeat(1, 1, width // still.shape[1], 1).flatten(1)


def _num_tokens(grid: Grid, processor: ImageProcessor) -> int:
    return grid[0] * grid[1] * grid[2] // processor.merge_size**2


def _plain(message: Message) -> dict[str, Any]:
    """A message as chat templates read it."""
    content = [
        {"type": "text", "text": part.text} if part.type == "text" else {"type": part.type} for part in message.parts
    ]
    return {"role": message.role, "content": content}
