# ruff: noqa: E501 -- tables of words and pieces of HTML read best on a line of their own
"""The parts of a paper as HTML, with every fact in a `data-mark`, so that its place can be read off the page.

Layouts put these parts together. A page is a `section.page` with a `div.flow`; what does not fit into the first is
moved to more of them by `script.PAGINATE`: a `table.items` goes on row by row under a repeated head, a `div.tail` stays
whole, and everything outside the flow is on each page.
"""

import random
from collections.abc import Sequence
from decimal import Decimal
from html import escape

from sandboxes.demos.papers.contents import Contents, Line
from sandboxes.demos.papers.numbers import grouped
from sandboxes.demos.papers.parties import Party

SANS = "'Liberation Sans', Arial, sans-serif"
NARROW = "'Liberation Sans Narrow', 'DejaVu Sans Condensed', sans-serif"
SERIF = "'Liberation Serif', 'Times New Roman', serif"
MONO = "'Liberation Mono', 'Courier New', monospace"
WIDE = "'DejaVu Sans', Verdana, sans-serif"
CONDENSED = "'DejaVu Sans Condensed', 'DejaVu Sans', sans-serif"
SLAB = "'DejaVu Serif', Georgia, serif"
FIXED = "'DejaVu Sans Mono', monospace"

ACCENTS = ("#1f4e79", "#8c1d18", "#2f6b3a", "#5b2a6e", "#b35a00", "#222222", "#00695c", "#37474f", "#7a5c1e", "#0d6efd")

_NUMBERS = ("quantity", "price", "amount", "rate")
_SHAPES = (
    '<circle cx="20" cy="20" r="18" fill="{c}"/><path d="M10 26l10-14 10 14z" fill="#fff"/>',
    '<rect x="2" y="2" width="36" height="36" rx="7" fill="{c}"/><path d="M11 29V11l18 18V11" fill="none" stroke="#fff" stroke-width="4"/>',
    '<path d="M20 2l16 9v18l-16 9-16-9V11z" fill="{c}"/><circle cx="20" cy="20" r="7" fill="#fff"/>',
    '<path d="M3 33L14 7h6L9 33zM17 33L28 7h6L23 33z" fill="{c}"/>',
    '<circle cx="14" cy="20" r="12" fill="{c}"/><circle cx="26" cy="20" r="12" fill="{c}" fill-opacity=".45"/>',
)


class Sheet:
    """A paper's contents with a look; what is drawn of the look is the same all over the paper."""

    def __init__(self, contents: Contents, rng: random.Random) -> None:
        self.contents = contents
        self.rng = rng
        self.accent = rng.choice(ACCENTS)
        self.shape = rng.choice(_SHAPES)
        self.is_letter_size = contents.region.country == "US"
        self.colon = rng.choice((":", "", ":"))
        self.rows = rng.sample(("due", "order_number", "customer", "delivery"), rng.randint(1, 3))
        """The optional facts that are printed beside number and date."""
        self.sized = rng.choice((8.6, 9.0, 9.4, 9.8))
        """Of the text, points."""

    # Words
    # -------------------------------------------------------------------------------------------------

    def font(self, *choices: str) -> str:
        """One of some families; drawn once for each call."""
        return self.rng.choice(choices)

    def label(self, name: str) -> str:
        """What something is called."""
        return escape(self.contents.labels[name])

    @property
    def title(self) -> str:
        """Of the paper."""
        return self.label(self.contents.kind)

    def mark(self, name: str, text: str) -> str:
        """A fact as printed."""
        return f'<span data-mark="{name}">{escape(text)}</span>'

    def money(self, value: Decimal, name: str = "", *, bare: bool = False) -> str:
        """An amount, marked when it has a name, with its currency unless `bare`."""
        form = self.contents.form
        text = self.mark(name, form.amount(value)) if name else escape(form.amount(value))
        if bare:
            return text
        sign = self.mark("currency", form.symbol) if name == "total" else escape(form.symbol)
        gap = "&nbsp;" if form.spaced else ""
        return f"{sign}{gap}{text}" if form.region.before else f"{text}{gap}{sign}"

    @property
    def number(self) -> str:
        """Of the paper."""
        return self.mark("number", self.contents.number)

    @property
    def date(self) -> str:
        """Of the paper."""
        return self.mark("date", self.contents.form.date(self.contents.date))

    @property
    def due(self) -> str:
        """By when to pay or to deliver."""
        return self.mark("due", self.contents.form.date(self.contents.due))

    # Parts
    # -------------------------------------------------------------------------------------------------

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Labels and values that stand beside each other: number, date, and what was drawn."""
        contents = self.contents
        is_order = contents.kind == "order"
        known = {
            "due": (self.label("delivery" if is_order else "due"), self.due),
            "order_number": (self.label("order_number"), self.mark("order_number", contents.order_number)),
            "customer": (self.label("customer"), escape(contents.customer_number)),
            "delivery": (self.label("phone"), escape(contents.supplier.phone)),
        }
        first = [
            (self.label("order_number" if is_order else "number"), self.number),
            (self.label("order_date" if is_order else "date"), self.date),
        ]
        rows = [row for row in self.rows if not (is_order and row == "order_number")]
        return first + [known[row] for row in rows]

    def rows_of(self, pairs: Sequence[tuple[str, str]], css: str = "facts") -> str:
        """A table of labels and values."""
        body = "".join(f"<tr><td>{label}{self.colon}</td><td>{value}</td></tr>" for label, value in pairs)
        return f'<table class="{css}">{body}</table>'

    @property
    def is_order(self) -> bool:
        """An order is written by whoever buys."""
        return self.contents.kind == "order"

    @property
    def issuer(self) -> Party:
        """Whose paper it is."""
        return self.contents.buyer if self.is_order else self.contents.supplier

    @property
    def addressee(self) -> Party:
        """Who gets it."""
        return self.contents.supplier if self.is_order else self.contents.buyer

    @property
    def issuer_name(self) -> str:
        """Marked as who it is."""
        return self.mark("buyer" if self.is_order else "supplier", self.issuer.name)

    @property
    def addressee_name(self) -> str:
        """Marked as who it is."""
        return self.mark("supplier" if self.is_order else "buyer", self.addressee.name)

    @property
    def addressee_label(self) -> str:
        """What the addressee is called."""
        return self.label("seller" if self.is_order else "buyer")

    @property
    def address(self) -> str:
        """The addressee in lines."""
        return f"<div>{self.addressee_name}</div>{self.place(self.addressee)}"

    @property
    def letterhead(self) -> str:
        """The issuer in lines."""
        return f"<div class=name>{self.issuer_name}</div>{self.place(self.issuer)}"

    def place(self, party: Party) -> str:
        """Street and town in lines."""
        return f"<div>{escape(party.street)}</div><div>{escape(party.town)}</div>"

    def one_line(self, party: Party, between: str = " · ") -> str:
        """Street and town."""
        return f"{escape(party.street)}{between}{escape(party.town)}"

    @property
    def contact(self) -> str:
        """The issuer's telephone and mail in lines."""
        return f"<div>{self.label('phone')} {escape(self.issuer.phone)}</div><div>{escape(self.issuer.mail)}</div>"

    @property
    def tax_line(self) -> str:
        """The issuer's number at the tax office."""
        name = "buyer_vat_id" if self.is_order else "vat_id"
        return f"<div>{self.label('tax_id')}{self.colon} {self.mark(name, self.issuer.tax_id)}</div>"

    @property
    def addressee_tax_line(self) -> str:
        """The addressee's number at the tax office."""
        name = "vat_id" if self.is_order else "buyer_vat_id"
        return f"<div>{self.label('tax_id')}{self.colon} {self.mark(name, self.addressee.tax_id)}</div>"

    @property
    def bank(self) -> str:
        """Where to pay, in lines; empty on orders and where there are no IBANs."""
        party = self.contents.supplier
        if self.is_order or not party.iban:
            return ""
        iban = self.mark("iban", grouped(party.iban))
        return f"<div>{self.label('bank')}{self.colon} {escape(party.bank)}</div><div>IBAN {iban}</div>"

    def logo(self, size: int = 44, colour: str = "") -> str:
        """A sign of `size` px in the paper's colour."""
        shape = self.shape.format(c=colour or self.accent)
        return f'<svg class=logo width={size} height={size} viewBox="0 0 40 40">{shape}</svg>'

    def items(self, columns: str) -> str:
        """The table of items; columns: of position, article, description, quantity, unit, price, rate, amount."""
        names = columns.split()
        heads = "".join(f'<th class="{_class(name)}">{self.label(name)}</th>' for name in names)
        body = "".join(self._row(index, line, names) for index, line in enumerate(self.contents.lines))
        return f"<table class=items><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"

    def _row(self, index: int, line: Line, names: list[str]) -> str:
        form = self.contents.form
        texts = {
            "position": str(index + 1),
            "article": line.code,
            "description": line.description,
            "quantity": form.quantity(line.quantity),
            "unit": line.unit,
            "price": form.amount(line.price),
            "rate": form.percent(line.rate),
            "amount": form.amount(line.amount),
        }
        cells = "".join(f'<td class="{_class(name)}">{escape(texts[name])}</td>' for name in names)
        return f'<tr data-item="{index}">{cells}</tr>'

    def sums(self, css: str = "sums") -> str:
        """Net, tax (of each rate, and together) and total, under each other."""
        rows = "".join(
            f'<tr class="{kind}"><td>{label}{self.colon}</td><td>{value}</td></tr>'
            for kind, label, value in self.sum_rows
        )
        return f'<table class="{css}">{rows}</table>'

    @property
    def sum_rows(self) -> list[tuple[str, str, str]]:
        """A class (net, rate, tax, total), what it is called, and the marked amount."""
        contents = self.contents
        rows = [("net", self.label("net"), self.money(contents.net, "net"))]
        if len(contents.taxes) == 1:
            rate, _, tax = contents.taxes[0]
            rows.append(("tax", f"{self.label('tax')} {contents.form.percent(rate)}", self.money(tax, "tax")))
        else:
            for rate, _, tax in contents.taxes:
                rows.append(("rate", f"{self.label('tax')} {contents.form.percent(rate)}", self.money(tax)))
            rows.append(("tax", self.label("tax"), self.money(contents.tax, "tax")))
        return [*rows, ("total", self.label("total"), self.money(contents.total, "total"))]

    @property
    def tax_table(self) -> str:
        """The taxes rate by rate, with their sum: rate, net, tax, total."""
        contents = self.contents
        heads = "".join(f"<th>{self.label(name)}</th>" for name in ("rate", "net", "tax", "total"))
        rows = "".join(
            f"<tr><td>{contents.form.percent(rate)}</td><td>{self.money(net, bare=True)}</td>"
            f"<td>{self.money(tax, bare=True)}</td><td>{self.money(net + tax, bare=True)}</td></tr>"
            for rate, net, tax in contents.taxes
        )
        last = (
            f"<tr class=together><td>Σ</td><td>{self.money(contents.net, 'net', bare=True)}</td>"
            f"<td>{self.money(contents.tax, 'tax', bare=True)}</td><td>{self.money(contents.total, bare=True)}</td></tr>"
        )
        return f"<table class=taxes><tr>{heads}</tr>{rows}{last}</table>"

    @property
    def thanks(self) -> str:
        """What is said at the end."""
        return f"<div>{self.label('thanks')}</div>"

    @property
    def terms(self) -> str:
        """How to pay."""
        return "" if self.is_order else f"<div>{self.label('terms')}</div>"

    @property
    def page_number(self) -> str:
        """Filled in page by page."""
        return f"{self.label('page')} <span class=page-number></span>"

    @property
    def again(self) -> str:
        """The head of later pages."""
        return f"<template id=again><div class=again>{self.title} {self.number} &nbsp; {self.date}</div></template>"

    def page(self, flow: str, *, around: str = "", foot: str = "") -> str:
        """The first page; around and foot are outside the flow."""
        return f"{self.again}<section class=page>{around}<div class=flow>{flow}</div>{foot}</section>"


def _class(name: str) -> str:
    return f"{name} n" if name in _NUMBERS else name
