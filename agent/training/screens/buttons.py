"""Buttons in their many styles, links, and rows of tabs."""

from agent.training.screens.canvas import Canvas, Colour, mixed
from agent.training.screens.colours import name_of
from agent.training.screens.kit import Kit, Piece
from agent.training.screens.record import Box, Widget
from agent.training.screens.themes import BLACK, BUTTONS, CHROMIUM_BLUE, WHITE, Theme, button_colours


def draw_ring(canvas: Canvas, box: Box, theme: Theme, radius: int, ground: Colour) -> None:
    """A focus ring around `box`, to draw before the control itself: 2 px of colour, often a gap of ground."""
    x1, y1, x2, y2 = box
    gap = theme.ring_gap
    outer = gap + 2
    canvas.rounded((x1 - outer, y1 - outer, x2 + outer, y2 + outer), radius + outer, theme.ring)
    if gap:
        canvas.rounded((x1 - gap, y1 - gap, x2 + gap, y2 + gap), radius + gap, ground)


def draw_button_face(canvas: Canvas, box: Box, style: str, colours: tuple[Colour, Colour, Colour], radius: int) -> None:
    """The face of a button without its text."""
    fill, _, border = colours
    height = int(box[3] - box[1])
    if style == "native":
        canvas.rounded(box, 3, fill, border)
    elif style == "gradient":
        ramp = canvas.gradient(4, height, mixed(fill, WHITE, 0.35), mixed(fill, BLACK, 0.08))
        canvas.rounded(box, radius, ramp, border)
    elif style == "shadow":
        canvas.shadow(box, radius, 0.35)
        canvas.rounded(box, radius, fill)
    elif style == "pill":
        canvas.rounded(box, height // 2, fill)
    elif style == "bevel":
        canvas.rect(box, fill, (64, 64, 64))
        canvas.line([(box[0] + 1, box[3] - 3), (box[0] + 1, box[1] + 1), (box[2] - 3, box[1] + 1)], WHITE)
        canvas.line([(box[0] + 1, box[3] - 2), (box[2] - 2, box[3] - 2), (box[2] - 2, box[1] + 1)], border)
    elif style == "flat":
        canvas.rounded(box, radius, fill)
    elif style != "ghost":
        canvas.rounded(box, radius, fill, border)


def button(kit: Kit, room: float = 150, *, text: str | None = None, style: str | None = None) -> Piece | None:
    """A button named `text`, or by a new name; None where none fits in `room` px."""
    rng, theme = kit.rng, kit.theme
    font = theme.control_font(bold=kit.chance(0.12))
    text = text or kit.name(kit.words.button, font, room - 2 * theme.padding)
    if text is None:
        return None
    style = style or (theme.button if kit.chance(0.8) else rng.choice(BUTTONS))
    colours = button_colours(rng, theme, style)
    if style in ("outline", "ghost"):
        colours = (kit.ground, kit.link if kit.chance(0.5) else kit.ink, kit.muted)
    disabled = kit.chance(0.03)
    if disabled:
        colours = (colours[0], mixed(colours[1], colours[0], 0.62), mixed(colours[2], colours[0], 0.5))
    colour = "" if disabled or style in ("native", "outline", "ghost", "bevel") else name_of(colours[0])
    pad_x = kit.px(6) if style == "native" else theme.padding
    pad_y = 1 if style == "native" else kit.px(rng.choice((2, 3, 4, 6, 8)))
    width, height = font.width(text) + 2 * pad_x, font.height + 2 * pad_y + 2
    if kit.chance(0.1) and width < room:
        width = min(int(room), width + kit.px(rng.randint(8, 50)))
    focused = not disabled and kit.take_focus(0.05)
    radius = min(theme.radius, height // 2)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        box = (x, y, x + width, y + height)
        if focused:
            draw_ring(canvas, box, theme, radius, kit.theme.palette.background)
        draw_button_face(canvas, box, style, colours, radius)
        canvas.text(x + (width - font.width(text)) // 2, y + pad_y + 1, text, font, colours[1])
        return [Widget("button", box, text, focused=focused, disabled=disabled, colour=colour)]

    return Piece(width, height, paint)


def link(kit: Kit, room: float = 150) -> Piece | None:
    """A link that stands alone."""
    font = kit.theme.font(bold=kit.chance(0.06))
    text = kit.name(kit.words.button if kit.chance(0.6) else kit.words.label, font, room)
    return None if text is None else link_piece(kit, text)


def link_piece(kit: Kit, text: str) -> Piece:
    """The link `text` in the page's font."""
    font, colour, underline = kit.theme.font(), kit.link, kit.theme.underline
    width = font.width(text)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.text(x, y, text, font, colour)
        if underline:
            base = y + font.ascent + 1
            canvas.line([(x, base), (x + width - 1, base)], colour)
        return [Widget("link", (x, y, x + width, y + font.height), text)]

    return Piece(width, font.height, paint)


def tabs(kit: Kit, room: float) -> Piece | None:
    """A row of two to five tabs of which one is open."""
    rng, theme = kit.rng, kit.theme
    font, pad = theme.font(), kit.px(rng.choice((5, 7, 9)))
    names: list[str] = []
    left = room
    for _ in range(rng.randint(2, 5)):
        name = kit.name(kit.words.label, font, min(left - 2 * pad, kit.px(90)))
        if name is None:
            break
        names.append(name)
        left -= font.width(name) + 2 * pad + 2
    if len(names) < 2:
        return None
    height, chosen, style = font.height + kit.px(8), rng.randrange(len(names)), rng.choice(("line", "box", "pill"))
    widths = [font.width(name) + 2 * pad for name in names]
    accent, ink, muted, ground = theme.palette.accent, kit.ink, kit.muted, kit.ground
    strong = accent if style == "line" and not theme.palette.dark else ink

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        widgets = []
        for index, (name, width) in enumerate(zip(names, widths, strict=True)):
            box, on = (x, y, x + width, y + height), index == chosen
            if style == "line":
                edge = y + height - (2 if on else 1)
                canvas.rect((x, edge, x + width, y + height), accent if on else muted)
            elif style == "box":
                face = ground if on else mixed(ground, ink, 0.12)
                canvas.rect((x, y, x + width + 1, y + height), face, muted)
            elif on:
                canvas.rounded(box, height // 2, mixed(ground, accent, 0.22))
            colour = strong if on else mixed(ink, ground, 0.2)
            canvas.text(x + pad, y + (height - font.height) // 2, name, font, colour)
            widgets.append(Widget("tab", box, name, checked=on))
            x += width + (0 if style != "pill" else 2)
        return widgets

    return Piece(sum(widths) + 2 * len(names), height, paint)


def spinner(kit: Kit) -> Piece:
    """A wheel that says that the page is loading, without or with a word."""
    size, colour, turn = kit.px(kit.rng.randint(16, 34)), kit.theme.palette.accent, kit.rng.randint(0, 359)
    pale, ground = mixed(kit.ground, kit.ink, 0.15), kit.ground
    if kit.theme.palette.dark:
        colour = CHROMIUM_BLUE

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        box = (x, y, x + size, y + size)
        width = max(2, size // 8)
        canvas.disc(box, pale)
        canvas.draw.pieslice(box, turn, turn + 100, fill=colour)
        canvas.disc((x + width, y + width, x + size - width, y + size - width), ground)
        return [Widget("spinner", box)]

    return Piece(size, size, paint)
