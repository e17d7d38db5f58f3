"""Marks without words: icons, and coloured shapes."""

from agent.training.screens.canvas import Canvas, Colour, luminance, mixed
from agent.training.screens.icons import ICONS, icon_mask, star_points
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

_ALIKE = {"star": "star", "plus": "cross", "close": "cross"}
"""Icons that would pass for a shape: no screen has both."""


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
