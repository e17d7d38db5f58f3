"""Documents of several tables, drawn from a seed, for `tests.walk.tables`: HTML for Chromium, and every cell's text.

Every word of a document stands in it once, so where it is printed can be looked up without knowing any table. What is
drawn: the number of columns and what is in them, lines (a grid, between rows, between columns, under the heads, none),
shaded rows, heads that are repeated on each page or not, of one line or two or none, cells that break into lines, cells
over several columns or rows, empty cells, sections, footers and page numbers, titles and text between the tables.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html import escape
from typing import Any

RULES = ("grid", "rows", "columns", "head", "none")
_ONSETS = ("b", "br", "d", "dr", "f", "g", "gl", "k", "kr", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v")
_VOWELS = ("a", "e", "i", "o", "u", "ei", "ou")
_CODAS = ("", "l", "m", "n", "r", "s", "t", "nd", "rk")
_FONTS = ("Liberation Sans", "Liberation Serif", "DejaVu Sans", "DejaVu Serif", "Liberation Mono")
_KINDS = ("name", "text", "number", "amount", "date", "code")


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as it was written; rows and columns count from 0."""

    row: int
    column: int
    text: str
    num_rows: int = 1
    num_columns: int = 1
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table as it was written."""

    rules: str
    num_rows: int
    num_columns: int
    num_heads: int
    repeats: bool
    """Whether its heads are printed again on each page."""
    cells: tuple[SheetCell, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """A document: what Chromium prints, with what round the pages, and its tables."""

    html: str
    pdf: dict[str, Any]
    """What `page.pdf` is told."""
    tables: tuple[SheetTable, ...]


@dataclass(slots=True)
class _Words:
    """Words, numbers and dates that have not been used yet."""

    rng: random.Random
    used: set[str] = field(default_factory=set)

    def fresh(self, kind: str) -> str:
        """A word of that kind."""
        while (word := self._drawn(kind)) in self.used:
            pass
        self.used.add(word)
        return word

    def _drawn(self, kind: str) -> str:
        rng = self.rng
        match kind:
            case "number":
                return str(rng.randint(1, 99999))
            case "amount":
                return f"{rng.randint(0, 99999):,}.{rng.randrange(100):02}"
            case "date":
                return f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{rng.randint(1900, 2030)}"
            case "code":
                return f"{rng.choice('ABKMTX')}{rng.randint(100, 999)}/{rng.randint(10, 9999)}"
        parts = range(rng.choice((1, 2, 2, 3)))
        return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in parts)


def sheets(seed: int) -> Sheets:
    """The document of a seed; the same one each time."""
    rng = random.Random(f"tables:{seed}")
    words = _Words(rng)
    wide = rng.random() < 0.25
    size = rng.choice((8, 8.5, 9, 10))
    body, tables, css = [], [], []
    if rng.random() < 0.7:
        body.append(f"<h1>{_title(words)}</h1>")
    for number in range(rng.choice((1, 2, 2, 3))):
        # Between two tables stands something that says so; the first one may begin the page.
        if number or rng.random() < 0.6:
            body.append(_between(words))
        table, html, rule = _table(rng, words, number, wide=wide, may_wrap=size < 10)
        tables.append(table)
        body.append(html)
        css.append(rule)
    body.append(_paragraph(words) if rng.random() < 0.6 else "")
    look = (
        f"body {{ font: {size}pt '{rng.choice(_FONTS)}'; margin: 0; line-height: {rng.choice((1.15, 1.3))} }}"
        "h1 { font-size: 16pt } h2 { font-size: 12pt; margin: 16pt 0 8pt; break-after: avoid }"
        "p { margin: 8pt 0 14pt } tr { break-inside: avoid } td, th { vertical-align: top; text-align: left }"
        "th[colspan] { text-align: center !important }"
        "table { width: 100%; border-collapse: collapse; margin: 8pt 0 18pt } .n { text-align: right }"
    )
    html = f"<!doctype html><meta charset=utf-8><style>{look}{''.join(css)}</style>{''.join(body)}"
    return Sheets(html, _printing(rng, words, wide=wide), tuple(tables))


def _printing(rng: random.Random, words: _Words, *, wide: bool) -> dict[str, Any]:
    side = rng.choice(("14mm", "20mm"))
    plain: dict[str, Any] = {
        "format": rng.choice(("A4", "A4", "Letter")),
        "landscape": wide,
        "print_background": True,
        "margin": {"top": "18mm", "bottom": "18mm", "left": side, "right": side},
    }
    if rng.random() < 0.3:
        return plain
    style = "font-size: 8px; width: 100%; padding: 0 15mm"
    numbers = "<span class=pageNumber></span> / <span class=totalPages></span>"
    header = _sentence(words, 4) if rng.random() < 0.5 else ""
    side = rng.choice(("left", "center", "right"))
    return plain | {
        "display_header_footer": True,
        "header_template": f"<div style='{style}'>{header}</div>",
        "footer_template": f"<div style='{style}; text-align: {side}'>{numbers}</div>",
    }


def _between(words: _Words) -> str:
    match words.rng.randrange(3):
        case 0:
            return f"<h2>{_title(words)}</h2>"
        case 1:
            return _paragraph(words)
        case _:
            return f"<h2>{_title(words)}</h2>{_paragraph(words)}"


def _title(words: _Words) -> str:
    return _sentence(words, words.rng.randint(2, 4)).title()


def _paragraph(words: _Words) -> str:
    return f"<p>{_sentence(words, words.rng.randint(6, 40))}.</p>"


def _sentence(words: _Words, count: int) -> str:
    return " ".join(words.fresh("text") for _ in range(count)).capitalize()


def _table(
    rng: random.Random, words: _Words, number: int, *, wide: bool, may_wrap: bool
) -> tuple[SheetTable, str, str]:
    """A table, its HTML and its CSS."""
    rules = rng.choice(RULES)
    kinds = [
        rng.choice(("name", "code", "name")),
        *(rng.choice(_KINDS) for _ in range(rng.randint(1, 8 if wide else 6))),
    ]
    wraps = may_wrap and rng.random() < 0.5
    wrapping = rng.choice([at for at, kind in enumerate(kinds) if kind in ("name", "text")] or [-1]) if wraps else -1
    made = _Made(rng, words, kinds, wrapping, rules)
    num_heads = rng.choice((0, 1, 1, 1, 2)) if len(kinds) > 2 else rng.choice((0, 1, 1))
    made.heads(num_heads)
    made.body(rng.choice((3, 8, 20, 45, 80)) + rng.randrange(8))
    repeats = num_heads > 0 and rng.random() < 0.6
    table = SheetTable(rules, made.row, len(kinds), num_heads, repeats, tuple(made.cells))
    return table, made.html(f"t{number}"), _css(rng, f".t{number}", rules, repeats=repeats, wrapping=wrapping)


@dataclass(slots=True)
class _Made:
    """A table as it is written, row by row."""

    rng: random.Random
    words: _Words
    kinds: list[str]
    wrapping: int
    """The column whose cells break into lines; -1 where none does."""
    rules: str
    row: int = 0
    cells: list[SheetCell] = field(default_factory=list)

    def heads(self, count: int) -> None:
        """So many lines of heads; over the last one, heads that stand over several columns."""
        if count == 2:
            middle = self.rng.randint(1, len(self.kinds) - 1)
            for start, end in ((0, middle), (middle, len(self.kinds))):
                self._add(start, self._head(), num_columns=end - start, is_head=True)
            self.row += 1
        if count:
            for column in range(len(self.kinds)):
                self._add(column, self._head(), is_head=True)
            self.row += 1

    def body(self, count: int) -> None:
        """So many rows, with sections and cells over several rows where a grid says how far they go."""
        sections = self.rng.choice((0, 0, 5, 12)) if self.row else 0
        groups = self.rules == "grid" and not sections and self.rng.random() < 0.35
        tall = 0
        for number in range(count):
            if sections and number % sections == 0:
                self._add(0, _title(self.words), num_columns=len(self.kinds))
                self.row += 1
            if groups and not tall:
                tall = min(self.rng.randint(1, 4), count - number)
                self._add(0, self.words.fresh("text").capitalize(), num_rows=tall)
            for column in range(1 if groups else 0, len(self.kinds)):
                # A row has its first two cells, else nobody could tell it from a cell that goes on.
                if column < 2 or self.rng.random() > 0.06:
                    self._add(column, self._text(column))
                else:
                    self._add(column, "")
            tall = max(0, tall - 1)
            self.row += 1

    def html(self, name: str) -> str:
        """The table."""
        rows: dict[int, list[SheetCell]] = {}
        for cell in sorted(self.cells, key=lambda cell: (cell.row, cell.column)):
            rows.setdefault(cell.row, []).append(cell)
        heads = "".join(self._line(cells) for cells in rows.values() if cells[0].is_head)
        body = "".join(self._line(cells) for cells in rows.values() if not cells[0].is_head)
        return f"<table class={name}><thead>{heads}</thead><tbody>{body}</tbody></table>"

    def _line(self, cells: list[SheetCell]) -> str:
        return f"<tr>{''.join(map(self._cell, cells))}</tr>"

    def _cell(self, cell: SheetCell) -> str:
        name = "th" if cell.is_head else "td"
        spans = f" rowspan={cell.num_rows}" * (cell.num_rows > 1) + f" colspan={cell.num_columns}" * (
            cell.num_columns > 1
        )
        look = "n" if self.kinds[cell.column] in ("number", "amount") and cell.num_columns == 1 else ""
        wrap = "w" if cell.column == self.wrapping and cell.num_columns == 1 else ""
        return f'<{name}{spans} class="{look} {wrap}">{escape(cell.text)}</{name}>'

    def _add(self, column: int, text: str, *, num_rows: int = 1, num_columns: int = 1, is_head: bool = False) -> None:
        self.cells.append(SheetCell(self.row, column, text, num_rows, num_columns, is_head))

    def _head(self) -> str:
        return self.words.fresh("text").capitalize()

    def _text(self, column: int) -> str:
        if column == self.wrapping:
            return _sentence(self.words, self.rng.randint(1, 9))
        kind = self.kinds[column]
        if kind in ("name", "text"):
            return _sentence(self.words, self.rng.randint(1, 2))
        return self.words.fresh(kind)


def _css(rng: random.Random, name: str, rules: str, *, repeats: bool, wrapping: int) -> str:
    """How a table looks: what parts its cells, and how much room there is."""
    line = rng.choice((".5pt solid #333", ".75pt solid #999"))
    css = f"{name} thead {{ display: {'table-header-group' if repeats else 'table-row-group'} }}"
    css += f"{name} thead tr {{ break-after: avoid }}"
    css += f"{name} .w {{ max-width: 32mm; width: 32mm }}" if wrapping >= 0 else ""
    across = rng.choice((0.5, 1, 2)) if rules == "grid" else rng.choice((1.5, 2.5))
    down = rng.choice((0.3, 0.8, 1.5)) if rules in ("grid", "rows") else rng.choice((0.8, 1.5))
    css += f"{name} td, {name} th {{ padding: {down}mm {across}mm }}"
    match rules:
        case "grid":
            css += f"{name} td, {name} th {{ border: {line}; vertical-align: {rng.choice(('top', 'middle'))} }}"
        case "rows":
            css += f"{name} tr {{ border-bottom: {line} }}"
        case "columns":
            css += f"{name} {{ border: {line} }} {name} td, {name} th {{ border-left: {line} }}"
            css += f"{name} thead tr:last-child {{ border-bottom: {line} }}"
        case "head":
            css += f"{name} thead tr:last-child {{ border-bottom: {line} }}"
    if rng.random() < 0.35:
        css += f"{name} tbody tr:nth-child({rng.choice(('even', 'odd'))}) td {{ background: #e9eef4 }}"
    if rng.random() < 0.3:
        css += f"{name} thead th {{ background: #2f4a66; color: #fff }}"
    if rng.random() < 0.3:
        css += f"{name} th {{ text-align: center }}"
    return css
