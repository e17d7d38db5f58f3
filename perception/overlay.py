"""Draws marks on a frame: a point, a box, a path, a label.

A mark is plain data in pixels of its frame, so that a page can draw the same marks as vectors. Drawing is
done at four times the size (less for frames beyond a megapixel) and scaled down, which gives smooth edges on
the small frames that small models look at.
"""

from typing import Annotated, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, ConfigDict, Field

from perception.geometry import Box, Point
from perception.observation import Frame

INK = (255, 77, 46)
"""The marks' colour, RGB: far from what pages use for text, links and focus."""
_HALO = (255, 255, 255)
_FINE = 4
"""How many times finer than a pixel marks are drawn."""
_MOST_PIXELS = 20_000_000
"""The most that the layer of marks may have: where frames are large, lines are wide and smooth enough without."""


class _Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PointMark(_Mark):
    """A dot with rings around it, one ring for each click; none for a place that was only pointed at."""

    kind: Literal["point"] = "point"
    at: Point
    rings: int = Field(default=1, ge=0, le=3)


class BoxMark(_Mark):
    """The outline of a rectangle."""

    kind: Literal["box"] = "box"
    box: Box


class PathMark(_Mark):
    """A line through points, with an arrow at its end."""

    kind: Literal["path"] = "path"
    points: tuple[Point, ...] = Field(min_length=2)


class LabelMark(_Mark):
    """A few words beside a point."""

    kind: Literal["label"] = "label"
    at: Point
    text: str


Mark = Annotated[PointMark | BoxMark | PathMark | LabelMark, Field(discriminator="kind")]


def draw(frame: Frame, marks: tuple[Mark, ...]) -> Frame:
    """A new frame of the same size with the marks on it; what lies off the frame is cut at its edge."""
    if not marks:
        return frame
    canvas = _Canvas(frame)
    for mark in marks:
        match mark:
            case PointMark():
                canvas.point(mark)
            case BoxMark():
                canvas.box(mark)
            case PathMark():
                canvas.path(mark)
            case LabelMark():
                canvas.label(mark)
    return Frame(pixels=canvas.flatten(), time=frame.time)


class _Canvas:
    """A transparent layer, finer than the frame that it will lie on. `unit` is one line's width in fine
    pixels."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._fineness = _fineness(frame)
        self._size = (frame.size.width * self._fineness, frame.size.height * self._fineness)
        self._layer = Image.new("RGBA", self._size, (*INK, 0))
        self._pen = ImageDraw.Draw(self._layer)
        smaller = min(frame.size.width, frame.size.height)
        self.unit = max(1.0, smaller / 360) * self._fineness

    def point(self, mark: PointMark) -> None:
        x, y = self._fine(mark.at)
        for ring in range(mark.rings, 0, -1):
            self._ring(x, y, (3.0 + 4.0 * ring) * self.unit)
        self._dot(x, y, 3.2 * self.unit, _HALO)
        self._dot(x, y, 2.2 * self.unit, INK)

    def box(self, mark: BoxMark) -> None:
        edges = [side * self._fineness for side in (mark.box.left, mark.box.top, mark.box.right, mark.box.bottom)]
        if edges[2] <= edges[0] or edges[3] <= edges[1]:
            return
        for colour, width in ((_HALO, 4 * self.unit), (INK, 2 * self.unit)):
            self._pen.rectangle(edges, outline=(*colour, 255), width=round(width))

    def path(self, mark: PathMark) -> None:
        line = [self._fine(point) for point in mark.points]
        head = _arrow_head(line[-2], line[-1], 9 * self.unit)
        for colour, width in ((_HALO, 5 * self.unit), (INK, 2.5 * self.unit)):
            self._pen.line(line, fill=(*colour, 255), width=round(width), joint="curve")
            self._pen.line(head, fill=(*colour, 255), width=round(width), joint="curve")

    def label(self, mark: LabelMark) -> None:
        text = "".join(letter if letter.isprintable() else " " for letter in mark.text)
        if not text.strip():
            return
        font = ImageFont.load_default(size=11 * self.unit)
        left, top, right, bottom = self._pen.textbbox((0, 0), text, font=font)
        pad = 4 * self.unit
        width, height = right - left + 2 * pad, bottom - top + 2 * pad
        x, y = self._fine(mark.at)
        x = min(max(x + 10 * self.unit, 0), max(0, self._size[0] - width))
        y = min(max(y + 8 * self.unit, 0), max(0, self._size[1] - height))
        self._pen.rounded_rectangle((x, y, x + width, y + height), radius=pad, fill=(*INK, 235))
        self._pen.text((x + pad - left, y + pad - top), text, font=font, fill=(*_HALO, 255))

    def flatten(self) -> np.ndarray:
        """The frame's pixels with the layer on them: uint8 [height, width, 3]."""
        size = (self._frame.size.width, self._frame.size.height)
        layer = self._layer.resize(size, Image.Resampling.BOX)
        below = Image.fromarray(self._frame.pixels).convert("RGBA")
        return np.asarray(Image.alpha_composite(below, layer).convert("RGB"))

    def _fine(self, point: Point) -> tuple[float, float]:
        """A pixel's middle on the fine layer, moved onto the frame where it is off."""
        x = min(max(point.x, 0), self._frame.size.width - 1)
        y = min(max(point.y, 0), self._frame.size.height - 1)
        return (x + 0.5) * self._fineness, (y + 0.5) * self._fineness

    def _dot(self, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
        self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*colour, 255))

    def _ring(self, x: float, y: float, radius: float) -> None:
        for colour, width, grow in ((_HALO, 3.2, 0.8), (INK, 1.6, 0.0)):
            reach = radius + grow * self.unit
            self._pen.ellipse(
                (x - reach, y - reach, x + reach, y + reach),
                outline=(*colour, 255),
                width=round(width * self.unit),
            )


def _fineness(frame: Frame) -> int:
    """How many times finer than this frame its marks are drawn."""
    area = frame.size.width * frame.size.height
    return next((times for times in (_FINE, 2) if area * times**2 <= _MOST_PIXELS), 1)


def _arrow_head(tail: tuple[float, float], tip: tuple[float, float], length: float) -> list[tuple[float, float]]:
    """The two strokes at the tip, as one line through it; they open backwards by 30 degrees each side."""
    along = np.array([tip[0] - tail[0], tip[1] - tail[1]])
    norm = float(np.hypot(*along)) or 1.0
    back = -along / norm * length
    turned = []
    for angle in (np.pi / 6, -np.pi / 6):
        cos, sin = np.cos(angle), np.sin(angle)
        turned.append((tip[0] + back[0] * cos - back[1] * sin, tip[1] + back[0] * sin + back[1] * cos))
    return [turned[0], tip, turned[1]]
