# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of invoices and orders that are held out: whoever makes a reader of papers must not look into this module, nor
at what it prints. Its papers serve for measuring alone.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandboxes.demos.papers.base import document
from sandboxes.demos.papers.sheet import CONDENSED, MONO, NARROW, SANS, SERIF, SLAB, WIDE, Sheet


def split(sheet: Sheet) -> str:
    """Two halves: facts and sums at the right of the addressee in a shaded column, items below."""
    css = f"""
    body {{ font-family: {sheet.font(SERIF, SLAB, SANS)} }} .halves {{ display: grid; grid-template-columns: 1fr 1fr; gap: 10mm; margin-bottom: 9mm }}
    .shade {{ background: #ececec; padding: 5mm }} h1 {{ font-size: 19pt; margin-bottom: 3mm }} .facts {{ width: 100% }} .facts td:last-child {{ text-align: right; padding-right: 0 }}
    .items th {{ border-top: 1pt solid #000; border-bottom: 1pt solid #000 }} .items tr:last-child td {{ border-bottom: 1pt solid #000 }} .by {{ margin-top: 10mm }}
    .sums {{ width: 100%; margin-top: 3mm; border-top: .6pt solid #999 }} .sums td {{ padding-left: 0; padding-right: 0 }} .sums .total td {{ font-weight: bold; font-size: 12pt }} .tail > div {{ margin-top: 6mm }}"""
    flow = f"""<div class=halves><div><h1>{sheet.title}</h1><div>{sheet.addressee_label}{sheet.colon}</div>{sheet.address}<div class=by>{sheet.letterhead}{sheet.tax_line}</div></div>
    <div class=shade>{sheet.rows_of(sheet.facts)}{sheet.sums()}</div></div>{sheet.items("quantity article description price rate amount")}
    <div class=tail>{sheet.bank}{sheet.terms}{sheet.contact}</div>"""
    return document(sheet, css, sheet.page(flow, foot=f"<div class=foot>{sheet.page_number}</div>"))


def statement(sheet: Sheet) -> str:
    """The facts as a head of columns with one row of values, the total in such a row again at the end."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, NARROW, WIDE)} }} .head {{ align-items: flex-end; margin-bottom: 8mm }} .name {{ font-weight: bold; font-size: 16pt }}
    .strip {{ width: 100%; margin: 6mm 0 4mm; text-align: center }} .strip th {{ background: #333; color: #fff; text-align: center; padding: 1.2mm; font-size: 85% }}
    .strip td {{ border: .6pt solid #333; text-align: center; padding: 1.5mm }} .items th {{ border-bottom: .8pt solid #333 }} .items td {{ border-bottom: .3pt solid #ccc }}
    .strip .total {{ font-weight: bold }} .tail > div {{ margin-top: 3mm }}"""

    def strip(pairs: list[tuple[str, str]]) -> str:
        heads, values = (
            "".join(f"<{tag}>{pair[side]}</{tag}>" for pair in pairs) for tag, side in (("th", 0), ("td", 1))
        )
        return f"<table class=strip><tr>{heads}</tr><tr>{values}</tr></table>"

    sums = strip([(label, value) for _, label, value in sheet.sum_rows])
    flow = f"""<div class="row head"><div>{sheet.address}{sheet.addressee_tax_line}</div><div style="text-align: right">{sheet.letterhead}{sheet.contact}</div></div>
    <b>{sheet.title}</b>{strip(sheet.facts)}{sheet.items("article description unit quantity price amount")}<div class=tail>{sums}{sheet.bank}{sheet.thanks}{sheet.terms}</div>"""
    foot = f"<div class='foot row'>{sheet.tax_line}<div>{sheet.page_number}</div></div>"
    return document(sheet, css, sheet.page(flow, foot=foot))


def ribbon(sheet: Sheet) -> str:
    """The issuer at the foot alone, a slanted ribbon with title and total at the top."""
    css = f"""
    body {{ font-family: {sheet.font(WIDE, CONDENSED, SANS)} }} .page {{ padding: 0 }} .flow {{ padding: 0 16mm 0 20mm }} .again {{ padding-top: 14mm }}
    .ribbon {{ background: var(--accent); color: #fff; margin: 0 -16mm 10mm -20mm; padding: 7mm 16mm 7mm 20mm; clip-path: polygon(0 0, 100% 0, 94% 100%, 0 100%) }}
    .ribbon .large {{ font-size: 17pt }} .pair {{ margin-bottom: 1mm }} .pair span:first-child {{ color: var(--accent); font-weight: bold; margin-right: 2mm }}
    .items {{ margin-top: 7mm }} .items thead th {{ color: var(--accent); border-bottom: 1.4pt solid var(--accent) }} .items td {{ border-bottom: .3pt solid #ddd; padding-top: 1.8mm; padding-bottom: 1.8mm }}
    .sums {{ margin: 4mm 0 0 }} .tail > div {{ margin-top: 5mm }} .foot {{ text-align: center; font-size: 8pt; border-top: 2pt solid var(--accent); padding: 3mm 16mm 10mm }} .foot div {{ display: inline; margin: 0 1mm }}"""
    facts = "".join(f"<div class=pair><span>{label}</span><span>{value}</span></div>" for label, value in sheet.facts)
    flow = f"""<div class="row ribbon"><div class=large>{sheet.title}</div><div class=large>{sheet.money(sheet.contents.total, "total")}</div></div>
    <div class=row><div>{facts}</div><div>{sheet.address}</div></div>{sheet.items("position description price quantity amount")}
    <div class=tail>{sheet.sums()}{sheet.bank}{sheet.terms}</div>"""
    foot = f"<div class=foot>{sheet.issuer_name} {sheet.one_line(sheet.issuer, ', ')} {sheet.contact}{sheet.tax_line}<div>{sheet.page_number}</div></div>"
    return document(sheet, css, sheet.page(flow, foot=foot))


def docket(sheet: Sheet) -> str:
    """A pre-printed pad: a frame round the sheet, dotted lines under the facts, items in a ruled block."""
    css = f"""
    body {{ font-family: {sheet.font(MONO, SERIF, SLAB)}; font-size: 9pt }} .flow {{ border: 1.4pt solid var(--accent); border-radius: 2.5mm; padding: 6mm }}
    .head {{ color: var(--accent); text-align: center; border-bottom: 1.4pt solid var(--accent); padding-bottom: 4mm; margin-bottom: 5mm }} .head .name {{ font-size: 15pt; font-weight: bold }}
    .dots {{ display: flex; gap: 3mm; margin-bottom: 2mm }} .dots > :last-child {{ flex: 1; border-bottom: .9pt dotted #555 }} .dots > :first-child {{ color: var(--accent) }}
    .items {{ margin-top: 5mm }} .items th {{ color: var(--accent) }} .items th, .items td {{ border: .5pt solid var(--accent) }}
    .sums td {{ border: .5pt solid var(--accent) }} .sums td:first-child {{ color: var(--accent) }} .sums .total td:last-child {{ font-weight: bold }} .tail > div {{ margin-top: 4mm }}"""
    rows = [*sheet.facts, (sheet.addressee_label, f"{sheet.addressee_name}, {sheet.one_line(sheet.addressee, ', ')}")]
    dots = "".join(f"<div class=dots><div>{label}{sheet.colon}</div><div>{value}</div></div>" for label, value in rows)
    flow = f"""<div class=head>{sheet.letterhead}{sheet.tax_line}<br><b>{sheet.title}</b></div>{dots}{sheet.items("quantity description price amount")}
    <div class=tail>{sheet.sums()}{sheet.bank}{sheet.thanks}</div>"""
    return document(
        sheet, css, sheet.page(flow, foot=f"<div class='foot row'>{sheet.contact}<div>{sheet.page_number}</div></div>")
    )


def columns(sheet: Sheet) -> str:
    """Three columns at the head, and under the items the taxes, the bank and the sums in three columns again."""
    css = f"""
    body {{ font-family: {sheet.font(CONDENSED, SANS, SERIF)}; font-size: 8.8pt }} .three {{ display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 7mm; border-top: 3pt solid var(--accent); padding-top: 3mm; margin-bottom: 8mm }}
    .three .name {{ font-weight: bold }} .small {{ color: #666; font-size: 85% }} .items td {{ border-bottom: .3pt solid #ddd }} .items thead th {{ font-weight: normal; color: #666 }} .facts td:first-child {{ color: #666 }}
    .tail .three {{ margin-top: 6mm; grid-template-columns: auto auto auto }} .taxes {{ font-size: 85% }} .taxes th, .taxes td {{ padding: .6mm 1.6mm }} .sums .total td {{ font-weight: bold; font-size: 115% }} h1 {{ font-size: 15pt; margin-bottom: 7mm; letter-spacing: .5pt }}"""
    flow = f"""<div class=row><h1>{sheet.title}</h1>{sheet.logo(36)}</div><div class=three><div>{sheet.letterhead}{sheet.contact}{sheet.tax_line}</div>
    <div><div class=small>{sheet.addressee_label}</div>{sheet.address}{sheet.addressee_tax_line}</div><div>{sheet.rows_of(sheet.facts)}</div></div>
    {sheet.items("article description rate quantity unit price amount")}
    <div class=tail><div class=three><div>{sheet.tax_table}</div><div>{sheet.bank}</div><div>{sheet.sums()}</div></div>{sheet.terms}</div>"""
    return document(
        sheet,
        css,
        sheet.page(
            flow,
            foot=f"<div class='foot row'><div>{sheet.one_line(sheet.issuer)}</div><div>{sheet.page_number}</div></div>",
        ),
    )


LAYOUTS: Mapping[str, Callable[[Sheet], str]] = MappingProxyType(
    {made.__name__: made for made in (split, statement, ribbon, docket, columns)}
)
"""Name to maker."""
