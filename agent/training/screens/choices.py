"""Check boxes, radio buttons, selects (closed and open) and sliders."""

from agent.training.screens.buttons import draw_ring
from agent.training.screens.canvas import Canvas, Colour, mixed
from agent.training.screens.kit import Kit, Piece, stacked
from agent.training.screens.record import Box, Widget
from agent.training.screens.themes import BLACK, CHROMIUM_BLUE, CHROMIUM_GREY, WHITE
from agent.training.words import belongs


def draw_check(canvas: Canvas, box: Box, style: str, on: bool, accent: Colour, dark: bool, shade: float = 0) -> None:
    """The square of a check box; `shade` is how much darker it is under the pointer."""
    x1, y1, x2, y2 = box
    size = x2 - x1
    face, edge = (WHITE, CHROMIUM_GREY) if not dark else ((59, 59, 59), (150, 150, 150))
    fill, edge = mixed(CHROMIUM_BLUE if style == "native" else accent, BLACK, shade), mixed(edge, BLACK, shade)
    filled = on and style in ("native", "flat")
    radius = 2 if style != "bold" else 0
    canvas.rounded(box, radius, fill if filled else face, fill if filled else edge, 2 if style == "bold" else 1)
    if not on:
        return
    tick = WHITE if filled or dark else BLACK if style == "bold" else fill
    points = [
        (x1 + size * 0.2, y1 + size * 0.5),
        (x1 + size * 0.42, y1 + size * 0.72),
        (x1 + size * 0.8, y1 + size * 0.25),
    ]
    if style == "plain" and size > 9:
        canvas.line([(x1 + 3, y1 + 3), (x2 - 4, y2 - 4)], tick, 2)
        canvas.line([(x1 + 3, y2 - 4), (x2 - 4, y1 + 3)], tick, 2)
    else:
        canvas.line(points, tick, 2)


def draw_radio(canvas: Canvas, box: Box, style: str, on: bool, accent: Colour, dark: bool, shade: float = 0) -> None:
    """The circle of a radio button; `shade` as for a check box."""
    face, edge = (WHITE, CHROMIUM_GREY) if not dark else ((59, 59, 59), (150, 150, 150))
    fill = CHROMIUM_BLUE if style == "native" else BLACK if style in ("bold", "plain") and not dark else accent
    fill, edge = mixed(fill, BLACK, shade), mixed(edge, BLACK, shade)
    canvas.disc(box, face, fill if on else edge, 2 if style == "bold" else 1)
    if on:
        inset = max(3, round((box[2] - box[0]) * 0.26))
        canvas.disc((box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset), fill)


def choice(kit: Kit, kind: str, text: str, on: bool, *, group: str = "", focusable: bool = True) -> Piece:
    """A check box or radio with its name to the right."""
    rng, theme = kit.rng, kit.theme
    font = theme.font()
    side = max(9, round(theme.control_size * 0.98 if theme.mark == "native" else theme.size * rng.uniform(0.85, 1.2)))
    rise = rng.choice((0, 0, 1, 2))  # browsers set the mark on the baseline, which is a little above the middle
    gap, ink, ground = kit.px(rng.choice((3, 4, 5, 7))), kit.ink, kit.ground
    width, height = side + gap + font.width(text), max(side, font.height)
    focused = focusable and kit.take_focus(0.05)
    # The pointer rests on what was clicked last, and browsers darken what it rests on.
    shade = rng.uniform(0.2, 0.4) if kit.chance(0.3) else 0.0
    draw_mark = draw_check if kind == "checkbox" else draw_radio

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        top = max(0, y + (height - side) // 2 - rise)
        mark = (x, top, x + side, top + side)
        if focused:
            draw_ring(canvas, mark, theme, 2 if kind == "checkbox" else side // 2, ground)
        draw_mark(canvas, mark, theme.mark, on, theme.palette.accent, theme.palette.dark, shade)
        canvas.text(x + side + gap, y + (height - font.height) // 2, text, font, ink)
        box = (x, min(y, top), x + width, y + height)
        return [Widget(kind, box, text, mark=mark, checked=on, focused=focused, group=group)]

    return Piece(width, height, paint)


def checkbox(kit: Kit, room: float = 150, *, on: bool | None = None) -> Piece | None:
    """A check box with a new name, ticked in one of three."""
    text = kit.name(kit.words.check, kit.theme.font(), room - kit.px(20))
    return (text and choice(kit, "checkbox", text, kit.chance(0.33) if on is None else on)) or None


def radio_group(kit: Kit, room: float, *, num_options: int | None = None, on: bool | None = None) -> Piece | None:
    """Two to four radio buttons below or beside each other, with a name above in one of two."""
    font, names = kit.theme.font(), []
    for _ in range(num_options or kit.rng.randint(2, 4)):
        if name := kit.name(kit.words.label, font, min(room - kit.px(22), kit.px(110))):
            names.append(name)
    if len(names) < 2:
        return None
    group = (kit.name(kit.words.label, font, room) or "") if kit.chance(0.5) else ""
    chosen = kit.rng.randrange(len(names)) if (kit.chance(0.4) if on is None else on) else -1
    pieces = [choice(kit, "radio", name, i == chosen, group=group) for i, name in enumerate(names)]
    gap = kit.px(12)
    across = sum(p.width for p in pieces) + gap * (len(pieces) - 1) <= room and kit.chance(0.45)
    options = stacked(pieces, gap if across else kit.px(kit.rng.choice((2, 4, 6))), across=across)
    if not group:
        return options
    title = Piece(font.width(group), font.height, lambda canvas, x, y: _caption(kit, canvas, x, y, group, ink))
    ink = kit.ink
    return stacked([title, options], kit.px(3))


def _caption(kit: Kit, canvas: Canvas, x: int, y: int, text: str, ink: Colour) -> list[Widget]:
    canvas.text(x, y, text, kit.theme.font(), ink)
    return []


def _options(kit: Kit, room: float) -> list[str]:
    font, names = kit.theme.control_font(), []
    for _ in range(kit.rng.randint(3, 6)):
        if name := kit.name(kit.words.label if kit.chance(0.6) else kit.words.name, font, room):
            names.append(name)
    return names


def _draw_select(kit: Kit, canvas: Canvas, box: Box, value: str, focused: bool, ground: Colour) -> None:
    theme = kit.theme
    font, native = theme.control_font(), theme.field == "native"
    face = theme.palette.field
    ink = BLACK if sum(face) > 380 else (235, 235, 235)
    if focused:
        draw_ring(canvas, box, theme, theme.radius, ground)
    edge = CHROMIUM_GREY if native else theme.palette.border
    canvas.rounded(box, 3 if native else min(6, theme.radius), face, edge)
    canvas.text(box[0] + kit.px(5), (box[1] + box[3] - font.height) // 2, value, font, ink)
    x, y, wing = box[2] - kit.px(10), (box[1] + box[3]) / 2, max(2, kit.px(3))
    if theme.mark == "bold":
        canvas.polygon([(x - wing, y - wing / 2), (x + wing, y - wing / 2), (x, y + wing)], ink)
    else:
        canvas.line([(x - wing, y - wing / 2), (x, y + wing / 2), (x + wing, y - wing / 2)], ink, 2 if native else 1)


def select(kit: Kit, room: float, *, opened: bool | None = None) -> Piece | None:
    """A select with its name: closed, or with its list open below it and one option marked."""
    theme, rng = kit.theme, kit.rng
    font, label_font = theme.control_font(), theme.font()
    label = kit.name(kit.words.field, label_font, room * 0.5)
    names = _options(kit, min(room * 0.5, kit.px(110)))
    if label is None or len(names) < 2:
        return None
    opened = kit.chance(0.3) if opened is None else opened
    width = min(int(room), max(font.width(n) for n in names) + kit.px(30))
    height, row = font.height + kit.px(5), font.height + kit.px(rng.choice((2, 4, 6)))
    above = theme.label != "left" or label_font.width(label) + width + 8 > room
    dx, dy = (0, label_font.height + 2) if above else (label_font.width(label) + kit.px(6), 0)
    value = rng.choice(names)
    focused = opened or kit.take_focus(0.05)
    ink, ground, accent = kit.ink, kit.ground, theme.palette.accent

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        top = y if above else y + (height - label_font.height) // 2
        canvas.text(x, top, label, label_font, ink)
        label_box = (x, top, x + label_font.width(label), top + label_font.height)
        box = (x + dx, y + dy, x + dx + width, y + dy + height)
        _draw_select(kit, canvas, box, value, focused, ground)
        widgets = [Widget("select", box, label, value=value, label_box=label_box, focused=focused, open=opened)]
        if opened:
            widgets += _draw_options(kit, canvas, box, names, value, row, accent, label)
        return widgets

    tall = dy + height + (row * len(names) + 2 if opened else 0)
    return Piece(max(dx + width, label_font.width(label)), tall, paint)


def _draw_options(
    kit: Kit, canvas: Canvas, box: Box, names: list[str], value: str, row: int, accent: Colour, label: str
) -> list[Widget]:
    theme, font = kit.theme, kit.theme.control_font()
    face = theme.palette.field
    ink = BLACK if sum(face) > 380 else (235, 235, 235)
    x1, y, x2 = int(box[0]), int(box[3]), int(box[2])
    canvas.rect((x1, y, x2, y + row * len(names) + 2), face, CHROMIUM_GREY)
    widgets = []
    for index, name in enumerate(names):
        line = (x1 + 1, y + 1 + index * row, x2 - 1, y + 1 + (index + 1) * row)
        on = name == value
        if on:
            canvas.rect(line, mixed(accent, BLACK, 0.15))
        text_top = line[1] + (row - font.height) // 2
        canvas.text(line[0] + kit.px(4), text_top, name, font, WHITE if on else ink)
        widgets.append(Widget("option", line, name, checked=on, group=label))
    return widgets


def slider(kit: Kit, room: float) -> Piece | None:
    """A horizontal slider with its name above or before it, and its value behind it in one of two."""
    theme, rng = kit.theme, kit.rng
    font = theme.font()
    label = kit.name(kit.words.field, font, room * 0.6)
    if label is None:
        return None
    length = min(int(room) - kit.px(30), kit.px(rng.randint(80, 150)))
    if length < 40:
        return None
    fraction, thumb = round(rng.choice((0.0, 0.5, rng.random(), rng.random())), 2), kit.px(rng.choice((12, 14, 16)))
    percent = str(round(fraction * 100))
    shown = kit.chance(0.5) and belongs(percent, heldout=kit.words.heldout)
    accent = CHROMIUM_BLUE if theme.mark == "native" else theme.palette.accent
    rail, ink, height = mixed(kit.ground, kit.ink, 0.22), kit.ink, max(thumb, font.height)
    square = kit.chance(0.2)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.text(x, y, label, font, ink)
        middle = y + font.height + 3 + height // 2
        track = (x, middle - 2, x + length, middle + 2)
        at = x + thumb / 2 + fraction * (length - thumb)
        canvas.rounded(track, 2, rail)
        canvas.rounded((x, middle - 2, at, middle + 2), 2, accent)
        mark = (round(at - thumb / 2), middle - thumb // 2, round(at - thumb / 2) + thumb, middle - thumb // 2 + thumb)
        canvas.rounded(
            mark, 2 if square else thumb // 2, accent, mixed(accent, WHITE, 0.6) if sum(accent) < 120 else None
        )
        if shown:
            canvas.text(x + length + kit.px(5), middle - font.height // 2, percent, font, ink)
        box = (x, middle - thumb // 2, x + length, middle + thumb // 2)
        label_box = (x, y, x + font.width(label), y + font.height)
        return [Widget("slider", box, label, mark=mark, label_box=label_box, fraction=fraction, track=track)]

    return Piece(max(length + kit.px(30), font.width(label)), font.height + 3 + height, paint)
