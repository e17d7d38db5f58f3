"""Where controls go: pages of many genres, each a function that fills a canvas from a kit.

A genre returns the widgets that can be reached on its page. Pieces are made first, so that they know their sizes, and are painted
where they fit; one that fits nowhere is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from agent.training.screens import tables
from agent.training.screens.buttons import button, link, spinner, tabs
from agent.training.screens.canvas import Canvas, mixed
from agent.training.screens.choices import checkbox, radio_group, select, slider
from agent.training.screens.fields import field
from agent.training.screens.kit import Kit, Piece, stacked, text_piece
from agent.training.screens.marks import icon, shape
from agent.training.screens.prose import heading, paragraph, plain
from agent.training.screens.record import Box, Widget


@dataclass(slots=True)
class Area:
    """A free rectangle of the canvas, in pixels."""

    x: int
    y: int
    width: int
    height: int

    def inset(self, margin: int) -> "Area":
        """The rectangle less `margin` on all sides."""
        return Area(self.x + margin, self.y + margin, self.width - 2 * margin, self.height - 2 * margin)

    def below(self, y: int) -> "Area":
        """The part below `y`."""
        return Area(self.x, y, self.width, self.y + self.height - y)

    @property
    def box(self) -> Box:
        """As a box."""
        return (self.x, self.y, self.x + self.width, self.y + self.height)


Maker = Callable[[Kit, float], Piece | None]

_SCATTERED: tuple[tuple[Maker, int], ...] = (
    (lambda kit, room: button(kit, room=room), 5),
    (link, 3),
    (checkbox, 3),
    (lambda kit, room: field(kit, room), 4),
    (lambda kit, room: shape(kit), 5),
    (lambda kit, room: icon(kit), 3),
    (plain, 2),
    (lambda kit, room: radio_group(kit, room), 1),
    (lambda kit, room: select(kit, room), 1),
    (slider, 1),
    (tables.listing, 1),
)
_COLUMN: tuple[tuple[Maker, int], ...] = (
    (lambda kit, room: _row(kit, room, lambda k, r: button(k, room=r)), 4),
    (lambda kit, room: _row(kit, room, link), 2),
    (checkbox, 3),
    (lambda kit, room: field(kit, room), 4),
    (lambda kit, room: _row(kit, room, lambda k, r: icon(k)), 2),
    (lambda kit, room: _row(kit, room, lambda k, r: shape(k)), 2),
    (plain, 1),
    (paragraph, 2),
    (lambda kit, room: radio_group(kit, room), 2),
    (lambda kit, room: select(kit, room), 2),
    (slider, 1),
    (tabs, 1),
    (tables.table, 1),
    (tables.listing, 1),
    (heading, 1),
)


def _pick(kit: Kit, makers: tuple[tuple[Maker, int], ...]) -> Maker:
    return kit.rng.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0]


def _row(kit: Kit, room: float, make: Maker) -> Piece | None:
    """One to four pieces of a kind beside each other."""
    gap, pieces, left = max(4, kit.theme.gap), [], room
    for _ in range(kit.rng.randint(1, 4)):
        piece = make(kit, min(left, kit.px(160)))
        if piece and piece.width <= left:
            pieces.append(piece)
            left -= piece.width + gap
    return stacked(pieces, gap, across=True) if pieces else None


def scatter(kit: Kit, canvas: Canvas, area: Area, num_pieces: int, makers=_SCATTERED) -> list[Widget]:
    """Pieces at random places that do not touch."""
    widgets: list[Widget] = []
    taken: list[Box] = []
    for _ in range(num_pieces):
        piece = _pick(kit, makers)(kit, min(area.width - 10, kit.px(210)))
        place = piece and _free_place(kit, area, piece, taken)
        if piece and place:
            taken.append((*place, place[0] + piece.width, place[1] + piece.height))
            widgets += piece.paint(canvas, *place)
    return widgets


def _free_place(kit: Kit, area: Area, piece: Piece, taken: list[Box], num_tries: int = 25) -> tuple[int, int] | None:
    free_x, free_y = area.width - piece.width - 8, area.height - piece.height - 8
    if free_x < 0 or free_y < 0:
        return None
    for _ in range(num_tries):
        x, y = area.x + 4 + kit.rng.randint(0, free_x), area.y + 4 + kit.rng.randint(0, free_y)
        right, bottom = x + piece.width + 5, y + piece.height + 5
        if all(right <= b[0] or x - 5 >= b[2] or bottom <= b[1] or y - 5 >= b[3] for b in taken):
            return x, y
    return None


def flow(
    kit: Kit, canvas: Canvas, area: Area, makers=_COLUMN, *, most: int = 20, centred: bool = False
) -> tuple[list[Widget], int]:
    """Pieces below each other until the area is full: the widgets and the y below the last."""
    widgets: list[Widget] = []
    y = area.y
    for _ in range(most):
        piece = _pick(kit, makers)(kit, area.width)
        if piece is None or piece.width > area.width:
            continue
        if y + piece.height > area.y + area.height:
            if kit.chance(0.5):
                break
            continue
        x = area.x + ((area.width - piece.width) // 2 if centred else 0)
        widgets += piece.paint(canvas, x, y)
        y += piece.height + max(4, kit.theme.gap)
    return widgets, y


def bar(kit: Kit, canvas: Canvas, area: Area) -> tuple[list[Widget], Area]:
    """A bar along the top with a title, menu names, icons or links; and the area left below."""
    palette, ground = kit.theme.palette, kit.ground
    kit.ground = (
        palette.accent if kit.chance(0.5) else palette.surface if kit.chance(0.5) else mixed(ground, palette.ink, 0.1)
    )
    pieces: list[Piece] = []
    left = area.width - 12
    makers: list[Maker] = [heading] if kit.chance(0.5) else [tables.menu_bar] if kit.chance(0.5) else [link]
    makers += [lambda k, r: icon(k), lambda k, r: icon(k)] if kit.chance(0.6) else [lambda k, r: button(k, room=r)]
    for make in makers:
        piece = make(kit, left * 0.6)
        if piece and piece.width < left and piece.height < area.height / 4:
            pieces.append(piece)
            left -= piece.width + 10
    height = max((p.height for p in pieces), default=14) + kit.px(8)
    canvas.rect((area.x, area.y, area.x + area.width, area.y + height), kit.ground)
    canvas.rect((area.x, area.y + height - 1, area.x + area.width, area.y + height), mixed(kit.ground, kit.ink, 0.2))
    widgets: list[Widget] = []
    x, right = area.x + 6, area.x + area.width - 6
    for index, piece in enumerate(pieces):
        top = area.y + (height - piece.height) // 2
        if index == 0:
            widgets += piece.paint(canvas, x, top)
        else:
            right -= piece.width
            widgets += piece.paint(canvas, right, top)
            right -= 8
    kit.ground = ground
    return widgets, area.below(area.y + height)


def card(kit: Kit, canvas: Canvas, area: Area) -> Area:
    """A raised panel in the middle of the area; the room inside it."""
    width = min(area.width - 8, round(area.width * kit.rng.uniform(0.75, 1)))
    height = min(area.height - 8, round(area.height * kit.rng.uniform(0.85, 1)))
    left = area.x + (area.width - width) // 2
    top = area.y + (area.height - height) // 2
    kit.ground = kit.theme.palette.surface
    radius = min(kit.theme.radius, 8)
    if kit.chance(0.6):
        canvas.shadow((left, top, left + width, top + height), radius, 0.3)
    canvas.rounded((left, top, left + width, top + height), radius, kit.ground, mixed(kit.ground, kit.ink, 0.2))
    return Area(left, top, width, height).inset(kit.px(kit.rng.choice((8, 10, 14))))


def scattered_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Controls anywhere."""
    widgets: list[Widget] = []
    if kit.chance(0.2):
        widgets, area = bar(kit, canvas, area)
    return widgets + scatter(kit, canvas, area, kit.rng.randint(6, 16))


def column_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Controls below each other, in one or two columns, with or without a bar."""
    widgets: list[Widget] = []
    if kit.chance(0.4):
        widgets, area = bar(kit, canvas, area)
    area = area.inset(kit.px(kit.rng.choice((5, 8, 14))))
    if area.width > kit.px(230) and kit.chance(0.4):
        half = area.width // 2 - 8
        widgets += flow(kit, canvas, Area(area.x, area.y, half, area.height))[0]
        return widgets + flow(kit, canvas, Area(area.x + half + 16, area.y, half, area.height))[0]
    return widgets + flow(kit, canvas, area, centred=kit.chance(0.2))[0]


def pane_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A side bar with links or items, and the rest beside it."""
    widgets: list[Widget] = []
    if kit.chance(0.5):
        widgets, area = bar(kit, canvas, area)
    width = round(area.width * kit.rng.uniform(0.28, 0.4))
    ground = kit.ground
    kit.ground = mixed(ground, kit.theme.palette.ink, 0.07)
    canvas.rect((area.x, area.y, area.x + width, area.y + area.height), kit.ground)
    side = Area(area.x, area.y, width, area.height).inset(6)
    widgets += flow(kit, canvas, side, ((link, 4), (plain, 1), (lambda k, r: button(k, room=r), 1)), most=9)[0]
    kit.ground = ground
    rest = Area(area.x + width, area.y, area.width - width, area.height).inset(8)
    return widgets + flow(kit, canvas, rest)[0]


def prose_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Headings and running text with links in it."""
    widgets: list[Widget] = []
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    makers = ((paragraph, 6), (heading, 1), (link, 1), (lambda k, r: button(k, room=r), 1))
    return widgets + flow(kit, canvas, area.inset(kit.px(kit.rng.choice((4, 8, 14)))), makers)[0]


def plain_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A few controls on an empty page."""
    area = area.inset(kit.px(kit.rng.choice((4, 8, 20))))
    if kit.chance(0.35):
        widgets = _unnamed(kit, canvas, area)
        if widgets:
            return widgets
    return flow(kit, canvas, area, most=kit.rng.randint(2, 5), centred=kit.chance(0.3))[0]


def _unnamed(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """One field without a name and perhaps a button: "the text field" can only be this one."""
    pieces = [
        p for p in (plain(kit, area.width) if kit.chance(0.5) else None, field(kit, area.width, unnamed=True)) if p
    ]
    if kit.chance(0.75) and (press := button(kit, room=area.width)):
        pieces.append(press)
    column = stacked(pieces, kit.theme.gap + 2)
    place = _free_place(kit, area, column, [])
    return column.paint(canvas, *place) if place else []


def marks_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Shapes and icons, with a few names between them."""
    makers: tuple[tuple[Maker, int], ...]
    makers = ((lambda k, r: shape(k), 5), (lambda k, r: icon(k), 4), (plain, 1), (lambda k, r: button(k, room=r), 1))
    return scatter(kit, canvas, area, kit.rng.randint(8, 22), makers)


def table_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A table with a few controls about it."""
    makers: tuple[tuple[Maker, int], ...]
    makers = (
        (tables.table, 5),
        (heading, 1),
        (tabs, 1),
        (lambda k, r: _row(k, r, lambda kk, rr: button(kk, room=rr)), 2),
    )
    widgets: list[Widget] = []
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    return widgets + flow(kit, canvas, area.inset(8), makers, most=7)[0]


def menu_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A page with a menu open over it; only the menu and the bar can be reached."""
    whole = area
    kept: list[Widget] = []
    row = tables.menu_bar(kit, area.width)
    if row and kit.chance(0.7):
        canvas.rect((area.x, area.y, area.x + area.width, area.y + row.height), mixed(kit.ground, kit.ink, 0.08))
        kept = row.paint(canvas, area.x, area.y)
        area = area.below(area.y + row.height)
    scatter(kit, canvas, area, kit.rng.randint(3, 9))
    panel = tables.menu(kit, area.width - 10)
    if panel is None or panel.height > area.height - 4:
        return kept
    if kept:
        under = kit.rng.choice(kept)
        under.open = True
        x = min(int(under.box[0]), whole.width - panel.width - 4)
        return kept + panel.paint(canvas, x, area.y)
    place = _free_place(kit, area, panel, [])
    return panel.paint(canvas, *place) if place else []


def dialog_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A dialog over a dimmed page; only the dialog can be reached."""
    genre = kit.rng.choice((scattered_page, column_page, prose_page))
    genre(kit, canvas, area)
    kit.focus_taken = True
    canvas.dim(kit.rng.uniform(0.25, 0.6))
    return draw_dialog(kit, canvas, area)


def draw_dialog(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A dialog in the middle of `area`: a title, a text, perhaps a control, and one to three buttons."""
    kit.ground = kit.theme.palette.surface
    room = round(area.width * kit.rng.uniform(0.6, 0.85))
    pieces = [p for p in (heading(kit, room), paragraph(kit, room, kit.rng.randint(1, 3))) if p]
    if kit.chance(0.25) and (extra := (checkbox if kit.chance(0.5) else field)(kit, room)):
        pieces.append(extra)
    row = _row(kit, room, lambda k, r: button(k, room=r))
    if row is None:
        return []
    gap, pad = kit.px(8), kit.px(kit.rng.choice((8, 12)))
    body = stacked([*pieces, row], gap)
    while body.height + 2 * pad > area.height - 8 and pieces:
        pieces.pop(0)
        body = stacked([*pieces, row], gap)
    if body.height + 2 * pad > area.height or body.width + 2 * pad > area.width:
        return []
    width, height = max(room, body.width) + 2 * pad, body.height + 2 * pad
    x, y = area.x + (area.width - width) // 2, area.y + (area.height - height) // 2
    box = (x, y, x + width, y + height)
    canvas.forget((x - 3, y - 3, x + width + 3, y + height + 3))
    canvas.shadow(box, 6, 0.5, 5)
    canvas.rounded(box, min(6, kit.theme.radius), kit.ground, mixed(kit.ground, kit.ink, 0.25))
    return body.paint(canvas, x + pad, y + pad)


def busy_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A page that is still loading: a spinner and perhaps a word."""
    wheel = spinner(kit)
    pieces = [wheel]
    if kit.chance(0.6) and (word := plain(kit, area.width * 0.7)):
        pieces.append(word)
    column = stacked(pieces, 6)
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    return column.paint(canvas, area.x + (area.width - column.width) // 2, area.y + (area.height - column.height) // 2)


def note_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """What a form leaves behind: a title, a sentence, perhaps a link."""
    room = area.width - 20
    pieces = [
        p for p in (heading(kit, room), paragraph(kit, room * 0.8, 1) if kit.chance(0.6) else plain(kit, room)) if p
    ]
    if kit.chance(0.5) and (way := (link if kit.chance(0.5) else button)(kit)):
        pieces.append(way)
    if not pieces:
        pieces = [text_piece(kit.words.word(), kit.theme.font(), kit.ink)]
    column = stacked(pieces, kit.theme.gap + 2)
    place = _free_place(kit, area, column, [])
    return column.paint(canvas, *place) if place else []
