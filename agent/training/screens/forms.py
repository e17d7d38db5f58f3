"""Pages with a form on them, drawn somewhere along the way of being filled in.

The state is drawn as a person would leave it: what comes first is filled, the control touched last has the focus.
"""

from agent.training.screens.buttons import button, link
from agent.training.screens.canvas import Canvas
from agent.training.screens.choices import checkbox, radio_group, select
from agent.training.screens.fields import FieldState, field
from agent.training.screens.kit import Kit, Piece, stacked
from agent.training.screens.layouts import Area, bar, card
from agent.training.screens.prose import heading, plain
from agent.training.screens.record import Widget


def form_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A title, one to five fields, check boxes or radios, and one to three buttons."""
    widgets: list[Widget] = []
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    area = card(kit, canvas, area) if kit.chance(0.4) else area.inset(kit.px(kit.rng.choice((5, 8, 14))))
    pieces = form_pieces(kit, area)
    gap = max(3, kit.theme.gap)
    kept: list[Piece] = []
    left = area.height
    for piece in [pieces[-1], *pieces[:-1]]:  # the button must have its place, whatever else has none
        if piece.height <= left and piece.width <= area.width:
            kept.append(piece)
            left -= piece.height + gap
    ordered = [p for p in pieces if any(p is k for k in kept)]
    if not ordered:
        return widgets
    x, y = area.x, area.y
    if kit.chance(0.3):
        y += max(0, left) // kit.rng.choice((2, 3, 4))
    if kit.chance(0.25):
        x += max(0, area.width - max(p.width for p in ordered)) // 2
    return widgets + stacked(ordered, gap).paint(canvas, x, y)


def form_pieces(kit: Kit, area: Area) -> list[Piece]:
    """The parts of a form from the top down; the row of buttons comes last."""
    room = area.width
    pieces: list[Piece | None] = [heading(kit, room) if kit.chance(0.4) else None]
    if kit.chance(0.15):
        pieces.append(plain(kit, room))
    num_fields = kit.rng.choice((1, 2, 2, 3, 3, 3, 4, 5))
    progress = kit.rng.randint(0, num_fields + 1)
    pieces += _fields(kit, room, num_fields, progress)
    filled = progress > num_fields
    for _ in range(kit.rng.choice((0, 1, 1, 1, 2, 3))):
        pieces.append(checkbox(kit, room, on=kit.chance(0.5 if filled else 0.15)))
    if kit.chance(0.25):
        pieces.append(radio_group(kit, room, on=kit.chance(0.5 if filled else 0.15)))
    if kit.chance(0.2):
        pieces.append(select(kit, room, opened=False))
    return [p for p in pieces if p] + [_buttons(kit, room)]


def _fields(kit: Kit, room: int, num_fields: int, progress: int) -> list[Piece | None]:
    """Fields of which `progress` were worked: the last of these may have the focus, or the next one."""
    column = kit.px(kit.rng.randint(60, 105)) if kit.theme.label == "left" else 0
    focus = progress - 1 if kit.chance(0.42) else progress if kit.chance(0.68) else -1
    if kit.chance(0.1):
        focus = kit.rng.randrange(num_fields)
    pieces = []
    for index in range(num_fields):
        value = kit.words.value() if (index < progress) != kit.chance(0.08) else ""
        focused = index == focus and kit.take_focus(1.0)
        state = FieldState(value, focused, bool(value) and focused and kit.chance(0.12), secret=kit.chance(0.1))
        pieces.append(_field(kit, room, column, state))
    return pieces


def _field(kit: Kit, room: int, column: int, state: FieldState) -> Piece | None:
    if not column:
        return field(kit, room, state=state)
    font = kit.theme.font(bold=kit.theme.bold_labels)
    label = kit.name(kit.words.field, font, column - kit.px(10))
    return (label and field(kit, room, label=label, state=state, label_width=column)) or None


def _buttons(kit: Kit, room: int) -> Piece:
    """One to three buttons in a row, a link among them now and then."""
    pieces: list[Piece] = []
    left = room
    for index in range(kit.rng.choice((1, 1, 1, 2, 2, 3))):
        piece = link(kit, left) if index and kit.chance(0.15) else button(kit, min(left, kit.px(150)))
        if piece and piece.width <= left:
            pieces.append(piece)
            left -= piece.width + kit.px(8)
    return stacked(pieces, kit.px(8), across=True) if pieces else Piece(1, 1, lambda canvas, x, y: [])
