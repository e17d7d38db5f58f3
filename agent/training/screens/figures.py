"""Figures: shapes, letters and digits in colours and sizes, several of them alike, and tiles of one colour each."""

import string

from agent.training.screens.canvas import Canvas, Colour
from agent.training.screens.colours import COLOURS, NEAR, distance
from agent.training.screens.fonts import font
from agent.training.screens.kit import Kit, Piece
from agent.training.screens.layouts import Area, free_place
from agent.training.screens.marks import SHAPES, draw_shape
from agent.training.screens.record import Box, Widget
from agent.training.screens.themes import BLACK

FORMS = (*SHAPES[:4], "letter", "digit")
"""What a figure can be."""


def figures_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Six to twenty figures in two clearly different sizes, on no grid or a loose one."""
    colours = usable_colours(kit, kit.rng.randint(3, 7))
    if len(colours) < 2:
        return []
    small = kit.px(kit.rng.randint(10, 14))
    sizes = {"small": small, "large": round(small * kit.rng.uniform(1.7, 2.4))}
    widgets: list[Widget] = []
    taken: list[Box] = []
    for _ in range(kit.rng.randint(6, 20)):
        piece = figure(kit, colours, kit.rng.choice(list(sizes)), sizes)
        place = free_place(kit, area, piece, taken)
        if place:
            taken.append((*place, place[0] + piece.width, place[1] + piece.height))
            widgets += piece.paint(canvas, *place)
    return widgets


def tiles_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Two to nine boxes of one colour each, in rows."""
    names = list(usable_colours(kit, kit.rng.randint(2, 9)))
    across = kit.rng.randint(2, 3) if len(names) > 2 else 2
    side, gap = kit.px(kit.rng.randint(24, 56)), kit.px(kit.rng.randint(4, 14))
    side = min(side, (area.width - gap) // across - gap, (area.height - gap) // -(-len(names) // across) - gap)
    if side < 12:
        return []
    width, height = across * (side + gap), -(-len(names) // across) * (side + gap)
    x0 = area.x + kit.rng.randint(gap, max(gap, area.width - width))
    y0 = area.y + kit.rng.randint(gap, max(gap, area.height - height))
    outline = BLACK if kit.chance(0.5) else None
    widgets = []
    for index, name in enumerate(names):
        x, y = x0 + index % across * (side + gap), y0 + index // across * (side + gap)
        box = (x, y, x + side, y + side)
        canvas.rect(box, near(kit, name), outline)
        widgets.append(Widget("shape", box, colour=name, shape="box"))
    return widgets


def usable_colours(kit: Kit, most: int) -> dict[str, Colour]:
    """Up to `most` colours that can be told from the ground and from each other."""
    chosen: dict[str, Colour] = {}
    for name in kit.rng.sample(list(COLOURS), len(COLOURS)):
        others = [kit.ground, *chosen.values()]
        if len(chosen) < most and all(distance(COLOURS[name], other) >= NEAR for other in others):
            chosen[name] = COLOURS[name]
    return chosen


def near(kit: Kit, name: str) -> Colour:
    """A colour that bears the name."""
    r, g, b = (max(0, min(255, value + kit.rng.randint(-12, 12))) for value in COLOURS[name])
    return r, g, b


def figure(kit: Kit, colours: dict[str, Colour], scale: str, sizes: dict[str, int]) -> Piece:
    """One figure of a size that the page calls `scale`."""
    form, colour, size = kit.rng.choice(FORMS), kit.rng.choice(list(colours)), sizes[scale]
    fill = near(kit, colour)
    if form in ("letter", "digit"):
        return _sign(kit, form, colour, fill, scale, size)
    width, height = (round(size * 1.7), round(size * 0.9)) if form == "rectangle" else (size, size)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        box = (x, y, x + width, y + height)
        draw_shape(canvas, form, box, fill, None)
        return [Widget("shape", box, colour=colour, shape=form, scale=scale)]

    return Piece(width, height, paint)


def _sign(kit: Kit, form: str, colour: str, fill: Colour, scale: str, size: int) -> Piece:
    """A letter or a digit as a figure."""
    sign = kit.rng.choice(string.ascii_letters if form == "letter" else string.digits)
    face = font(kit.theme.family.regular, max(8.0, round(size * 1.1)))
    width, height = face.width(sign), face.height

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.text(x, y, sign, face, fill)
        return [Widget("shape", (x, y, x + width, y + height), sign, colour=colour, shape=form, scale=scale)]

    return Piece(width, height, paint)
