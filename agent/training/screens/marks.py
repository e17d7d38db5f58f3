"""Marks without words: icons drawn from simple parts, and coloured shapes."""

import functools
import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from agent.training.screens.canvas import SUPERSAMPLING, Canvas, Colour, luminance, mixed
from agent.training.screens.kit import Kit, Piece
from agent.training.screens.record import Widget
from agent.training.screens.themes import WHITE

COLOURS: dict[str, Colour] = {
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (30, 70, 220),
    "yellow": (240, 220, 30),
    "orange": (245, 140, 20),
    "purple": (130, 40, 170),
    "black": (10, 10, 10),
    "pink": (250, 130, 190),
    "cyan": (30, 210, 220),
    "gray": (128, 128, 128),
}
SHAPES = ("circle", "square", "triangle", "rectangle", "star", "cross")

Point = tuple[float, float]


def star_points(size: float, num_points: int = 5, inner: float = 0.4) -> list[Point]:
    """The corners of a star that fills a square of `size`."""
    points = []
    for i in range(2 * num_points):
        radius, angle = size / 2 * (1 if i % 2 == 0 else inner), -math.pi / 2 + i * math.pi / num_points
        points.append((size / 2 + radius * math.cos(angle), size / 2 + radius * math.sin(angle)))
    return points


class _Pen:
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


def _gear(pen: _Pen) -> None:
    for i in range(8):
        angle = i * math.pi / 4
        pen.line((0.5, 0.5), (0.5 + 0.42 * math.cos(angle), 0.5 + 0.42 * math.sin(angle)))
    pen.disc(0.5, 0.5, 0.32)
    pen.disc(0.5, 0.5, 0.14, ink=0)


def _magnifier(pen: _Pen) -> None:
    pen.ring(0.42, 0.42, 0.3)
    pen.line((0.64, 0.64), (0.88, 0.88))


def _trash(pen: _Pen) -> None:
    pen.line((0.14, 0.24), (0.86, 0.24))
    pen.line((0.4, 0.24), (0.4, 0.13), (0.6, 0.13), (0.6, 0.24))
    pen.line((0.24, 0.28), (0.29, 0.88), (0.71, 0.88), (0.76, 0.28))
    pen.line((0.43, 0.4), (0.43, 0.75))
    pen.line((0.57, 0.4), (0.57, 0.75))


def _heart(pen: _Pen) -> None:
    pen.disc(0.31, 0.36, 0.22)
    pen.disc(0.69, 0.36, 0.22)
    pen.fill((0.11, 0.46), (0.89, 0.46), (0.5, 0.9))


def _home(pen: _Pen) -> None:
    pen.fill((0.06, 0.5), (0.5, 0.1), (0.94, 0.5))
    pen.box(0.2, 0.48, 0.8, 0.88)
    pen.box(0.42, 0.62, 0.58, 0.89, ink=0)


def _arrow(*points: Point) -> Callable[[_Pen], None]:
    def draw(pen: _Pen) -> None:
        tail, head, one, other = points
        pen.line(tail, head)
        pen.line(one, head, other)

    return draw


def _menu(pen: _Pen) -> None:
    for y in (0.26, 0.5, 0.74):
        pen.line((0.14, y), (0.86, y))


def _dots(pen: _Pen) -> None:
    for x in (0.2, 0.5, 0.8):
        pen.disc(x, 0.5, 0.1)


def _envelope(pen: _Pen) -> None:
    pen.line((0.1, 0.22), (0.9, 0.22), (0.9, 0.78), (0.1, 0.78), (0.1, 0.22))
    pen.line((0.1, 0.24), (0.5, 0.56), (0.9, 0.24))


def _person(pen: _Pen) -> None:
    pen.disc(0.5, 0.3, 0.19)
    pen.disc(0.5, 0.88, 0.34)
    pen.box(0, 0.89, 1, 1, ink=0)


def _pencil(pen: _Pen) -> None:
    pen.fill((0.68, 0.1), (0.9, 0.32), (0.36, 0.86), (0.14, 0.64))
    pen.fill((0.11, 0.69), (0.31, 0.89), (0.08, 0.92))


def _bell(pen: _Pen) -> None:
    pen.disc(0.5, 0.4, 0.26)
    pen.fill((0.24, 0.4), (0.76, 0.4), (0.88, 0.76), (0.12, 0.76))
    pen.disc(0.5, 0.86, 0.1)


def _download(pen: _Pen) -> None:
    pen.line((0.5, 0.1), (0.5, 0.62))
    pen.line((0.28, 0.42), (0.5, 0.64), (0.72, 0.42))
    pen.line((0.14, 0.66), (0.14, 0.88), (0.86, 0.88), (0.86, 0.66))


def _lock(pen: _Pen) -> None:
    pen.arc(0.5, 0.38, 0.24, 180, 360)
    pen.box(0.2, 0.42, 0.8, 0.9)
    pen.disc(0.5, 0.64, 0.08, ink=0)


def _folder(pen: _Pen) -> None:
    pen.fill((0.08, 0.2), (0.4, 0.2), (0.5, 0.32), (0.92, 0.32), (0.92, 0.84), (0.08, 0.84))


def _refresh(pen: _Pen) -> None:
    pen.arc(0.5, 0.5, 0.36, 20, 310)
    pen.fill((0.6, 0.3), (0.92, 0.34), (0.88, 0.04))


ICONS: dict[str, Callable[[_Pen], None]] = {
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

_ALIKE = {"star": "star", "plus": "cross", "close": "cross"}
"""Icons that would pass for a shape: no screen has both."""


@functools.lru_cache(maxsize=2000)
def icon_mask(name: str, size: int, weight: float) -> Image.Image:
    """An L mask of `size` px of the icon, with lines `weight` of the size wide."""
    pen = _Pen(size, weight)
    ICONS[name](pen)
    return pen.image.resize((size, size), Image.Resampling.BOX)


def icon(kit: Kit, room: float = 60) -> Piece | None:
    """An icon: bare, on a button, or in a disc; None when its name is taken or it is wider than `room`."""
    rng = kit.rng
    name = rng.choice(list(ICONS))
    alike = _ALIKE.get(name, "")
    if f"icon {name}" in kit.used or f"any {alike}" in kit.used:
        return None
    kit.used |= {f"icon {name}", f"{alike} icon"}
    size, weight = kit.px(rng.randint(13, 26)), rng.choice((0.09, 0.11, 0.13))
    frame = rng.choice(("", "", "button", "disc"))
    pad = kit.px(rng.randint(3, 6)) if frame else 2
    accent = kit.theme.palette.accent
    filled = bool(frame) and kit.chance(0.4)
    ground = accent if filled else mixed(kit.ground, kit.ink, 0.08) if frame else kit.ground
    colour = kit.ink if kit.chance(0.7) else rng.choice(list(COLOURS.values()))
    if filled or abs(luminance(colour) - luminance(ground)) < 70:
        colour = WHITE if luminance(ground) < 150 else (20, 20, 20)
    outer, radius = size + 2 * pad, 4 if frame == "button" else (size + 2 * pad) // 2
    if outer > room:
        return None

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        box = (x, y, x + outer, y + outer)
        if frame:
            canvas.rounded(box, radius, ground, mixed(ground, (0, 0, 0), 0.2) if frame == "button" else None)
        mask = icon_mask(name, size, weight)
        canvas.image.paste(colour, (x + pad, y + pad, x + pad + size, y + pad + size), mask)
        return [Widget("icon", box, name)]

    return Piece(outer, outer, paint)


def shape(kit: Kit, room: float = 90) -> Piece | None:
    """A coloured shape; no two of a screen share both, and none has the colour of the ground."""
    rng = kit.rng
    colour, name = rng.choice(list(COLOURS)), rng.choice(SHAPES)
    fill = tuple(max(0, min(255, v + rng.randint(-12, 12))) for v in COLOURS[colour])
    distance = sum(abs(a - b) for a, b in zip(fill, kit.ground, strict=True))
    if f"shape {colour} {name}" in kit.used or distance < 110 or f"{name} icon" in kit.used:
        return None
    kit.used |= {f"shape {colour} {name}", f"any {name}"}
    size = kit.px(rng.randint(12, 44))
    width, height = size, size
    if name == "rectangle":
        width, height = (
            (round(size * 1.8), max(8, size // 2)) if kit.chance(0.6) else (max(8, size // 2), round(size * 1.8))
        )
    outline = kit.ink if kit.chance(0.25) else None
    if width > room:
        return None

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        _draw_shape(canvas, name, (x, y, x + width, y + height), (fill[0], fill[1], fill[2]), outline)
        return [Widget("shape", (x, y, x + width, y + height), colour=colour, shape=name)]

    return Piece(width, height, paint)


def _draw_shape(
    canvas: Canvas, name: str, box: tuple[int, int, int, int], fill: Colour, outline: Colour | None
) -> None:
    x, y, x2, y2 = box
    size = x2 - x
    if name == "circle":
        canvas.disc(box, fill, outline)
    elif name in ("square", "rectangle"):
        canvas.rect(box, fill, outline)
    elif name == "triangle":
        canvas.polygon([(x + size / 2, y), (x2, y2), (x, y2)], fill)
    elif name == "cross":
        third = size / 3
        canvas.rect((x + third, y, x2 - third, y2), fill)
        canvas.rect((x, y + third, x2, y2 - third), fill)
    else:
        canvas.polygon([(x + px, y + py) for px, py in star_points(size)], fill)
