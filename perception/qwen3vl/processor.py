"""Frames to patches: what the model sees of a screenshot, or of a video.

A frame is resized so that both sides are multiples of 32 px (one visual token) and its area lies between two limits,
scaled to -1 … 1, and cut into patches: N patches of C channels x Tp frames x P x P pixels, those of one visual token
side by side. A frame that already fits is not touched. Of a video, Tp neighbouring frames share their patches.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from perception.errors import ImageError, ModelError
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.video import MAX_ASPECT, VideoRules

PROCESSOR_FILE = "preprocessor_config.json"


@dataclass(slots=True)
class Patches:
    """Frames of one call, ready for `Qwen3VL.encode_images`."""

    pixel_values: Tensor
    """float32 [N, C*Tp*P*P], all frames one after the other; [N, C*P*P] when asked for still ones."""
    grid_thw: list[Grid]
    """Temporal groups (of an image 1), rows and columns of each image or video, in patches."""


@dataclass(frozen=True, slots=True)
class ImageProcessor:
    """The rules of one model. The defaults are those of the released models."""

    patch_size: int = 16
    merge_size: int = 2
    temporal_patch_size: int = 2
    min_pixels: int = 65_536
    max_pixels: int = 16_777_216
    image_mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    image_std: tuple[float, ...] = (0.5, 0.5, 0.5)
    video: VideoRules = field(default_factory=VideoRules)

    def __post_init__(self) -> None:
        if not 0 < self.min_pixels <= self.max_pixels:
            raise ModelError(
                f"min_pixels {self.min_pixels} is not between 1 and max_pixels {self.max_pixels}: correct them"
            )

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Reads `preprocessor_config.json`, and what there is about videos. Raises ModelError when it is missing or
        corrupt."""
        path = Path(folder) / PROCESSOR_FILE
        try:
            images = cls(**_settings(json.loads(path.read_text(encoding="utf-8")), cls))
            return replace(images, video=VideoRules.load(folder))
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing: name a folder that holds a Qwen3-VL model") from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(f"{path} cannot be read ({error}): restore it from the model's source") from error

    @property
    def token_pixels(self) -> int:
        """Edge in pixels of the square that one visual token stands for."""
        return self.patch_size * self.merge_size

    def size_for(self, height: int, width: int) -> tuple[int, int]:
        """Height and width in pixels that a frame of this size is resized to (the family's "smart resize").

        Each side goes to the nearest multiple of `token_pixels`; when the area then leaves the limits, both sides are
        scaled back by the same factor and rounded inwards. Raises ImageError for an empty or very thin frame.
        """
        if min(height, width) < 1 or max(height, width) > MAX_ASPECT * min(height, width):
            raise ImageError(
                f"a frame of {width} x {height} px is empty or too thin: capture another part of the screen"
            )
        unit, area = self.token_pixels, height * width
        rows, columns = round(height / unit), round(width / unit)
        if rows * columns * unit**2 > self.max_pixels:
            shrink = math.sqrt(area / self.max_pixels)
            rows, columns = (max(1, math.floor(side / shrink / unit)) for side in (height, width))
        elif rows * columns * unit**2 < self.min_pixels:
            grow = math.sqrt(self.min_pixels / area)
            rows, columns = (math.ceil(side * grow / unit) for side in (height, width))
        return rows * unit, columns * unit

    def num_tokens(self, height: int, width: int) -> int:
        """Visual tokens of a frame of this size in pixels."""
        rows, columns = self.size_for(height, width)
        return rows * columns // self.token_pixels**2

    def __call__(self, frames: Sequence[NDArray[np.uint8]], *, still: bool = False) -> Patches:
        """Frames, each uint8 [H, W, 3], to patches; still: leave out the repetition of the frame in time.

        Raises ImageError for a frame of another shape or dtype, or one that `size_for` refuses.
        """
        parts, grids = [], []
        for frame in frames:
            fitted = self.fit(frame)
            parts.append(self._cut(fitted, still))
            grids.append((1, fitted.shape[0] // self.patch_size, fitted.shape[1] // self.patch_size))
        width = 3 * self.patch_size**2 * (1 if still else self.temporal_patch_size)
        joined = parts[0] if len(parts) == 1 else np.concatenate([np.empty((0, width), np.float32), *parts])
        return Patches(torch.from_numpy(joined), grids)

    def film(self, frames: Sequence[NDArray[np.uint8]]) -> Patches:
        """One video, its frames uint8 [H, W, 3] of one size, to patches; every frame is used, see `VideoRules.pick`.

        Raises ImageError as `film_size`.
        """
        size, together = self.film_size(frames), self.temporal_patch_size
        groups = [self.group(frames[first : first + together], size) for first in range(0, len(frames), together)]
        return Patches(torch.cat(groups), [(len(groups), size[0] // self.patch_size, size[1] // self.patch_size)])

    def film_size(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[int, int]:
        """Height and width in pixels that the frames of one video, each uint8 [H, W, 3], are resized to.

        Raises ImageError for no frames, frames of several sizes, or what `__call__` refuses.
        """
        sizes = {_checked(frame).shape[:2] for frame in frames}
        if len(sizes) != 1:
            raise ImageError(f"a video has frames of {len(sizes)} sizes and not of one: give it frames of one size")
        return self.video.size_for(len(frames), *sizes.pop(), unit=self.token_pixels, group=self.temporal_patch_size)

    def group(self, frames: Sequence[NDArray[np.uint8]], size: tuple[int, int]) -> Tensor:
        """One temporal group of a video in a size, to patches [N, C*Tp*P*P]; the last frame is repeated where the group
        is short."""
        shown = [frames[min(index, len(frames) - 1)] for index in range(self.temporal_patch_size)]
        squares = np.stack([self._squares(_resized(frame, size)) for frame in shown], 2)
        return torch.from_numpy(squares.reshape(len(squares), -1))

    def still(self, frame: NDArray[np.uint8]) -> Tensor:
        """An image to patches [N, C*P*P]; errors as in `__call__`."""
        return self([frame], still=True).pixel_values

    def grid_of(self, frame: NDArray[np.uint8]) -> Grid:
        """Layers, rows and columns in patches of an image; errors as in `__call__`."""
        height, width = self.size_for(*_checked(frame).shape[:2])
        return 1, height // self.patch_size, width // self.patch_size

    def fit(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The frame in the size that the model sees it, uint8 [H, W, 3]; itself when it already has that size."""
        return _resized(frame, self.size_for(*_checked(frame).shape[:2]))

    def _cut(self, frame: NDArray[np.uint8], still: bool) -> NDArray[np.float32]:
        """A fitted frame to patches [N, C*Tp*P*P]."""
        scaled = self._squares(frame)
        if not still:
            scaled = np.tile(scaled, (1, 1, self.temporal_patch_size))
        return scaled.reshape(len(scaled), -1)

    def _squares(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A fitted frame to [N, 3, P*P]. Bytes are moved first, while they are small, and scaled after."""
        patch, merge = self.patch_size, self.merge_size
        rows, columns = (side // self.token_pixels for side in frame.shape[:2])
        squares = frame.reshape(rows, merge, patch, columns, merge, patch, 3).transpose(0, 3, 1, 4, 6, 2, 5)
        return self._scale(np.ascontiguousarray(squares).reshape(-1, 3, patch * patch))

    def _scale(self, values: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(value / 255 - mean) / std in float32, for values [N, 3, P*P]."""
        scaled = values.astype(np.float32)
        scaled /= np.float32(255)
        scaled -= np.array(self.image_mean, np.float32)[:, None]
        scaled /= np.array(self.image_std, np.float32)[:, None]
        return scaled


def _checked(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ImageError(f"a frame is {frame.dtype} {list(frame.shape)} and not uint8 [height, width, 3]: convert it")
    return frame


def _resized(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A frame in a size (height, width); itself when it already has it."""
    if frame.shape[:2] == size:
        return frame
    return np.asarray(Image.fromarray(frame).resize((size[1], size[0]), Image.Resampling.BICUBIC))


def _settings(values: dict[str, Any], kind: type[ImageProcessor]) -> dict[str, Any]:
    """What a `preprocessor_config.json` sets; limits come as `size` or, in older files, by their own names."""
    size = values.get("size") or {}
    limits = {"min_pixels": size.get("shortest_edge"), "max_pixels": size.get("longest_edge")}
    own = {own.name: values.get(own.name) for own in fields(kind) if own.name != "video"}
    found = {name: value for name, value in {**limits, **_present(own)}.items() if value is not None}
    return {name: tuple(value) if isinstance(value, list) else int(value) for name, value in found.items()}


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
