# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of receipts that makers of readers may look at: till rolls and small slips."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING
from html import escape
from types import MappingProxyType

from sandboxes.demos.papers.base import roll
from sandboxes.demos.papers.sheet import CONDENSED, FIXED, MONO, NARROW, SANS, SERIF, Sheet

_CENTRE = ".centre { text-align: center } .sums { width: 100% } .paid { width: 100% } .paid td:last-child { text-align: right }"


def till(sheet: Sheet) -> str:
    """A supermarket's: fixed pitch, one line an article, everything between dashes."""
    css = f"""{_CENTRE} body {{ font-family: {sheet.font(MONO, FIXED)}; font-size: 7.6pt }} .name {{ font-weight: bold }}
    hr {{ border: 0; border-top: .8pt dashed #000; margin: 2mm 0 }} .items td {{ padding: .2mm 0 }} .items td:first-child {{ padding-right: 1.5mm }} .items thead {{ display: none }}
    .sums td {{ padding: .3mm 0 }} .sums .total td {{ font-size: 12pt; font-weight: bold; padding: 1mm 0 }}"""
    flow = f"""<div class=centre>{sheet.letterhead}{sheet.contact}{sheet.tax_line}</div><hr>{sheet.items("quantity description amount")}<hr>
    {sheet.sums()}<hr>{paid(sheet)}<hr>{sheet.rows_of(sheet.facts[:2])}<div>{escape(sheet.contents.time)}</div><div class=centre>{sheet.thanks}</div>"""
    return roll(sheet, css, flow, sheet.rng.choice((72.0, 80.0)))


def bistro(sheet: Sheet) -> str:
    """A restaurant's: name large in serifs, table of dishes, taxes in a small table."""
    css = f"""{_CENTRE} body {{ font-family: {sheet.font(SERIF, SANS)}; font-size: 8.6pt }} .name {{ font-size: 14pt; margin-bottom: 1mm }}
    .items {{ margin: 4mm 0 2mm; border-top: .5pt solid #000; border-bottom: .5pt solid #000 }} .items th {{ font-size: 80% }} .items td, .items th {{ padding: .6mm .5mm }}
    .due {{ font-size: 14pt; font-weight: bold; text-align: right; margin: 3mm 0 }} .taxes {{ font-size: 7pt; width: 100% }} .taxes th, .taxes td {{ padding: .4mm .3mm }}"""
    flow = f"""<div class=centre>{sheet.logo(40, "#222")}{sheet.letterhead}<div>{sheet.label("phone")} {escape(sheet.issuer.phone)}</div></div><br>
    {sheet.rows_of(sheet.facts[:2])}{sheet.items("description quantity amount")}
    <div class=due>{sheet.label("total")} {sheet.money(sheet.contents.total, "total")}</div>{sheet.tax_table}<br>{paid(sheet)}<br>
    <div class=centre>{sheet.tax_line}{sheet.thanks}</div>"""
    return roll(sheet, css, flow, 80.0)


def kiosk(sheet: Sheet) -> str:
    """A small shop's: narrow, all in the middle, the amounts under the names."""
    css = f"""{_CENTRE} body {{ font-family: {sheet.font(NARROW, CONDENSED, MONO)}; font-size: 8pt }} .name {{ font-size: 11pt; font-weight: bold }}
    .art {{ margin: 1mm 0 }} .art div:last-child {{ text-align: right }} .sums {{ margin: 2mm 0; border-top: 1pt solid #000 }} .sums .total td {{ border-top: 1pt solid #000; font-weight: bold; font-size: 11pt }}"""
    form = sheet.contents.form
    arts = "".join(
        f"<div class=art data-item={index}><div>{escape(line.description)}</div>"
        f"<div>{form.quantity(line.quantity)} × {form.amount(line.price)} = {form.amount(line.amount)}</div></div>"
        for index, line in enumerate(sheet.contents.lines)
    )
    flow = f"""<div class=centre>{sheet.letterhead}{sheet.tax_line}<br><b>{sheet.title}</b> {sheet.number}<div>{sheet.date} {escape(sheet.contents.time)}</div></div><br>
    {arts}{sheet.sums()}{paid(sheet)}<br><div class=centre>{sheet.thanks}</div>"""
    return roll(sheet, css, flow, sheet.rng.choice((58.0, 62.0)))


def pump(sheet: Sheet) -> str:
    """A filling station's: facts in two columns first, the sums before the articles."""
    css = f"""{_CENTRE} body {{ font-family: {sheet.font(FIXED, MONO, SANS)}; font-size: 7.2pt }} .name {{ font-weight: bold; font-size: 10pt }}
    .bar {{ background: #000; color: #fff; padding: 1mm; text-align: center; margin: 2mm 0; font-weight: bold }} .items th, .items td {{ padding: .3mm 0 .3mm 1mm }} .items td:first-child, .items th:first-child {{ padding-left: 0 }}
    .sums .total td {{ font-weight: bold; font-size: 10pt }} .sums td {{ padding: .3mm 0 }}"""
    flow = f"""<div>{sheet.letterhead}{sheet.tax_line}</div><div class=bar>{sheet.title}</div>{sheet.rows_of(sheet.facts[:2])}
    <br>{sheet.sums()}<div class=bar>* * *</div>{sheet.items("description quantity price amount")}<br>{paid(sheet)}{sheet.thanks}"""
    return roll(sheet, css, flow, 76.0)


def paid(sheet: Sheet) -> str:
    """How it was paid: by card, or with money that is more than the total."""
    total = sheet.contents.total
    if sheet.rng.random() < 0.5:
        return f"<table class=paid><tr><td>{sheet.label('card')}</td><td>{sheet.money(total)}</td></tr></table>"
    given = (total / 5).to_integral_value(ROUND_CEILING) * 5 + sheet.rng.choice((0, 0, 5, 10))
    rows = ((sheet.label("cash"), given), (sheet.label("change"), given - total))
    body = "".join(f"<tr><td>{label}</td><td>{sheet.money(value)}</td></tr>" for label, value in rows)
    return f"<table class=paid>{body}</table>"


LAYOUTS: Mapping[str, Callable[[Sheet], str]] = MappingProxyType(
    {made.__name__: made for made in (till, bistro, kiosk, pump)}
)
"""Name to maker."""
