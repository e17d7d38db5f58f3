"""Large pages: a bar, perhaps a side bar, and panels in columns, each with a page of its own kind."""

from collections.abc import Callable

from agent.training.screens.canvas import Canvas, mixed
from agent.training.screens.forms import form_page
from agent.training.screens.genres import column_page, plain_page, prose_page, scattered_page, table_page
from agent.training.screens.kit import Kit
from agent.training.screens.layouts import Area, bar, flow
from agent.training.screens.record import Widget

LEAST = 420
"""Width in pixels of a 13 px page from which on a page is cut into panels."""

_INNER: tuple[tuple[Callable[[Kit, Canvas, Area], list[Widget]], int], ...] = (
    (form_page, 4),
    (scattered_page, 2),
    (column_page, 3),
    (prose_page, 2),
    (plain_page, 1),
    (table_page, 2),
)


def panels_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Panels side by side and below each other, with lines, frames or only room between them."""
    widgets: list[Widget] = []
    if kit.chance(0.7):
        widgets, area = bar(kit, canvas, area)
    if area.width > kit.px(LEAST) and kit.chance(0.5):
        side, area = _sides(kit, area)
        ground = kit.ground
        kit.ground = mixed(ground, kit.ink, 0.06)
        canvas.rect(side.box, kit.ground)
        widgets += flow(kit, canvas, side.inset(kit.px(8)), most=14)[0]
        kit.ground = ground
    for panel in _cut(kit, area):
        widgets += _panel(kit, canvas, panel.inset(kit.px(4)))
    return widgets


def _sides(kit: Kit, area: Area) -> tuple[Area, Area]:
    """A side bar at the left, and the rest."""
    width = min(kit.px(kit.rng.randint(120, 220)), area.width // 3)
    return (
        Area(area.x, area.y, width, area.height),
        Area(area.x + width, area.y, area.width - width, area.height),
    )


def _cut(kit: Kit, area: Area) -> list[Area]:
    """The area in columns of about 200 to 420 px, and these now and then in two."""
    count = max(1, round(area.width / kit.px(kit.rng.randint(220, 420))))
    width = area.width // count
    found: list[Area] = []
    for index in range(count):
        column = Area(area.x + index * width, area.y, width, area.height)
        if column.height > kit.px(300) and kit.chance(0.7):
            upper = round(column.height * kit.rng.uniform(0.35, 0.65))
            found += [Area(column.x, column.y, width, upper), column.below(column.y + upper)]
        else:
            found.append(column)
    return found


def _panel(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    ground = kit.ground
    if kit.chance(0.5):
        kit.ground = kit.theme.palette.surface
        canvas.rounded(area.box, min(6, kit.theme.radius), kit.ground, mixed(kit.ground, kit.ink, 0.2))
    make = kit.rng.choices([make for make, _ in _INNER], [weight for _, weight in _INNER])[0]
    widgets = make(kit, canvas, area.inset(kit.px(4)))
    kit.ground = ground
    return widgets
