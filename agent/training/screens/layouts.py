"""Where controls go: scattered, flowing down a column, along a bar, on a card.

Pieces are made first, so that they know their sizes, and are painted where they fit; one that fits nowhere is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from agent.training.screens.buttons import button, link, tabs
from agent.training.screens.canvas import Canvas, mixed
from agent.training.screens.choices import checkbox, radio_group, select, slider
from agent.training.screens.fields import field
from agent.training.screens.kit import Kit, Piece, stacked
from agent.training.screens.marks import icon, shape
from agent.training.screens.prose import heading, paragraph, plain
from agent.training.screens.record import Box, Widget
from agent.training.screens.tables import listing, menu_bar, table


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
"""Makes a piece for so much room in pixels, or None."""

Makers = tuple[tuple[Maker, int], ...]
"""Makers and how often each is chosen."""


def row_of(kit: Kit, room: float, make: Maker) -> Piece | None:
    """One to four pieces of a kind beside each other."""
    gap, pieces, left = max(4, kit.theme.gap), [], room
    for _ in range(kit.rng.randint(1, 4)):
        piece = make(kit, min(left, kit.px(160)))
        if piece and piece.width <= left:
            pieces.append(piece)
            left -= piece.width + gap
    return stacked(pieces, gap, across=True) if pieces else None


def rows(make: Maker) -> Maker:
    """What makes a row of what `make` makes."""
    return lambda kit, room: row_of(kit, room, make)


SCATTERED: Makers = (
    (button, 5),
    (link, 3),
    (checkbox, 3),
    (field, 4),
    (shape, 5),
    (icon, 3),
    (plain, 2),
    (radio_group, 1),
    (select, 1),
    (slider, 1),
    (listing, 1),
)
COLUMN: Makers = (
    (rows(button), 4),
    (rows(link), 2),
    (checkbox, 3),
    (field, 4),
    (rows(icon), 2),
    (rows(shape), 2),
    (plain, 1),
    (paragraph, 2),
    (radio_group, 2),
    (select, 2),
    (slider, 1),
    (tabs, 1),
    (table, 1),
    (listing, 1),
    (heading, 1),
)


def _pick(kit: Kit, makers: Makers) -> Maker:
    return kit.rng.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0]


def scatter(kit: Kit, canvas: Canvas, area: Area, num_pieces: int, makers: Makers = SCATTERED) -> list[Widget]:
    """Pieces at random places that do not touch."""
    widgets: list[Widget] = []
    taken: list[Box] = []
    for _ in range(num_pieces):
        piece = _pick(kit, makers)(kit, min(area.width - 10, kit.px(210)))
        place = piece and free_place(kit, area, piece, taken)
        if piece and place:
            taken.append((*place, place[0] + piece.width, place[1] + piece.height))
            widgets += piece.paint(canvas, *place)
    return widgets


def free_place(kit: Kit, area: Area, piece: Piece, taken: list[Box], num_tries: int = 25) -> tuple[int, int] | None:
    """A place for `piece` that touches no box of `taken`; None after `num_tries`."""
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
    kit: Kit, canvas: Canvas, area: Area, makers: Makers = COLUMN, *, most: int = 20, centred: bool = False
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
    makers: list[Maker] = [heading] if kit.chance(0.5) else [menu_bar] if kit.chance(0.5) else [link]
    makers += [icon, icon] if kit.chance(0.6) else [button]
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
