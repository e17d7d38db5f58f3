"""Icons drawn from simple parts, each by a function that any kind of pen can follow."""

import functools
import math
from collections.abc import Callable
from typing import Protocol

from PIL import Image, ImageDraw

from agent.training.screens.canvas import SUPERSAMPLING

Point = tuple[float, float]


def star_points(size: float, num_points: int = 5, inner: float = 0.4) -> list[Point]:
    """The corners of a star that fills a square of `size`."""
    points = []
    for i in range(2 * num_points):
        radius, angle = size / 2 * (1 if i % 2 == 0 else inner), -math.pi / 2 + i * math.pi / num_points
        points.append((size / 2 + radius * math.cos(angle), size / 2 + radius * math.sin(angle)))
    return points


class Pen(Protocol):
    """Draws on a unit square: y down, `ink` 0 takes away instead."""

    def line(self, *points: Point) -> None:
        """A line through `points`."""
        ...

    def fill(self, *points: Point, ink: int = 255) -> None:
        """A filled polygon."""
        ...

    def ring(self, x: float, y: float, radius: float) -> None:
        """A circle's line, inside `radius`."""
        ...

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        """A filled circle."""
        ...

    def box(self, x1: float, y1: float, x2: float, y2: float, ink: int = 255) -> None:
        """A filled rectangle."""
        ...

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """A part of a circle's line, from `start` to `end` degrees, clockwise from the right."""
        ...


class _MaskPen:
    """Draws on a unit square that is enlarged to `size` px: 255 = ink, 0 = none."""

    def __init__(self, size: int, weight: float) -> None:
        self.scale = size * SUPERSAMPLING
        self.image = Image.new("L", (self.scale, self.scale), 0)
        self._draw = ImageDraw.Draw(self.image)
        self.weight = weight

    def _scaled(self, points: list[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def line(self, *points: Point) -> None:
        width = max(1, round(self.weight * self.scale))
        self._draw.line(self._scaled(list(points)), fill=255, width=width, joint="curve")
        for x, y in self._scaled([points[0], points[-1]]):
            self._draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)

    def fill(self, *points: Point, ink: int = 255) -> None:
        self._draw.polygon(self._scaled(list(points)), fill=ink)

    def ring(self, x: float, y: float, radius: float) -> None:
        self.disc(x, y, radius)
        self.disc(x, y, radius - self.weight, ink=0)

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        if radius > 0:
            s = self.scale
            self._draw.ellipse(((x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s), fill=ink)

    def box(self, x1: float, y1: float, x2: float, y2: float, ink: int = 255) -> None:
        s = self.scale
        self._draw.rectangle((x1 * s, y1 * s, x2 * s, y2 * s), fill=ink)

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        s = self.scale
        box = ((x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s)
        self._draw.arc(box, start, end, fill=255, width=max(1, round(self.weight * s)))


def _gear(pen: Pen) -> None:
    for i in range(8):
        angle = i * math.pi / 4
        pen.line((0.5, 0.5), (0.5 + 0.42 * math.cos(angle), 0.5 + 0.42 * math.sin(angle)))
    pen.disc(0.5, 0.5, 0.32)
    pen.disc(0.5, 0.5, 0.14, ink=0)


def _magnifier(pen: Pen) -> None:
    pen.ring(0.42, 0.42, 0.3)
    pen.line((0.64, 0.64), (0.88, 0.88))


def _trash(pen: Pen) -> None:
    pen.line((0.14, 0.24), (0.86, 0.24))
    pen.line((0.4, 0.24), (0.4, 0.13), (0.6, 0.13), (0.6, 0.24))
    pen.line((0.24, 0.28), (0.29, 0.88), (0.71, 0.88), (0.76, 0.28))
    pen.line((0.43, 0.4), (0.43, 0.75))
    pen.line((0.57, 0.4), (0.57, 0.75))


def _heart(pen: Pen) -> None:
    pen.disc(0.31, 0.36, 0.22)
    pen.disc(0.69, 0.36, 0.22)
    pen.fill((0.11, 0.46), (0.89, 0.46), (0.5, 0.9))


def _home(pen: Pen) -> None:
    pen.fill((0.06, 0.5), (0.5, 0.1), (0.94, 0.5))
    pen.box(0.2, 0.48, 0.8, 0.88)
    pen.box(0.42, 0.62, 0.58, 0.89, ink=0)


def _arrow(*points: Point) -> Callable[[Pen], None]:
    def draw(pen: Pen) -> None:
        tail, head, one, other = points
        pen.line(tail, head)
        pen.line(one, head, other)

    return draw


def _menu(pen: Pen) -> None:
    for y in (0.26, 0.5, 0.74):
        pen.line((0.14, y), (0.86, y))


def _dots(pen: Pen) -> None:
    for x in (0.2, 0.5, 0.8):
        pen.disc(x, 0.5, 0.1)


def _envelope(pen: Pen) -> None:
    pen.line((0.1, 0.22), (0.9, 0.22), (0.9, 0.78), (0.1, 0.78), (0.1, 0.22))
    pen.line((0.1, 0.24), (0.5, 0.56), (0.9, 0.24))


def _person(pen: Pen) -> None:
    pen.disc(0.5, 0.3, 0.19)
    pen.disc(0.5, 0.88, 0.34)
    pen.box(0, 0.89, 1, 1, ink=0)


def _pencil(pen: Pen) -> None:
    pen.fill((0.68, 0.1), (0.9, 0.32), (0.36, 0.86), (0.14, 0.64))
    pen.fill((0.11, 0.69), (0.31, 0.89), (0.08, 0.92))


def _bell(pen: Pen) -> None:
    pen.disc(0.5, 0.4, 0.26)
    pen.fill((0.24, 0.4), (0.76, 0.4), (0.88, 0.76), (0.12, 0.76))
    pen.disc(0.5, 0.86, 0.1)


def _download(pen: Pen) -> None:
    pen.line((0.5, 0.1), (0.5, 0.62))
    pen.line((0.28, 0.42), (0.5, 0.64), (0.72, 0.42))
    pen.line((0.14, 0.66), (0.14, 0.88), (0.86, 0.88), (0.86, 0.66))


def _lock(pen: Pen) -> None:
    pen.arc(0.5, 0.38, 0.24, 180, 360)
    pen.box(0.2, 0.42, 0.8, 0.9)
    pen.disc(0.5, 0.64, 0.08, ink=0)


def _folder(pen: Pen) -> None:
    pen.fill((0.08, 0.2), (0.4, 0.2), (0.5, 0.32), (0.92, 0.32), (0.92, 0.84), (0.08, 0.84))


def _refresh(pen: Pen) -> None:
    pen.arc(0.5, 0.5, 0.36, 20, 310)
    pen.fill((0.6, 0.3), (0.92, 0.34), (0.88, 0.04))


ICONS: dict[str, Callable[[Pen], None]] = {
    "gear": _gear,
    "magnifier": _magnifier,
    "trash": _trash,
    "plus": lambda pen: (pen.line((0.5, 0.14), (0.5, 0.86)), pen.line((0.14, 0.5), (0.86, 0.5)), None)[2],
    "minus": lambda pen: pen.line((0.14, 0.5), (0.86, 0.5)),
    "close": lambda pen: (pen.line((0.2, 0.2), (0.8, 0.8)), pen.line((0.2, 0.8), (0.8, 0.2)), None)[2],
    "check": lambda pen: pen.line((0.14, 0.54), (0.4, 0.8), (0.86, 0.22)),
    "heart": _heart,
    "star": lambda pen: pen.fill(*star_points(1)),
    "home": _home,
    "left arrow": _arrow((0.88, 0.5), (0.12, 0.5), (0.42, 0.2), (0.42, 0.8)),
    "right arrow": _arrow((0.12, 0.5), (0.88, 0.5), (0.58, 0.2), (0.58, 0.8)),
    "up arrow": _arrow((0.5, 0.88), (0.5, 0.12), (0.2, 0.42), (0.8, 0.42)),
    "down arrow": _arrow((0.5, 0.12), (0.5, 0.88), (0.2, 0.58), (0.8, 0.58)),
    "menu": _menu,
    "more": _dots,
    "mail": _envelope,
    "person": _person,
    "pencil": _pencil,
    "bell": _bell,
    "download": _download,
    "lock": _lock,
    "folder": _folder,
    "refresh": _refresh,
    "play": lambda pen: pen.fill((0.2, 0.1), (0.88, 0.5), (0.2, 0.9)),
    "pause": lambda pen: (pen.box(0.2, 0.14, 0.4, 0.86), pen.box(0.6, 0.14, 0.8, 0.86), None)[2],
}
"""Icons by the name that questions use."""


@functools.lru_cache(maxsize=2000)
def icon_mask(name: str, size: int, weight: float) -> Image.Image:
    """An L mask of `size` px of the icon, with lines `weight` of the size wide."""
    pen = _MaskPen(size, weight)
    ICONS[name](pen)
    return pen.image.resize((size, size), Image.Resampling.BOX)
