"""Messages to what the model is shown: token ids, patches, and how images and videos lie in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

from perception.clients.client import Message
from perception.errors import ImageError
from perception.qwen3vl.processor import ImageProcessor, Patches
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.tokenizer import Clip, Tokenizer
from perception.qwen3vl.video import Timestamps, group_seconds, timestamp


@dataclass(slots=True)
class Prompt:
    """A conversation, ready for the model."""

    token_ids: list[int]
    pixel_values: Tensor | None = None
    """[N, patch] patches of all images and videos as they come, see `VisionTower`; still ones without a video."""
    grids: Sequence[Grid] = ()
    """Of each image and video, as they come."""
    seconds: Sequence[Sequence[float]] = ()
    """Of each video the times of its temporal groups."""
    image_keys: Sequence[str] = ()
    """Of each image and video a hexadecimal digest of what is in it, so that equal ones are known; none: not known."""


@dataclass(slots=True)
class _Seen:
    """What the images and videos of some messages come to, in their order."""

    patches: list[Patches] = field(default_factory=list)
    num_image_tokens: list[int] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


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
    pixels = [patches.pixel_values for patches in seen.patches]
    grids = [grid for patches in seen.patches for grid in patches.grid_thw]
    joined = pixels[0] if len(pixels) == 1 else torch.cat(pixels) if pixels else None
    return Prompt(ids, joined, grids, seen.seconds, seen.keys)


def _look(parts: Sequence[Any], processor: ImageProcessor, timestamps: Timestamps | None) -> _Seen:
    """Cuts every image and video. Beside a video images are repeated in time too, so that all patches are alike."""
    seen, still = _Seen(), all(part.type != "video" for part in parts)
    for part in parts:
        if part.type == "image":
            seen.keys.append(part.frame.digest)
            seen.patches.append(processor([part.frame.pixels], still=still))
            seen.num_image_tokens.append(_num_tokens(seen.patches[-1].grid_thw[0], processor))
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
    patches = processor.film([frame.pixels for frame in frames])
    times = group_seconds([part.seconds[index] for index in chosen], processor.temporal_patch_size)
    total = _num_tokens(patches.grid_thw[0], processor)
    written = () if timestamps is None else [timestamp(time, timestamps) for time in times]
    # Features are those of the frames alone: their times are no part of the key.
    seen.keys.append(sha256(" ".join(["video", *(frame.digest for frame in frames)]).encode()).hexdigest())
    seen.patches.append(patches)
    seen.clips.append(Clip(total // (len(written) or 1), written))
    seen.seconds.append(times)


def _num_tokens(grid: Grid, processor: ImageProcessor) -> int:
    return grid[0] * grid[1] * grid[2] // processor.merge_size**2


def _plain(message: Message) -> dict[str, Any]:
    """A message as chat templates read it."""
    content = [
        {"type": "text", "text": part.text} if part.type == "text" else {"type": part.type} for part in message.parts
    ]
    return {"role": message.role, "content": content}
