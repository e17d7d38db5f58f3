"""Tables over several pages: what is in them, and their HTML with every cell numbered.

A cell has `data-cell="ROW COLUMN"`, counted over all pages; the head comes first. A table is longer than a page three
times out of four.
"""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from sandboxes.demos.papers.base import leaf
from sandboxes.demos.papers.formats import REGIONS, Format, drawn_format
from sandboxes.demos.papers.labels import drawn_labels
from sandboxes.demos.papers.parties import drawn_good, drawn_party

_COLUMNS = ("position", "article", "description", "quantity", "unit", "price", "rate", "amount", "date", "buyer")
_NUMBERS = ("position", "quantity", "price", "rate", "amount")
_CSS = """
h1 { font-size: 14pt; margin-bottom: 2mm } p { margin-bottom: 4mm } .tail { padding-top: 4mm }
.items .description { width: auto }
"""
_START = datetime.date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A table's rows, and what is printed round it."""

    rng: random.Random
    form: Format
    labels: dict[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_wide: bool
    """Whether the paper lies on its side."""

    def html(
        self,
        css: str,
        *,
        two_heads: bool = False,
        sections: int = 0,
        total: bool = False,
    ) -> str:
        """The document.

        two_heads: a line of heads over the heads; sections: a line over all columns before each so many rows; total:
        a last line.
        """
        size = (297.0, 210.0) if self.is_wide else (210.0, 297.0)
        title = (
            f"<h1>{escape(self.labels['order'])} {self.rng.randint(2, 99)}</h1><p>{escape(self.labels['terms'])}</p>"
        )
        body, tail = (
            self._body(two_heads, sections, total),
            f"<div class=tail><p>{escape(self.labels['thanks'])}</p></div>",
        )
        foot = f"<div class=foot>{escape(self.labels['page'])} <span class=page-number></span></div>"
        pages = f"<section class=page><div class=flow>{title}{body}{tail}</div>{foot}</section>"
        return leaf(self.form.region.code, _CSS + css, pages, *size)

    def _body(self, two_heads: bool, sections: int, total: bool) -> str:
        heads, row = "", 0
        if two_heads:
            middle = len(self.columns) // 2
            parts = (("customer", middle, 0), ("total", len(self.columns) - middle, middle))
            cells = "".join(
                f'<th data-cell="0 {at}" colspan={n}>{escape(self.labels[name])}</th>' for name, n, at in parts
            )
            heads, row = f"<tr>{cells}</tr>", 1
        heads += self._row(row, tuple(self.labels[name] for name in self.columns), "th")
        lines = []
        for number, values in enumerate(self.rows):
            if sections and number % sections == 0:
                row += 1
                name = escape(f"{self.labels['article']} {chr(65 + number // sections % 26)}")
                lines.append(f'<tr class=section><td data-cell="{row} 0" colspan={len(self.columns)}>{name}</td></tr>')
            row += 1
            lines.append(self._row(row, values, "td"))
        if total:
            row += 1
            last = ["" for _ in self.columns]
            last[0], last[-1] = self.labels["total"], self.form.amount(Decimal(self.rng.randint(10**5, 10**7)) / 100)
            lines.append(self._row(row, tuple(last), "td").replace("<tr>", "<tr class=last>"))
        return f"<table class=items><thead>{heads}</thead><tbody>{''.join(lines)}</tbody></table>"

    def _row(self, row: int, values: tuple[str, ...], tag: str) -> str:
        cells = "".join(
            f'<{tag} data-cell="{row} {column}" class="{_class(name)}">{escape(value)}</{tag}>'
            for column, (name, value) in enumerate(zip(self.columns, values, strict=True))
        )
        return f"<tr>{cells}</tr>"


def _class(name: str) -> str:
    return f"{name} n" if name in _NUMBERS else name


def drawn_table(drawn: tuple[random.Random, str]) -> TableSheet:
    """A table; drawn: the source of chance and the region's code."""
    rng, code = drawn
    region = REGIONS[code]
    form, count = drawn_format(rng, region), rng.randint(3, 8)
    kept = set(rng.sample(_COLUMNS, count)) | {"description", "amount"}
    columns = tuple(name for name in _COLUMNS if name in kept)
    num_rows = rng.randint(6, 30) if rng.random() < 0.25 else rng.randint(40, 130)
    rows = tuple(_values(rng, form, columns, number) for number in range(num_rows))
    return TableSheet(rng, form, drawn_labels(rng, code), columns, rows, len(columns) > 6 or rng.random() < 0.15)


def _values(rng: random.Random, form: Format, columns: tuple[str, ...], number: int) -> tuple[str, ...]:
    what, unit, price = drawn_good(rng, form.region.language)
    quantity = Decimal(rng.randint(1, 60))
    makers: dict[str, Callable[[], str]] = {
        "position": lambda: str(number + 1),
        "article": lambda: f"{rng.choice('ABKMT')}{rng.randint(100, 99999)}",
        "description": lambda: what,
        "quantity": lambda: form.quantity(quantity),
        "unit": lambda: unit,
        "price": lambda: form.amount(price),
        "rate": lambda: form.percent(rng.choice(form.region.rates)),
        "amount": lambda: form.amount(price * quantity) if rng.random() > 0.03 else "",
        "date": lambda: form.date(_START + datetime.timedelta(days=rng.randrange(700))),
        "buyer": lambda: drawn_party(rng, form.region).name,
    }
    return tuple(makers[name]() for name in columns)
