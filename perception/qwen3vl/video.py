"""What a model sees of a video: which frames, how large, and when each was.

T frames. A temporal group is `temporal_patch_size` (2) neighbouring frames that become one layer of patches; where they
don't come out even, the last frame is repeated. A group's time is the middle between its first and last frame, and is
written into the text before it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from perception.errors import ImageError, ModelError

VIDEO_FILE = "video_preprocessor_config.json"
MAX_ASPECT = 200

Timestamps = Literal["seconds", "clock"]
"""How a time is written: `<3.0 seconds>`, as the reference writes it, or `<00:00:03.0>`."""


@dataclass(frozen=True, slots=True)
class VideoRules:
    """The limits of one model. The defaults are those of the released models; the report's evaluations took 2,048
    frames and 640 or 768 tokens a frame at most."""

    fps: float = 2.0
    """Frames that are looked at per second."""
    min_frames: int = 4
    max_frames: int = 768
    min_pixels: int = 4_096
    """Of all frames together, as `max_pixels`; a visual token stands for 32 x 32 px of two frames."""
    max_pixels: int = 25_165_824
    max_frame_tokens: int | None = None
    """Visual tokens of one frame at most; None: only the whole video is limited."""

    def __post_init__(self) -> None:
        limits = 0 < self.min_pixels <= self.max_pixels and 0 < self.min_frames <= self.max_frames and self.fps > 0
        if not limits or (self.max_frame_tokens is not None and self.max_frame_tokens < 1):
            raise ModelError(f"a limit of {self} is below 1 or below its minimum: correct it")

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Reads `video_preprocessor_config.json`; defaults where there is none. Raises ModelError for a corrupt one."""
        path = Path(folder) / VIDEO_FILE
        try:
            return cls(**_settings(json.loads(path.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(f"{path} cannot be read ({error}): restore it from the model's source") from error

    def sample(self, num_frames: int, fps: float) -> list[int]:
        """Which frames of a video of so many, recorded at `fps` a second, are looked at: evenly spread, ends included.

        Raises ImageError for a video without frames or speed.
        """
        if num_frames < 1 or not fps > 0:
            raise ImageError(f"a video of {num_frames} frames at {fps} a second cannot be read: record it again")
        wanted = min(max(int(num_frames / fps * self.fps), self.min_frames), self.max_frames, num_frames)
        return np.linspace(0, num_frames - 1, wanted).round().astype(int).tolist()

    def pick(self, seconds: Sequence[float]) -> list[int]:
        """Which frames are looked at of some whose times are given, in seconds and ascending: `sample` at their mean
        rate, so that what was thinned out before stays whole.

        Raises ImageError for no frames, or times that go back.
        """
        if any(later < earlier for earlier, later in pairwise(seconds)):
            raise ImageError("the times of a video's frames go back: sort the frames")
        passed = seconds[-1] - seconds[0] if seconds else 0.0
        rate = round((len(seconds) - 1) / passed, 6) if passed else self.fps
        return self.sample(len(seconds), rate)

    def size_for(self, num_frames: int, height: int, width: int, *, unit: int, group: int) -> tuple[int, int]:
        """Height and width in pixels that every frame is resized to; unit: pixels of a visual token's edge, group:
        frames of a temporal group.

        As for images, sides go to the nearest multiple and then within limits, which here are those of all frames
        together. Raises ImageError for empty or very thin frames.
        """
        if min(height, width) < 1 or max(height, width) > MAX_ASPECT * min(height, width):
            raise ImageError(
                f"a frame of {width} x {height} px is empty or too thin: capture another part of the screen"
            )
        if min(height, width) < unit:
            grown = max(unit / height, unit / width)
            height, width = int(height * grown), int(width * grown)
        num_frames = max(num_frames, group)
        rows, columns, layers = round(height / unit), round(width / unit), round(num_frames / group) * group
        area, most = layers * rows * columns * unit**2, self._most_pixels(num_frames, unit)
        if area > most:
            shrink = math.sqrt(num_frames * height * width / most)
            rows, columns = (max(1, math.floor(side / shrink / unit)) for side in (height, width))
        elif area < self.min_pixels:
            grow = math.sqrt(self.min_pixels / (num_frames * height * width))
            rows, columns = (math.ceil(side * grow / unit) for side in (height, width))
        return rows * unit, columns * unit

    def _most_pixels(self, num_frames: int, unit: int) -> int:
        if self.max_frame_tokens is None:
            return self.max_pixels
        share = min(self.max_frame_tokens * unit**2, self.max_pixels // num_frames)
        return num_frames * max(share, int(self.min_pixels * 1.05))


def group_seconds(seconds: Sequence[float], group: int = 2) -> list[float]:
    """The time of each temporal group of frames, from the times of the frames, all in seconds."""
    firsts = range(0, len(seconds), group)
    return [(seconds[first] + seconds[min(first + group, len(seconds)) - 1]) / 2 for first in firsts]


def timestamp(seconds: float, form: Timestamps = "seconds") -> str:
    """A time as it is written before its temporal group, to a tenth of a second."""
    if form == "seconds":
        return f"<{seconds:.1f} seconds>"
    tenths = round(seconds * 10)
    return f"<{tenths // 36_000:02}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}>"


def _settings(values: dict[str, Any]) -> dict[str, Any]:
    size = values.get("size") or {}
    found = {name: values.get(name) for name in ("fps", "min_frames", "max_frames")}
    found |= {"min_pixels": size.get("shortest_edge"), "max_pixels": size.get("longest_edge")}
    if values.get("cap_pixels_per_frame"):
        found["max_frame_tokens"] = values.get("max_video_tokens", 768)
    return {name: float(value) if name == "fps" else int(value) for name, value in found.items() if value is not None}
