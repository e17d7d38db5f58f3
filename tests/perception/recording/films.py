"""Videos for tests: drawn pages, encoded as strangers would."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

ARROW = [(row, column) for row in range(16) for column in range(row * 3 // 4 + 1)]


def page(width: int = 320, height: int = 240, seed: int = 0) -> np.ndarray:
    """A page with lines of something like text, uint8 [H, W, 3]."""
    pixels = np.full((height, width, 3), 245, np.uint8)
    rng = np.random.default_rng(seed)
    for top in range(60, height - 20, 20):
        ink = rng.random((8, width // 2 - 20)) < 0.4
        pixels[top : top + 8, 20 : 20 + ink.shape[1]][ink] = 40
    return pixels


def with_arrow(pixels: np.ndarray, left: int, top: int) -> np.ndarray:
    """A copy with a pointer, whose tip is at (left, top)."""
    pixels = pixels.copy()
    for row, column in ARROW:
        pixels[top + row, left + column] = 0
    return pixels


def with_box(pixels: np.ndarray, left: int, top: int, width: int, height: int, level: int = 0) -> np.ndarray:
    """A copy with a rectangle."""
    pixels = pixels.copy()
    pixels[top : top + height, left : left + width] = level
    return pixels


def luma(pixels: np.ndarray) -> np.ndarray:
    """uint8 [H, W]."""
    return pixels.mean(axis=2).astype(np.uint8)


def write(path: Path, shown: Iterable[tuple[float, np.ndarray]], *, codec: str = "libx264", **options: str) -> None:
    """A video of pictures at times, in seconds."""
    with av.open(str(path), "w") as container:
        stream: Any = None
        for seconds, pixels in shown:
            if stream is None:
                stream = container.add_stream(codec, rate=30, options={"preset": "ultrafast", **options})
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = round(seconds * 1000), Fraction(1, 1000)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def steady(states: Iterable[tuple[float, np.ndarray]], fps: int = 10) -> Iterable[tuple[float, np.ndarray]]:
    """Each state for so many seconds, at a constant rate."""
    tick = 0
    for seconds, pixels in states:
        for _ in range(round(seconds * fps)):
            yield tick / fps, pixels
            tick += 1
