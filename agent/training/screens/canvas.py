"""The picture being drawn: shapes with smooth edges, text with its glyphs remembered, clipping, covering, dimming."""

import functools

import numpy as np
from PIL import Image, ImageDraw

from agent.training.screens.fonts import Font
from agent.training.screens.glyphs import CHAR_IDS, Glyph
from agent.training.screens.record import Box

Colour = tuple[int, int, int]

SUPERSAMPLING = 4
"""Edges are drawn this much larger and shrunk, as Pillow draws them jagged."""


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` (0..1) of `second` in it."""
    r, g, b = (round(one + (two - one) * share) for one, two in zip(first, second, strict=True))
    return r, g, b


def luminance(colour: Colour) -> float:
    """Brightness of `colour`, 0 (black) to 255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever reads better on `colour`."""
    return (255, 255, 255) if luminance(colour) < 145 else (0, 0, 0)


@functools.lru_cache(maxsize=2000)
def _rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    """An L mask of a rounded rectangle with smooth corners."""
    mask = Image.new("L", (width, height), 255)
    radius = min(radius, width // 2, height // 2)
    if radius <= 0:
        return mask
    big = radius * SUPERSAMPLING
    disc = Image.new("L", (2 * big, 2 * big), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, 2 * big - 1, 2 * big - 1), fill=255)
    disc = disc.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    for x, left in ((0, 0), (width - radius, radius)):
        for y, top in ((0, 0), (height - radius, radius)):
            mask.paste(disc.crop((left, top, left + radius, top + radius)), (x, y))
    return mask


@functools.lru_cache(maxsize=4000)
def polygon_mask(points: tuple[tuple[float, float], ...], width: int, height: int) -> Image.Image:
    """An L mask of a filled polygon with smooth edges; points in pixels of the mask."""
    mask = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING), 0)
    ImageDraw.Draw(mask).polygon([(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points], fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


class Canvas:
    """A picture of `width` x `height` px with the glyphs on it."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.width = width
        self.height = height
        self.image = Image.new("RGB", (width, height), background)
        self.draw = ImageDraw.Draw(self.image)
        self.glyphs: list[Glyph] = []

    def rect(self, box: Box, fill: Colour | None, outline: Colour | None = None, width: int = 1) -> None:
        """A rectangle with sharp corners; the right and bottom edges lie inside the box."""
        x1, y1, x2, y2 = (int(v) for v in box)
        if x2 > x1 and y2 > y1:
            self.draw.rectangle((x1, y1, x2 - 1, y2 - 1), fill=fill, outline=outline, width=width)

    def rounded(
        self, box: Box, radius: int, fill: Colour | Image.Image, outline: Colour | None = None, width: int = 1
    ) -> None:
        """A rectangle with smooth round corners, filled with a colour or a picture of its size."""
        x1, y1, x2, y2 = (int(v) for v in box)
        if x2 - x1 < 2 or y2 - y1 < 2:
            return
        if radius <= 0 and not isinstance(fill, Image.Image):
            self.rect(box, fill, outline, width)
            return
        if outline is not None:
            self.image.paste(outline, (x1, y1, x2, y2), _rounded_mask(x2 - x1, y2 - y1, radius))
            x1, y1, x2, y2, radius = x1 + width, y1 + width, x2 - width, y2 - width, max(0, radius - width)
            if x2 - x1 < 1 or y2 - y1 < 1:
                return
        mask = _rounded_mask(x2 - x1, y2 - y1, radius)
        if isinstance(fill, Image.Image):
            self.image.paste(fill.resize((x2 - x1, y2 - y1)), (x1, y1), mask)
        else:
            self.image.paste(fill, (x1, y1, x2, y2), mask)

    def disc(self, box: Box, fill: Colour, outline: Colour | None = None, width: int = 1) -> None:
        """A smooth circle or pill that fills the box."""
        self.rounded(box, int(min(box[2] - box[0], box[3] - box[1]) / 2), fill, outline, width)

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """A smooth polygon; points in pixels."""
        x1, y1 = int(min(x for x, _ in points)), int(min(y for _, y in points))
        x2, y2 = int(max(x for x, _ in points)) + 1, int(max(y for _, y in points)) + 1
        local = tuple((round(x - x1, 2), round(y - y1, 2)) for x, y in points)
        mask = polygon_mask(local, max(1, x2 - x1), max(1, y2 - y1))
        self.image.paste(fill, (x1, y1, x1 + mask.width, y1 + mask.height), mask)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: int = 1) -> None:
        """A line along `points`."""
        self.draw.line(points, fill=fill, width=width, joint="curve" if width > 1 else None)

    def gradient(self, width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
        """A picture that goes from `top` to `bottom`."""
        ramp = np.linspace(0, 1, max(1, height))[:, None, None]
        rows = np.array(top) * (1 - ramp) + np.array(bottom) * ramp
        return Image.fromarray(np.repeat(rows.astype(np.uint8), max(1, width), axis=1))

    def shadow(self, box: Box, radius: int, strength: float = 0.18, spread: int = 3) -> None:
        """A soft shadow below `box`, to draw before the box itself."""
        x1, y1, x2, y2 = (int(v) for v in box)
        for grow in range(spread, -1, -1):
            mask = _rounded_mask(x2 - x1 + 2 * grow, y2 - y1 + 2 * grow, radius + grow)
            shade = mask.point([int(v * strength / (spread + 1)) for v in range(256)])
            self.image.paste((0, 0, 0), (x1 - grow, y1 - grow + 1), shade)

    def text(self, x: float, y: float, text: str, font: Font, fill: Colour, clip: Box | None = None) -> None:
        """One line of text with its top left at (x, y); with `clip`, only what lies in that box is drawn."""
        if clip is None:
            self.draw.text((x, y), text, font=font.face, fill=fill)
        else:
            self._clipped_text(x, y, text, font, fill, clip)
        middle = y + font.middle
        for char in text:
            advance = font.advance[char]
            if char != " " and (
                clip is None or (clip[0] <= x + advance / 2 <= clip[2] and clip[1] <= middle <= clip[3])
            ):
                self.glyphs.append((x + advance / 2, middle, CHAR_IDS[char]))
            x += advance

    def _clipped_text(self, x: float, y: float, text: str, font: Font, fill: Colour, clip: Box) -> None:
        x1, y1, x2, y2 = (int(v) for v in clip)
        if x2 <= x1 or y2 <= y1:
            return
        window = self.image.crop((x1, y1, x2, y2))
        ImageDraw.Draw(window).text((x - x1, y - y1), text, font=font.face, fill=fill)
        self.image.paste(window, (x1, y1))

    def forget(self, box: Box) -> None:
        """Drop the glyphs inside `box`: something will be drawn over them."""
        x1, y1, x2, y2 = box
        self.glyphs = [g for g in self.glyphs if not (x1 <= g[0] <= x2 and y1 <= g[1] <= y2)]

    def dim(self, share: float, colour: Colour = (0, 0, 0)) -> None:
        """Lay a veil of `colour` over all that was drawn."""
        self.image = Image.blend(self.image, Image.new("RGB", self.image.size, colour), share)
        self.draw = ImageDraw.Draw(self.image)
