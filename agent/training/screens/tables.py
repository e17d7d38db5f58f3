"""Things in rows: tables, lists (with a scroll bar when there is more), menu bars and open menus."""

from agent.training.screens.canvas import Canvas, mixed
from agent.training.screens.kit import Kit, Piece
from agent.training.screens.record import Widget


def table(kit: Kit, room: float) -> Piece | None:
    """A table with a head, named rows, and cells that can be asked for by row and column."""
    rng, font, pad = kit.rng, kit.theme.font(), kit.px(4)
    num_columns, num_rows = rng.randint(2, 4), rng.randint(2, 5)
    cell = room / num_columns - 2 * pad
    names = [kit.name(kit.words.label, font, cell) for _ in range(num_columns)]
    rows = [
        [kit.name(kit.words.name if c == 0 else kit.words.value, font, cell) for c in range(num_columns)]
        for _ in range(num_rows)
    ]
    if None in names or any(None in row for row in rows):
        return None
    texts = [[name or "" for name in names], *[[text or "" for text in row] for row in rows]]
    widths = [max(font.width(row[c]) for row in texts) + 2 * pad for c in range(num_columns)]
    height = font.height + kit.px(rng.choice((3, 5, 8)))
    grid, striped, head = kit.chance(0.5), kit.chance(0.4), kit.chance(0.6)
    ink, ground, edge = kit.ink, kit.ground, mixed(kit.ground, kit.ink, 0.3)
    bold = kit.theme.font(bold=False)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        widgets = []
        for r, row in enumerate(texts):
            left, top = x, y + r * height
            if (r == 0 and head) or (striped and r % 2 == 0):
                canvas.rect((x, top, x + sum(widths), top + height), mixed(ground, ink, 0.12 if r == 0 else 0.05))
            for c, text in enumerate(row):
                box = (left, top, left + widths[c], top + height)
                if grid:
                    canvas.rect((left, top, left + widths[c] + 1, top + height + 1), None, edge)
                canvas.text(left + pad, top + (height - font.height) // 2, text, bold if r == 0 else font, ink)
                kind = "text" if r == 0 or c == 0 else "cell"
                widgets.append(Widget(kind, box, text, row=row[0] if r else "", column=texts[0][c]))
                left += widths[c]
            if not grid:
                canvas.line([(x, top + height), (x + sum(widths), top + height)], edge)
        return widgets

    return Piece(sum(widths), height * len(texts), paint)


def listing(kit: Kit, room: float) -> Piece | None:
    """A list of items in a frame, one of them marked in one of two; a scroll bar shows that there is more."""
    rng, font = kit.rng, kit.theme.font()
    items = [n for _ in range(rng.randint(3, 6)) if (n := kit.name(kit.words.label, font, min(room - 24, kit.px(120))))]
    if len(items) < 2:
        return None
    width = min(int(room), max(font.width(i) for i in items) + kit.px(rng.randint(24, 60)))
    row, bar = font.height + kit.px(rng.choice((2, 4, 7))), kit.px(9)
    chosen = rng.randrange(len(items)) if kit.chance(0.4) else -1
    scrolls, at = kit.chance(0.6), rng.random()
    ink, ground, edge = kit.ink, kit.ground, mixed(kit.ground, kit.ink, 0.35)
    marked = mixed(kit.theme.palette.accent, ground, 0.72)
    height = row * len(items) + 2

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.rect((x, y, x + width, y + height), ground, edge)
        widgets = []
        right = x + width - (bar if scrolls else 0)
        for index, text in enumerate(items):
            box = (x + 1, y + 1 + index * row, right - 1, y + 1 + (index + 1) * row)
            if index == chosen:
                canvas.rect(box, marked)
            canvas.text(x + kit.px(5), box[1] + (row - font.height) // 2, text, font, ink)
            widgets.append(Widget("item", box, text, checked=index == chosen))
        if scrolls:
            canvas.rect((right, y, x + width, y + height), mixed(ground, ink, 0.08), edge)
            thumb = max(8, height // 3)
            top = y + 2 + round(at * (height - thumb - 4))
            canvas.rounded((right + 2, top, x + width - 2, top + thumb), bar // 2, mixed(ground, ink, 0.5))
            widgets.append(Widget("scroller", (x, y, x + width, y + height), fraction=at))
        return widgets

    return Piece(width, height, paint)


def menu(kit: Kit, room: float, group: str = "") -> Piece | None:
    """An open menu: a panel of items, with a line between some of them."""
    rng, font = kit.rng, kit.theme.font()
    items = [
        n for _ in range(rng.randint(3, 6)) if (n := kit.name(kit.words.button, font, min(room - 20, kit.px(130))))
    ]
    if len(items) < 2:
        return None
    width, row = (
        max(font.width(i) for i in items) + kit.px(rng.randint(20, 50)),
        font.height + kit.px(rng.choice((3, 5, 8))),
    )
    surface, pad = kit.theme.palette.surface, kit.px(3)
    hovered = rng.randrange(len(items)) if kit.chance(0.4) else -1
    rule = rng.randrange(1, len(items)) if kit.chance(0.5) else -1
    ink = kit.ink
    height = row * len(items) + 2 * pad

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.shadow((x, y, x + width, y + height), 3, 0.35)
        canvas.rounded((x, y, x + width, y + height), 3, surface, mixed(surface, ink, 0.3))
        canvas.forget((x, y, x + width, y + height))
        widgets = []
        for index, text in enumerate(items):
            box = (x + 1, y + pad + index * row, x + width - 1, y + pad + (index + 1) * row)
            if index == hovered:
                canvas.rect(box, mixed(surface, ink, 0.12))
            if index == rule:
                canvas.line([(x + 4, box[1]), (x + width - 5, box[1])], mixed(surface, ink, 0.25))
            canvas.text(x + kit.px(8), box[1] + (row - font.height) // 2, text, font, ink)
            widgets.append(Widget("menuitem", box, text, group=group))
        return widgets

    return Piece(width, height, paint)


def menu_bar(kit: Kit, room: float) -> Piece | None:
    """Names of menus in a row, none open."""
    font, pad = kit.theme.font(), kit.px(6)
    names: list[str] = []
    for _ in range(kit.rng.randint(2, 5)):
        taken = sum(font.width(n) + 2 * pad for n in names)
        if name := kit.name(
            kit.words.real if kit.chance(0.3) else kit.words.label, font, min(room - taken - 2 * pad, kit.px(80))
        ):
            names.append(name)
    if not names:
        return None
    ink, height = kit.ink, font.height + kit.px(6)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        widgets = []
        for name in names:
            width = font.width(name) + 2 * pad
            canvas.text(x + pad, y + (height - font.height) // 2, name, font, ink)
            widgets.append(Widget("menuitem", (x, y, x + width, y + height), name, group="bar"))
            x += width
        return widgets

    return Piece(sum(font.width(n) + 2 * pad for n in names), height, paint)
