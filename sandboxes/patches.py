"""Black over parts of a picture that nobody may see, with the name of what is under it where that is known."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from perception.geometry import Box
from perception.observation import Frame

MIN_LETTERS = 7
"""Pixels; a label with smaller letters could not be read, and is left out."""
MAX_LETTERS = 16


class Patch(NamedTuple):
    """A rectangle in pixels of a frame, and what is written on it."""

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""
    """Such as `secret:NAME`; drawn where it fits, so that a filled field can be told from another."""

    @property
    def box(self) -> Box:
        """As a box."""
        return Box(left=self.left, top=self.top, right=self.right, bottom=self.bottom)


def blacked(frame: Frame, patches: Sequence[Patch]) -> Frame:
    """A copy of the frame in which every pixel that a patch touches is black but for its label; the frame itself where
    there is nothing to cover.
    """
    height, width = frame.pixels.shape[:2]
    spans = [(span, patch.label) for patch in patches if (span := _span(patch, width, height))]
    if not spans:
        return frame
    pixels = frame.pixels.copy()
    for (left, top, right, bottom), _ in spans:
        pixels[top:bottom, left:right] = 0
    for span, label in spans:
        _write(pixels, span, label)
    return Frame(pixels=pixels, time=frame.time)


def _span(patch: Patch, width: int, height: int) -> tuple[int, int, int, int] | None:
    """The whole pixels of a patch that are on the frame."""
    left, top = max(0, int(np.floor(patch.left))), max(0, int(np.floor(patch.top)))
    right, bottom = min(width, int(np.ceil(patch.right))), min(height, int(np.ceil(patch.bottom)))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _write(pixels: np.ndarray, span: tuple[int, int, int, int], label: str) -> None:
    """The label in white, as large as it fits; what does not fit is left out whole."""
    left, top, right, bottom = span
    room = right - left - 4
    for letters in range(min(MAX_LETTERS, int((bottom - top) * 0.75)), MIN_LETTERS - 1, -1):
        font = ImageFont.load_default(letters)
        if label and font.getlength(label) <= room:
            part = Image.new("RGB", (right - left, bottom - top))
            draw = ImageDraw.Draw(part)
            draw.text((2, (bottom - top) / 2), label, fill=(255, 255, 255), font=font, anchor="lm")
            pixels[top:bottom, left:right] = np.asarray(part)
            return
