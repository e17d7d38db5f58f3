"""Pages of many genres, each a function that fills a canvas from a kit and returns the widgets that can be reached."""

from agent.training.screens.buttons import button, link, spinner, tabs
from agent.training.screens.canvas import Canvas, mixed
from agent.training.screens.choices import checkbox
from agent.training.screens.fields import field
from agent.training.screens.icons import icon_mask
from agent.training.screens.kit import Kit, stacked, text_piece
from agent.training.screens.layouts import Area, Makers, bar, flow, free_place, row_of, rows, scatter
from agent.training.screens.marks import icon, shape
from agent.training.screens.prose import heading, paragraph, plain
from agent.training.screens.record import Box, Widget
from agent.training.screens.tables import menu, menu_bar, table


def scattered_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Controls anywhere."""
    widgets: list[Widget] = []
    if kit.chance(0.2):
        widgets, area = bar(kit, canvas, area)
    more = max(1.0, area.width * area.height / 100_000)
    return widgets + scatter(kit, canvas, area, round(kit.rng.randint(6, 16) * more))


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
    widgets += flow(kit, canvas, side, ((link, 4), (plain, 1), (button, 1)), most=9)[0]
    kit.ground = ground
    rest = Area(area.x + width, area.y, area.width - width, area.height).inset(8)
    return widgets + flow(kit, canvas, rest)[0]


def prose_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Headings and running text with links in it."""
    widgets: list[Widget] = []
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    makers: Makers = ((paragraph, 6), (heading, 1), (link, 1), (button, 1))
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
    """One field without a name and perhaps a button: "the text field" can only be this one. Or several without."""
    if kit.chance(0.4):
        return _numbered(kit, canvas, area)
    pieces = [
        p for p in (plain(kit, area.width) if kit.chance(0.5) else None, field(kit, area.width, unnamed=True)) if p
    ]
    if kit.chance(0.75) and (press := button(kit, area.width)):
        pieces.append(press)
    column = stacked(pieces, kit.theme.gap + 2)
    place = free_place(kit, area, column, [])
    return column.paint(canvas, *place) if place else []


def _numbered(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Two to five fields without names below each other, each somewhere along its line."""
    fields = [f for _ in range(kit.rng.randint(2, 5)) if (f := field(kit, area.width * 0.8, unnamed=True))]
    gap, y, widgets = kit.px(kit.rng.randint(4, 22)), area.y, []
    for piece in fields:
        if y + piece.height > area.y + area.height:
            break
        widgets += piece.paint(canvas, area.x + kit.rng.randint(0, max(0, area.width - piece.width)), y)
        y += piece.height + gap
    return widgets


def marks_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """Shapes and icons, with a few names between them."""
    makers: Makers = ((shape, 5), (icon, 4), (plain, 1), (button, 1))
    return scatter(kit, canvas, area, kit.rng.randint(8, 22), makers)


def table_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A table with a few controls about it."""
    makers: Makers = (
        (table, 5),
        (heading, 1),
        (tabs, 1),
        (rows(button), 2),
    )
    widgets: list[Widget] = []
    if kit.chance(0.3):
        widgets, area = bar(kit, canvas, area)
    return widgets + flow(kit, canvas, area.inset(8), makers, most=7)[0]


def menu_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A page with a menu open over it; only the menu and the bar can be reached."""
    whole = area
    kept: list[Widget] = []
    row = menu_bar(kit, area.width)
    if row and kit.chance(0.7):
        canvas.rect((area.x, area.y, area.x + area.width, area.y + row.height), mixed(kit.ground, kit.ink, 0.08))
        kept = row.paint(canvas, area.x, area.y)
        area = area.below(area.y + row.height)
    scatter(kit, canvas, area, kit.rng.randint(3, 9))
    panel = menu(kit, area.width - 10)
    if panel is None or panel.height > area.height - 4:
        return kept
    if kept:
        under = kit.rng.choice(kept)
        under.open = True
        x = min(int(under.box[0]), whole.width - panel.width - 4)
        return kept + panel.paint(canvas, x, area.y)
    place = free_place(kit, area, panel, [])
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
    row = row_of(kit, room, button)
    if row is None:
        return []
    gap, pad = kit.px(8), kit.px(kit.rng.choice((8, 12)))
    top = kit.px(22) if kit.chance(0.45) else 0
    area = Area(area.x, area.y + top, area.width, area.height - top)
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
    widgets = body.paint(canvas, x + pad, y + pad)
    return widgets + _title_bar(kit, canvas, (x, y - top, x + width, y), top) if top else widgets


def _title_bar(kit: Kit, canvas: Canvas, box: Box, height: int) -> list[Widget]:
    """A bar over a dialog with a cross that closes it, and perhaps a title."""
    kit.ground = mixed(kit.ground, kit.ink, kit.rng.choice((0.06, 0.12, 0.8)))
    canvas.forget(box)
    canvas.rounded(box, 3, kit.ground, mixed(kit.ground, kit.ink, 0.25))
    if kit.chance(0.6) and (title := kit.name(kit.words.label, kit.theme.font(), (box[2] - box[0]) * 0.6)):
        canvas.text(
            box[0] + kit.px(6), box[1] + (height - kit.theme.font().height) // 2, title, kit.theme.font(), kit.ink
        )
    side = height - kit.px(6)
    frame = (box[2] - side - 3, box[1] + 3, box[2] - 3, box[1] + 3 + side)
    if kit.chance(0.5):
        canvas.rounded(frame, 3, mixed(kit.ground, kit.ink, 0.1), mixed(kit.ground, kit.ink, 0.3))
    size = round(side * kit.rng.uniform(0.5, 0.8))
    left, upper = int(frame[0] + (side - size) // 2), int(frame[1] + (side - size) // 2)
    mask = icon_mask("close", size, kit.rng.choice((0.1, 0.14, 0.2)))
    canvas.image.paste(kit.ink, (left, upper, left + size, upper + size), mask)
    return [Widget("icon", frame, "close", group="dialog")]


def busy_page(kit: Kit, canvas: Canvas, area: Area) -> list[Widget]:
    """A page that is still loading: a spinner and perhaps a word."""
    wheel = spinner(kit)
    pieces = [wheel]
    if kit.chance(0.6) and (word := plain(kit, area.width * 0.7)):
        pieces.append(word)
    column = stacked(pieces, 6)
    if kit.chance(0.3):
        area = bar(kit, canvas, area)[1]
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
    place = free_place(kit, area, column, [])
    return column.paint(canvas, *place) if place else []
