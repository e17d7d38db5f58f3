"""Marks without words: icons, and coloured shapes."""

from PIL import Image

from agent.training.screens.canvas import Canvas, Colour, luminance, mixed
from agent.training.screens.colours import COLOURS, NEAR, distance
from agent.training.screens.icon_store import STORED_NAMES, stored_icons, stored_mask
from agent.training.screens.icons import ICONS, icon_mask, star_points
from agent.training.screens.kit import Kit, Piece
from agent.training.screens.record import Widget
from agent.training.screens.themes import WHITE

SHAPES = ("circle", "square", "triangle", "rectangle", "star", "cross")

LIKE_SHAPES = {"star": "star", "plus": "cross", "close": "cross", "stop": "square"}
"""Icons that would pass for a shape: no screen has both."""

STORED_SHARE = 0.7
"""How often an icon of ours is drawn from the store, where there is one (`icon_store`)."""


def icon(kit: Kit, room: float = 60) -> Piece | None:
    """An icon: bare, on a button, or in a disc; None when its name is taken or it is wider than `room`."""
    rng = kit.rng
    name = rng.choice(icon_names())
    alike = LIKE_SHAPES.get(name, "")
    if f"icon {name}" in kit.used or f"any {alike}" in kit.used:
        return None
    kit.used |= {f"icon {name}", f"{alike} icon"}
    size, weight = kit.px(rng.randint(13, 26)), rng.choice((0.09, 0.11, 0.13))
    mask = _mask(kit, name, size, weight)
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
        canvas.image.paste(colour, (x + pad, y + pad, x + pad + size, y + pad + size), mask)
        return [Widget("icon", box, name)]

    return Piece(outer, outer, paint)


def icon_names() -> list[str]:
    """Our own icons, and behind them those that only the store has."""
    stored = stored_icons()
    return [*ICONS, *(name for name in STORED_NAMES if stored.get(name))]


def _mask(kit: Kit, name: str, size: int, weight: float) -> Image.Image:
    """One of the store's drawings, or our own. Without a store no random number is drawn."""
    stored = stored_icons().get(name)
    if stored and (name not in ICONS or kit.chance(STORED_SHARE)):
        return stored_mask(name, kit.rng.randrange(len(stored)), size)
    return icon_mask(name, size, weight)


def shape(kit: Kit, room: float = 90) -> Piece | None:
    """A coloured shape; no two of a screen share both, and none has the colour of the ground."""
    rng = kit.rng
    colour, name = rng.choice(list(COLOURS)), rng.choice(SHAPES)
    r, g, b = (max(0, min(255, v + rng.randint(-12, 12))) for v in COLOURS[colour])
    fill: Colour = (r, g, b)
    alike = any(f"colour {c}" in kit.used for c in COLOURS if c != colour and distance(COLOURS[c], fill) < NEAR)
    if f"shape {colour} {name}" in kit.used or distance(fill, kit.ground) < 110 or f"{name} icon" in kit.used or alike:
        return None
    kit.used |= {f"shape {colour} {name}", f"any {name}", f"colour {colour}"}
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
        draw_shape(canvas, name, (x, y, x + width, y + height), fill, outline)
        return [Widget("shape", (x, y, x + width, y + height), colour=colour, shape=name)]

    return Piece(width, height, paint)


def draw_shape(canvas: Canvas, name: str, box: tuple[int, int, int, int], fill: Colour, outline: Colour | None) -> None:
    """A shape that fills its box."""
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
