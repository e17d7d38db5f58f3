"""Text: headings, paragraphs with links inside, and the dense pages that the vision tower learns reading from."""

import random

from agent.training.screens.canvas import Canvas, Colour, ink_on, mixed
from agent.training.screens.fonts import Font, families, font
from agent.training.screens.kit import Kit, Piece, text_piece
from agent.training.screens.record import Screen, Size, Widget
from agent.training.screens.stretch import drawn_zoom, finished
from agent.training.screens.themes import make_theme
from agent.training.words import Words


def heading(kit: Kit, room: float) -> Piece | None:
    """A title in the page's largest size."""
    font = kit.theme.title_font()
    text = kit.name(lambda: kit.words.cased(kit.words.phrase(kit.rng.randint(1, 3))), font, room)
    return (text and text_piece(text, font, kit.ink, "title")) or None


def plain(kit: Kit, room: float) -> Piece | None:
    """A short text that is no control."""
    text = kit.name(kit.words.label if kit.chance(0.7) else kit.words.value, kit.theme.font(), room)
    return (text and text_piece(text, kit.theme.font(), kit.ink if kit.chance(0.7) else kit.muted)) or None


def paragraph(kit: Kit, width: float, num_lines: int | None = None) -> Piece:
    """Running text of one to four lines with up to three links in it, each on one line."""
    rng, font = kit.rng, kit.theme.font()
    lines: list[list[tuple[int, str, bool]]] = []
    blank = font.advance[" "]
    num_lines = num_lines or rng.randint(1, 4)
    num_links, left = 0, 0.0
    for _ in range(num_lines * 12):
        as_link = num_links < 3 and kit.chance(0.12)
        text = _link_name(kit) if as_link else kit.words.rng.choice((kit.words.word, lambda: kit.words.phrase(3)))()
        if text is None:
            continue
        room = font.width(text)
        if room > width:
            continue
        if not lines or left + room > width:
            if len(lines) == num_lines:
                break
            lines.append([])
            left = 0.0
        lines[-1].append((round(left), text, as_link))
        num_links += as_link
        left += room + blank
    step = font.height + kit.px(rng.choice((0, 1, 3)))
    colour, link_colour = kit.ink if kit.chance(0.7) else kit.muted, kit.link
    return Piece(int(width), step * len(lines), _paint_lines(kit, lines, step, font, colour, link_colour))


def _link_name(kit: Kit) -> str | None:
    words = kit.words
    text = words.word() if kit.chance(0.6) else f"{words.word()} {words.word()}"
    if text in kit.used:
        return None
    kit.used.add(text)
    return text


def _paint_lines(kit: Kit, lines: list[list[tuple[int, str, bool]]], step: int, font: Font, ink: Colour, link: Colour):
    underline = kit.theme.underline or link == ink

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        widgets = []
        for line in lines:
            for left, text, is_link in line:
                canvas.text(x + left, y, text, font, link if is_link else ink)
                width = font.width(text)
                if is_link:
                    if underline:
                        base = y + font.ascent + 1
                        canvas.line([(x + left, base), (x + left + width - 1, base)], link)
                    widgets.append(
                        Widget("link", (x + left, y, x + left + width, y + font.height), text, group="prose")
                    )
            y += step
        return widgets

    return paint


def dense(rng: random.Random, heldout: bool, size: Size) -> Screen:
    """A page full of text in many fonts, sizes and colours, without controls."""
    zoom_x, zoom_y = drawn_zoom(rng)
    theme = make_theme(rng, rng.uniform(0.85, 1.2))
    words = Words(rng, heldout)
    canvas = Canvas(round(size[0] / zoom_x), round(size[1] / zoom_y), theme.palette.background)
    width, height = canvas.width, canvas.height
    widgets: list[Widget] = []
    y = rng.randint(0, 8)
    while y < height - 12:
        family = rng.choice(families())
        pixels = round(rng.triangular(9, 22, 12)) if rng.random() < 0.92 else rng.randint(20, 32)
        face = font(rng.choice((family.regular, family.regular, family.bold)), max(8, round(pixels / min(zoom_x, 1.2))))
        if y + face.height > height:
            break
        x = rng.randint(0, 30)
        ink = theme.palette.ink if rng.random() < 0.7 else theme.palette.link
        if rng.random() < 0.25:
            band = (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255))
            canvas.rect((x - 3, y, width, y + face.height), band)
            ink = ink_on(band)
        elif rng.random() < 0.15:
            ink = mixed(ink, theme.palette.background, rng.uniform(0.2, 0.5))
        while True:
            text = words.label() if rng.random() < 0.75 else words.value()
            if x + face.width(text) > width:
                break
            canvas.text(x, y, text, face, ink)
            widgets.append(Widget("text", (x, y, x + face.width(text), y + face.height), text))
            x += face.width(text) + rng.randint(5, 30)
        y += face.height + rng.randint(0, 8)
    screen = finished(canvas, widgets, size)
    screen.heldout, screen.layout, screen.theme = heldout, "dense", theme.name
    return screen
