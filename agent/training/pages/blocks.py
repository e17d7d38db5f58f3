"""Blocks of a page as HTML: headings, prose, tables, lists, tab strips, tool bars, and what only decorates."""

from collections.abc import Callable
from html import escape

from agent.training.pages.controls import button, content, field, link, shape
from agent.training.pages.css import rgb
from agent.training.pages.writer import Writer
from agent.training.screens.canvas import mixed
from agent.training.screens.themes import ACCENTS, WHITE
from agent.training.words import belongs

Block = Callable[[Writer], str]


def heading(w: Writer, tag: str = "h2") -> str:
    """A title of one to three words."""
    text = w.name(lambda: w.words.cased(w.words.phrase(w.rng.randint(1, 3))), 0.6)
    return text and f'<{tag} class="b">{w.shown("title", text)}</{tag}>'


def paragraph(w: Writer, most: int = 5) -> str:
    """Running text with links in it that may wrap, and words that stand out."""
    parts = []
    for _ in range(w.rng.randint(1, most)):
        text, pick = escape(w.sentence(3, 12)), w.rng.random()
        tag = w.rng.choice(("b", "i", "mark", "code", "small", "u")) if pick < 0.1 else ""
        parts.append(f"<{tag}>{text}</{tag}>" if tag else text)
        if w.chance(0.3):
            parts.append(link(w, 0.9))
    look = w.rng.choice(("", "", "", "", "", "aside", "justify"))
    selected = " data-marked" if w.chance(0.05) else ""
    return f'<p class="b {look}"{selected}>{" ".join(parts)}</p>'


def mention(w: Writer) -> str:
    """Text that speaks of the page's own controls, which were written before."""
    return f'<p class="b {w.rng.choice(("", "note", "note", "hint"))}">{escape(w.mentioned())}</p>'


def marks(w: Writer) -> str:
    """Coloured shapes in a row."""
    return f'<div class="b row">{" ".join(shape(w) for _ in range(w.rng.randint(2, 6)))}</div>'


def icons(w: Writer) -> str:
    """Icons in a row, as a tool bar has them: loose, or in groups with a line between."""
    parts = [w.icon() for _ in range(w.rng.randint(2, max(3, min(10, round(w.width / 40)))))]
    if w.chance(0.3) and len(parts) > 3:
        parts.insert(len(parts) // 2, '<span class="rule"></span>')
    if w.chance(0.2):
        parts.append(button(w, "small"))
    return f'<div class="b row {w.rng.choice(("", "", "tools", "end"))}">{" ".join(parts)}</div>'


def tabs(w: Writer) -> str:
    """A strip of tabs, one of them in front."""
    names = w.names(w.words.label, 2, max(3, min(6, round(w.width / 90))), 0.28)
    chosen = w.rng.randrange(len(names)) if names else -1
    parts = [
        w.shown("tab", n, cls="tab on" if i == chosen else "tab", checked=i == chosen) for i, n in enumerate(names)
    ]
    return f'<div class="b tabs">{"".join(parts)}</div>'


def listing(w: Writer) -> str:
    """A list in a frame, one item marked in some; one with a scroll bar shows a part."""
    names = w.names(w.words.label, 3, 9 if w.height > 400 else 6, 0.6)
    chosen = w.rng.randrange(len(names)) if names and w.chance(0.4) else -1
    scrolls = len(names) > 3 and "a scroller" not in w.used and w.chance(0.4)
    frame = ""
    if scrolls:
        w.used.add("a scroller")
        frame = f'{w.add("scroller")} data-scroll="{w.rng.choice((0, 0, 1, w.rng.random())):.2f}"'
        frame += f' style="height:{round(w.theme.size * w.rng.uniform(4, 6.5))}px"'
    rows = [
        w.shown("item", n, "div", "item on" if i == chosen else "item", checked=i == chosen)
        for i, n in enumerate(names)
    ]
    return f'<div class="b list{" scrolls" if scrolls else ""}" {frame}>{"".join(rows)}</div>'


def table(w: Writer, num_rows: int = 0) -> str:
    """A table with a head; rows may be led by a link or a check box, and end with things to do."""
    num_columns = w.rng.randint(2, max(3, min(6, round(w.width / 110))))
    num_rows = num_rows or w.rng.randint(2, max(4, min(9, round(w.height / 60))))
    heads = w.names(w.words.label, num_columns, num_columns, 0.8 / num_columns)
    lead, tail = w.rng.choice(("", "", "", "link", "box")), w.rng.choice(("", "", "", "button", "link", "icons"))
    act = w.name(w.words.button, 0.15) if tail in ("button", "link") else ""
    signs = [w.svg(0.8, "trash", "pencil", "more") for _ in range(w.rng.randint(1, 2))] if tail == "icons" else []
    lines = ["".join(w.shown("text", head, "th") for head in heads) + ("<th></th>" if tail else "")]
    lines[0] = ("<th></th>" if lead == "box" else "") + lines[0]
    for _ in range(num_rows):
        name = w.name(w.words.name, 0.8 / num_columns)
        if not name:
            continue
        first = f"<td>{w.shown('link', name, 'a')}</td>" if lead == "link" else w.shown("text", name, "td")
        cells = [w.name(w.words.value, 0.8 / num_columns) for _ in heads[1:]]
        rest = [
            w.shown("cell", c, "td", row=name, column=h) or "<td></td>" for c, h in zip(cells, heads[1:], strict=True)
        ]
        before = '<td><input type="checkbox"></td>' if lead == "box" else ""
        lines.append(before + first + "".join(rest) + _to_do(w, name, act, tail, signs))
    width = ' style="width:100%"' if w.chance(0.4) else ""
    return f'<table class="b"{width}><tr>{"</tr><tr>".join(lines)}</tr></table>'


def _to_do(w: Writer, row: str, act: str, tail: str, signs: list[tuple[str, str]]) -> str:
    """The last cell of a row: the same in every row, so that its name alone says nothing where there are several."""
    if tail == "icons":
        parts = [
            f'<span class="icon" {w.add("icon", name, row=row)}>{drawing}</span>' for drawing, name in signs if name
        ]
        return f"<td>{''.join(parts)}</td>"
    if not act:
        return "<td></td>" if tail else ""
    if tail == "link":
        return f'<td><a href="#" {w.add("link", act, row=row)}>{escape(act)}</a></td>'
    return f'<td><button class="btn small" {w.add("button", act, row=row)}>{escape(act)}</button></td>'


def pairs(w: Writer) -> str:
    """Names with what they hold, in two columns."""
    names = w.names(w.words.field, 3, max(4, min(10, round(w.height / 45))), 0.4)
    lines = []
    for name in names:
        value = w.name(w.words.value, 0.5)
        shown = w.shown("link", value, "a") if w.chance(0.15) else w.shown("text", value)
        lines.append(f"<tr><th>{w.shown('text', name)}</th><td>{shown}</td></tr>")
    return f'<table class="b pairs">{"".join(lines)}</table>'


def tiles(w: Writer) -> str:
    """Figures in boxes beside each other."""
    number = max(2, min(5, round(w.width / 110)))
    names = w.names(w.words.label, number, number, 0.8 / number)
    parts = [
        f"<div class=tile><div class=hint>{w.shown('text', n)}</div><b>{w.words.number()}</b></div>" for n in names
    ]
    return f'<div class="b tiles">{"".join(parts)}</div>'


def details(w: Writer) -> str:
    """Something that unfolds, open or not."""
    text = w.name(w.words.label, 0.6)
    opened = w.chance(0.5)
    inside = paragraph(w, 2) if w.chance(0.6) or not opened else field(w)
    title = w.shown("text", text)
    return title and f"<details class=b{' open' if opened else ''}><summary>{title}</summary>{inside}</details>"


def alert(w: Writer) -> str:
    """A coloured box with a sentence, and perhaps a link or an icon to close it."""
    colour = mixed(w.rng.choice(ACCENTS), WHITE, w.rng.choice((0.6, 0.75, 0.85)))
    text = w.mentioned() if w.chance(0.3) else w.sentence(3, 8)
    end = w.rng.choice(("", "", link(w, 0.3), w.icon("icon plain", "close")))
    style = f"--ground:{rgb(colour)};background:{rgb(colour)}"
    return f'<div class="b alert" style="{style}"><span>{escape(text)}</span> {end}</div>'


def picture(w: Writer, width: int = 0, height: int = 0) -> str:
    """Something to look at: a photograph's place, as bands of colour. Pages with coloured shapes have none."""
    if any(name.startswith("shape ") for name in w.used):
        return ""
    w.used.add("a picture")
    first, second, third = (rgb(mixed(w.rng.choice(ACCENTS), WHITE, w.rng.uniform(0.1, 0.8))) for _ in range(3))
    width, height = width or round(w.width * w.rng.uniform(0.3, 0.9)), height or w.rng.randint(30, 90)
    paint = w.rng.choice(
        (
            f"linear-gradient({w.rng.randint(0, 180)}deg,{first},{second})",
            f"linear-gradient({first} 55%,{second} 55%,{third})",
            f"radial-gradient(circle at {w.rng.randint(20, 80)}% 40%,{third} 12%,{first} 13%,{second})",
        )
    )
    return f'<span class="pic" style="width:{width}px;height:{height}px;background:{paint}"></span>'


def chart(w: Writer) -> str:
    """Bars or a line, as dashboards show them."""
    number, colour = w.rng.randint(5, 12), rgb(w.theme.palette.accent)
    values = [w.rng.randint(8, 100) for _ in range(number)]
    if w.chance(0.5):
        step = 100 / number
        inside = "".join(
            f'<rect x="{i * step + 1:.1f}" y="{100 - v}" width="{step - 2:.1f}" height="{v}" fill="{colour}"/>'
            for i, v in enumerate(values)
        )
    else:
        points = " ".join(f"{i * 100 / (number - 1):.1f},{105 - v}" for i, v in enumerate(values))
        inside = f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
    look = f'width="100%" height="{w.rng.randint(40, 110)}" viewBox="0 0 100 110" preserveAspectRatio="none"'
    return f'<svg class="b chart" {look}>{inside}</svg>'


def pager(w: Writer) -> str:
    """Numbers of pages between links to the one before and the one after."""
    start = w.rng.randint(1, 40)
    numbers = [n for n in map(str, range(start, start + 30)) if n not in w.used and belongs(n, heldout=w.words.heldout)]
    parts = []
    for index, text in enumerate(numbers[:5]):
        w.used.add(text)
        parts.append(f'<b class="page on">{text}</b>' if index == 1 else w.shown("link", text, "a", "page"))
    return f'<div class="b pager">{link(w, 0.2, "page")} {" ".join(parts)} {link(w, 0.2, "page")}</div>'


def crumbs(w: Writer) -> str:
    """The way to this page, as links."""
    parts = [part for _ in range(w.rng.randint(1, 3)) if (part := link(w, 0.25))]
    mark = w.rng.choice((" / ", " > ", " | "))
    return f'<div class="b hint">{escape(mark).join([*parts, escape(w.words.label())])}</div>'


def search(w: Writer) -> str:
    """A field to search in, with its button beside it or its icon in it."""
    text = w.name(w.words.field, 0.35)
    if not text:
        return ""
    value = content(w, "search") if w.chance(0.5) else ""
    known = w.add("field", text, value=value, hidden=bool(value), focused=w.take_focus(0.15))
    control = f'<input class="t grow" type="search" {known} value="{escape(value)}" placeholder="{escape(text)}">'
    act = w.icon("icon", "magnifier") if w.chance(0.4) else button(w, "", 0.2)
    return f'<div class="b row level">{control} {act}</div>'
