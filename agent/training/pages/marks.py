"""Icons and coloured shapes as SVG: the same names and forms as on drawn screens."""

import base64
import io
import math
import random

from PIL import Image

from agent.training.screens.canvas import Colour
from agent.training.screens.icon_store import stored_icons
from agent.training.screens.icons import ICONS, Point, star_points
from agent.training.screens.marks import STORED_SHARE


class SvgPen:
    """Writes what an icon's function draws as SVG of a 24 unit square."""

    def __init__(self, weight: float, ground: str) -> None:
        self.weight = weight * 24
        self.ground = ground
        """The colour of what is taken away, as CSS writes it."""
        self.parts: list[str] = []

    def _paint(self, ink: int) -> str:
        return 'fill="currentColor"' if ink else f'fill="{self.ground}"'

    def _stroke(self) -> str:
        return f'fill="none" stroke="currentColor" stroke-width="{self.weight:.2f}" stroke-linecap="round"'

    def line(self, *points: Point) -> None:
        """A line through `points`."""
        path = " ".join(f"{x * 24:.1f},{y * 24:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" {self._stroke()}/>')

    def fill(self, *points: Point, ink: int = 255) -> None:
        """A filled polygon."""
        path = " ".join(f"{x * 24:.1f},{y * 24:.1f}" for x, y in points)
        self.parts.append(f'<polygon points="{path}" {self._paint(ink)}/>')

    def ring(self, x: float, y: float, radius: float) -> None:
        """A circle's line, inside `radius`."""
        inner = radius * 24 - self.weight / 2
        self.parts.append(f'<circle cx="{x * 24:.1f}" cy="{y * 24:.1f}" r="{inner:.1f}" {self._stroke()}/>')

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        """A filled circle."""
        self.parts.append(f'<circle cx="{x * 24:.1f}" cy="{y * 24:.1f}" r="{radius * 24:.1f}" {self._paint(ink)}/>')

    def box(self, x1: float, y1: float, x2: float, y2: float, ink: int = 255) -> None:
        """A filled rectangle."""
        width, height = (x2 - x1) * 24, (y2 - y1) * 24
        place = f'x="{x1 * 24:.1f}" y="{y1 * 24:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self.parts.append(f"<rect {place} {self._paint(ink)}/>")

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """A part of a circle's line, from `start` to `end` degrees, clockwise from the right."""
        steps = [math.radians(start + (end - start) * i / 12) for i in range(13)]
        self.line(*[(x + radius * math.cos(a), y + radius * math.sin(a)) for a in steps])


def icon_html(rng: random.Random, name: str, size: int) -> str:
    """The icon `name`, `size` px wide: one of the store's drawings where there is one, or our own. What is cut out of
    it shows the CSS variable --ground."""
    stored = stored_icons().get(name)
    if stored and (name not in ICONS or rng.random() < STORED_SHARE):
        return _masked(stored[rng.randrange(len(stored))], size)
    return icon_svg(name, size, rng.choice((0.08, 0.09, 0.11, 0.13)), "var(--ground)")


def _masked(mask: Image.Image, size: int) -> str:
    """A mask filled with the colour of the text."""
    picture = io.BytesIO()
    Image.merge("LA", (Image.new("L", mask.size), mask)).save(picture, "PNG")
    url = f"url(data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()})"
    style = f"width:{size}px;height:{size}px;background:currentColor;mask:{url} center/contain no-repeat"
    return f'<i style="display:inline-block;vertical-align:middle;{style}"></i>'


def icon_svg(name: str, size: int, weight: float, ground: str) -> str:
    """The icon `name`, `size` px wide, on a ground of the CSS colour `ground`."""
    pen = SvgPen(weight, ground)
    ICONS[name](pen)
    return f'<svg width="{size}" height="{size}" viewBox="0 0 24 24">{"".join(pen.parts)}</svg>'


def shape_svg(name: str, width: int, height: int, colour: Colour, attributes: str) -> str:
    """A coloured shape that fills `width` x `height` px; `attributes` go on the svg element."""
    fill = f'fill="rgb({colour[0]},{colour[1]},{colour[2]})"'
    if name == "circle":
        inner = f'<circle cx="{width / 2}" cy="{height / 2}" r="{width / 2}" {fill}/>'
    elif name in ("square", "rectangle"):
        inner = f'<rect width="{width}" height="{height}" {fill}/>'
    elif name == "cross":
        third = width / 3
        inner = f'<rect x="{third}" width="{third}" height="{height}" {fill}/>'
        inner += f'<rect y="{third}" width="{width}" height="{third}" {fill}/>'
    else:
        corners = [(width / 2, 0), (width, height), (0, height)] if name == "triangle" else star_points(width)
        inner = f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}" {fill}/>'
    return f'<svg {attributes} width="{width}" height="{height}">{inner}</svg>'
