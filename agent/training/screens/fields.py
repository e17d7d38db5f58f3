"""Text fields: empty, filled, focused, with their text marked, for passwords, with names left, above or inside."""

from dataclasses import dataclass

from agent.training.screens.buttons import draw_ring
from agent.training.screens.canvas import Canvas, Colour, mixed
from agent.training.screens.fonts import Font
from agent.training.screens.kit import Kit, Piece, readable
from agent.training.screens.record import Box, Widget
from agent.training.screens.themes import BLACK, WHITE


@dataclass(slots=True)
class FieldState:
    """What a field holds while it is drawn."""

    value: str = ""
    focused: bool = False
    selected: bool = False
    secret: bool = False


def field_state(kit: Kit, *, filled: float = 0.4, focus: float = 0.3) -> FieldState:
    """A random state: `filled` and `focus` are probabilities."""
    value = kit.words.value() if kit.chance(filled) else ""
    focused = kit.take_focus(focus)
    return FieldState(value, focused, selected=bool(value) and focused and kit.chance(0.2))


def _draw_frame(canvas: Canvas, kit: Kit, box: Box, focused: bool, ground: Colour) -> None:
    theme = kit.theme
    face, style, edge = theme.palette.field, theme.field, readable(theme.palette.border, ground, kit.muted, 40)
    radius = {"rounded": 6, "native": 2, "inset": 0}.get(style, min(5, theme.radius))
    accent = readable(theme.palette.accent, ground, kit.ink, 40)
    if style == "underline":
        canvas.rect((box[0], box[3] - (2 if focused else 1), box[2], box[3]), accent if focused else edge)
        return
    if focused and style != "filled":
        if style == "native" or sum(theme.ring) > 100:
            draw_ring(canvas, box, theme, max(2, radius), ground)
        else:
            edge = accent
    if style == "filled":
        canvas.rounded(box, radius, mixed(face, theme.palette.ink, 0.07))
        canvas.rect((box[0], box[3] - (2 if focused else 1), box[2], box[3]), accent if focused else edge)
    elif style == "inset":
        canvas.rect(box, face, (128, 128, 128), 2)
        canvas.line([(box[0] + 1, box[3] - 1), (box[2] - 1, box[3] - 1), (box[2] - 1, box[1])], (212, 208, 200))
    else:
        canvas.rounded(box, radius, face, edge, 2 if focused and edge == accent else 1)


def _face(kit: Kit, ground: Colour) -> Colour:
    style, field = kit.theme.field, kit.theme.palette.field
    return ground if style == "underline" else mixed(field, kit.theme.palette.ink, 0.07) if style == "filled" else field


def _draw_content(canvas: Canvas, kit: Kit, box: Box, state: FieldState, placeholder: str, face: Colour) -> bool:
    """Draw what stands in the field; True when a part of it does not fit."""
    font = kit.theme.control_font()
    pad = kit.px(4)
    top = int(box[1] + (min(box[3] - box[1], font.height + kit.px(10)) - font.height) // 2)
    clip = (box[0] + 2, box[1] + 1, box[2] - 2, box[3] - 1)
    ink = BLACK if sum(face) > 380 else (235, 235, 235)
    if not state.value and placeholder:
        canvas.text(box[0] + pad, top, placeholder, font, mixed(ink, face, 0.46), clip)
    width = _stars_width(font, state.value) if state.secret else font.width(state.value)
    clipped = width > box[2] - box[0] - 2 * pad
    x = int(box[0] + pad - (width - (box[2] - box[0] - 2 * pad) if clipped and state.focused else 0))
    if state.secret:
        _draw_stars(canvas, font, x, top, len(state.value), ink)
    elif state.value:
        if state.selected:
            canvas.rect((max(x, clip[0]), top, min(x + width, clip[2]), top + font.height), (0, 96, 223))
        canvas.text(x, top, state.value, font, WHITE if state.selected else ink, clip)
    if state.focused and not state.selected and kit.chance(0.8):
        caret = min(x + width, box[2] - 2) if state.value else box[0] + pad
        canvas.line([(caret, top + 1), (caret, top + font.height - 2)], ink)
    return clipped


def _stars_width(font: Font, text: str) -> int:
    return round(len(text) * font.height * 0.45)


def _draw_stars(canvas: Canvas, font: Font, x: int, top: int, number: int, ink: Colour) -> None:
    step, size = font.height * 0.45, max(3, round(font.height * 0.3))
    for index in range(number):
        left, up = round(x + index * step), top + (font.height - size) // 2 + 1
        canvas.disc((left, up, left + size, up + size), ink)


def field(
    kit: Kit,
    room: float,
    *,
    label: str | None = None,
    state: FieldState | None = None,
    label_width: int = 0,
    unnamed: bool = False,
) -> Piece | None:
    """A field with its name; with `label_width`, names stand left in a column that wide; `unnamed` has none at all."""
    rng, theme = kit.rng, kit.theme
    font, label_font = theme.control_font(), theme.font(bold=theme.bold_labels)
    place = "none" if unnamed else theme.label
    share = 0.9 if place in ("above", "inside") else 0.45
    if not unnamed:
        label = label or kit.name(kit.words.field, label_font if place != "inside" else font, room * share - kit.px(12))
        if label is None:
            return None
    name = label or ""
    shown = name + (":" if theme.colon and place in ("left", "above") else "")
    state = state or field_state(kit)
    if place == "left":
        label_width = label_width or label_font.width(shown) + kit.px(6)
        if room - label_width < kit.px(50):
            place = "above"
    dx, dy = (label_width, 0) if place == "left" else (0, label_font.height + kit.px(2) if place == "above" else 0)
    width = min(int(room - dx), kit.px(rng.randint(80, 190)))
    if place == "inside":
        width = max(width, font.width(name) + kit.px(14))
    height = font.height + kit.px(rng.choice((4, 4, 6, 8, 12)))
    if kit.chance(0.06):
        height = round(height * rng.uniform(1.8, 2.8))  # room for several lines
    if width < 30:
        return None
    placeholder = name if place == "inside" else kit.words.value() if kit.chance(0.12) else ""
    if placeholder and place != "inside" and font.width(placeholder) > width - 8:
        placeholder = ""
    if place == "inside" and not state.secret:
        state.value = state.value and font.fitting(state.value, width - kit.px(12))
    ink, ground, face = kit.ink, kit.ground, _face(kit, kit.ground)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        label_box = None
        if place in ("left", "above"):
            top = y if place == "above" else y + (height - label_font.height) // 2
            canvas.text(x, top, shown, label_font, ink)
            label_box = (x, top, x + label_font.width(shown), top + label_font.height)
        box = (x + dx, y + dy, x + dx + width, y + dy + height)
        _draw_frame(canvas, kit, box, state.focused, ground)
        clipped = _draw_content(canvas, kit, box, state, placeholder, face)
        widget = Widget("field", box, name, label_box=label_box, value=state.value, clipped=clipped)
        widget.hidden = place == "inside" and bool(state.value)
        widget.focused, widget.selected, widget.secret = state.focused, state.selected, state.secret
        return [widget]

    return Piece(max(dx + width, label_font.width(shown) if place == "above" else 0), dy + height, paint)
