"""A drawing stretched to its frame: small pages are enlarged before a model sees them, large ones are shrunk."""

import random

import numpy as np
from PIL import Image

from agent.training.screens.canvas import Canvas
from agent.training.screens.glyphs import glyph_grid
from agent.training.screens.record import Screen, Size, Widget


def drawn_zoom(rng: random.Random) -> tuple[float, float]:
    """How much a drawing is stretched along x and y: not at all mostly, else enlarged or shrunk a little."""
    pick = rng.random()
    if pick < 0.62:
        return 1.0, 1.0
    zoom = rng.uniform(1.2, 1.55) if pick < 0.85 else rng.uniform(0.75, 0.95)
    return zoom, zoom * rng.uniform(0.94, 1.06)


def finished(canvas: Canvas, widgets: list[Widget], size: Size) -> Screen:
    """The canvas stretched to `size`, with its widgets and glyphs."""
    sx, sy = size[0] / canvas.width, size[1] / canvas.height
    image, glyphs = canvas.image, canvas.glyphs
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
        widgets = [widget.stretched(sx, sy) for widget in widgets]
        glyphs = [(x * sx, y * sy, char) for x, y, char in glyphs]
    grid = glyph_grid(glyphs, *size)
    return Screen(np.asarray(image).copy(), widgets, grid, heldout=False, layout="", theme="")
