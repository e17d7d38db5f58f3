"""Text on a page that mentions its controls by name: what is to be clicked is the control and never the mention."""

from agent.training.screens.canvas import Canvas, ink_on, mixed
from agent.training.screens.fonts import Font
from agent.training.screens.kit import Kit
from agent.training.screens.record import Box, Widget
from agent.training.screens.themes import ACCENTS, WHITE


def banner_height(kit: Kit, width: int) -> int:
    """Pixels that a banner of one to three lines takes at the top of a page `width` px wide."""
    lines = kit.rng.choice((1, 2, 2, 3)) if width < kit.px(280) else kit.rng.choice((1, 1, 2))
    return lines * kit.theme.font().height + kit.px(6)


def draw_banner(kit: Kit, canvas: Canvas, height: int, widgets: list[Widget]) -> None:
    """Fill the top `height` px with a band of some colour and a text that mentions controls."""
    ground = mixed(kit.rng.choice(ACCENTS), WHITE, kit.rng.choice((0.0, 0.6, 0.8, 0.9)))
    if kit.chance(0.4):
        ground = kit.theme.palette.background
    canvas.rect((0, 0, canvas.width, height), ground)
    pad = kit.px(3)
    _draw_text(kit, canvas, (pad, pad, canvas.width - pad, height), widgets, ink_on(ground))


def draw_hint(kit: Kit, canvas: Canvas, widgets: list[Widget]) -> None:
    """A line or two that mentions controls, wherever the page is empty."""
    font, rng = kit.theme.font(), kit.rng
    width, height = min(canvas.width - 12, kit.px(rng.randint(90, 230))), font.height * rng.randint(1, 2) + 6
    for _ in range(10):
        if height > canvas.height - 8:
            return
        x, y = rng.randint(4, canvas.width - width - 4), rng.randint(4, canvas.height - height - 4)
        colours = canvas.image.crop((x - 4, y - 4, x + width + 4, y + height + 4)).getcolors(1)
        if colours:
            red, green, blue = canvas.image.getpixel((x, y))  # type: ignore[misc]
            _draw_text(kit, canvas, (x, y, x + width, y + height), widgets, ink_on((red, green, blue)))
            return


def _draw_text(kit: Kit, canvas: Canvas, box: Box, widgets: list[Widget], ink: tuple[int, int, int]) -> None:
    font, (x, y, right, bottom) = kit.theme.font(), box
    left = x
    for text in mentioning(kit, widgets).split():
        if left > x and left + font.width(text) > right:
            left, y = x, y + font.height
        if y + font.height > bottom:
            return
        left += _word(canvas, left, y, text, font, ink, right)


def _word(canvas: Canvas, x: float, y: float, text: str, font: Font, ink: tuple[int, int, int], right: float) -> float:
    shown = font.fitting(text, right - x)
    canvas.text(x, y, shown, font, ink)
    return font.width(shown) + font.advance[" "]


def mentioning(kit: Kit, widgets: list[Widget]) -> str:
    """Words around the names of one to three of the widgets, in quotes or bare."""
    named = [w.text for w in widgets if w.text and w.kind not in ("icon", "shape", "scroller") and not w.hidden]
    parts = [kit.words.cased(kit.words.phrase(kit.rng.randint(1, 3)))]
    for name in kit.rng.sample(named, min(len(named), kit.rng.randint(1, 3))):
        parts += [f'"{name}"' if kit.chance(0.5) else name, kit.words.phrase(kit.rng.randint(1, 3))]
    return " ".join(parts)
