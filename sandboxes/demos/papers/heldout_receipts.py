# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of receipts that are held out: whoever makes a reader of papers must not look into this module, nor at what it
prints. Its papers serve for measuring alone.
"""

from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType

from sandboxes.demos.papers.base import roll
from sandboxes.demos.papers.seen_receipts import paid
from sandboxes.demos.papers.sheet import CONDENSED, FIXED, MONO, SANS, WIDE, Sheet


def counter(sheet: Sheet) -> str:
    """A department store's: number and date at the end, total in reverse, tax table under it."""
    css = f""".sums, .paid, .taxes {{ width: 100% }} .paid td:last-child {{ text-align: right }} body {{ font-family: {sheet.font(CONDENSED, WIDE, MONO)}; font-size: 7.6pt }}
    .name {{ font-size: 13pt; font-weight: bold; border-bottom: 1.5pt solid #000; margin-bottom: 1.5mm }} .items td, .items th {{ padding: .4mm .5mm }}
    .due {{ background: #000; color: #fff; display: flex; justify-content: space-between; padding: 1.4mm 2mm; font-weight: bold; font-size: 11pt; margin: 2mm 0 }} .taxes {{ font-size: 85% }} .taxes th, .taxes td {{ padding: .3mm }}"""
    flow = f"""{sheet.letterhead}{sheet.contact}<br>{sheet.items("article description amount")}
    <div class=due><span>{sheet.label("total")}</span><span>{sheet.money(sheet.contents.total, "total")}</span></div>{paid(sheet)}<br>{sheet.tax_table}<br>
    {sheet.rows_of(sheet.facts[:2])}<div>{escape(sheet.contents.time)}</div>{sheet.tax_line}<br>{sheet.thanks}"""
    return roll(sheet, css, flow, 79.0)


def slip(sheet: Sheet) -> str:
    """A small form filled in by a printer: lines with the labels at the left, the sums in a box."""
    css = f"""body {{ font-family: {sheet.font(SANS, FIXED)}; font-size: 8.2pt }} .pair {{ display: flex; justify-content: space-between; border-bottom: .4pt solid #888; padding: .8mm 0 }}
    h1 {{ font-size: 12pt; text-align: right; margin-bottom: 3mm }} .sums {{ border: .8pt solid #000; width: 100%; margin: 3mm 0 }} .sums .total td {{ font-weight: bold }} .items {{ margin-top: 3mm }} .items td, .items th {{ padding: .5mm 0 .5mm 1.6mm }} .items .description {{ padding-left: 0 }}
    .paid {{ width: 100% }} .paid td:last-child {{ text-align: right }}"""
    facts = "".join(
        f"<div class=pair><span>{label}</span><span>{value}</span></div>" for label, value in sheet.facts[:2]
    )
    flow = f"""<h1>{sheet.title}</h1>{facts}<div class=pair><span>{sheet.label("seller")}</span><span>{sheet.issuer_name}</span></div>
    {sheet.place(sheet.issuer)}{sheet.tax_line}{sheet.items("description rate quantity amount")}{sheet.sums()}{paid(sheet)}"""
    return roll(sheet, css, flow, 90.0)


LAYOUTS: Mapping[str, Callable[[Sheet], str]] = MappingProxyType({made.__name__: made for made in (counter, slip)})
"""Name to maker."""
