# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of invoices and orders that makers of readers may look at."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandboxes.demos.papers.base import document
from sandboxes.demos.papers.sheet import CONDENSED, FIXED, MONO, NARROW, SANS, SERIF, SLAB, WIDE, Sheet


def letter(sheet: Sheet) -> str:
    """A business letter: letterhead, window address, subject, table, sums at the right, three columns at the foot."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, SERIF, CONDENSED)} }}
    .head {{ justify-content: flex-end; align-items: center; text-align: right; min-height: 18mm }}
    .head .name {{ font-size: 15pt; font-weight: bold; color: var(--accent) }}
    .sender {{ font-size: 6.5pt; border-bottom: .3pt solid #777; display: inline-block; margin: 8mm 0 2mm }}
    .address {{ min-height: 27mm }} h1 {{ font-size: 13pt; margin: 6mm 0 4mm }}
    .items th {{ border-bottom: 1pt solid #222 }} .items td {{ border-bottom: .3pt solid #bbb }}
    .sums {{ margin-top: 3mm }} .sums .total td {{ font-weight: bold; border-top: 1pt solid #222; border-bottom: 2.2pt double #222 }}
    .tail > div {{ margin-top: 4mm }} .foot {{ border-top: .4pt solid #777 }}"""
    flow = f"""<div class="row head"><div>{sheet.letterhead}</div>{sheet.logo(52)}</div>
    <div class=sender>{sheet.mark("buyer" if sheet.is_order else "supplier", sheet.issuer.name)} · {sheet.one_line(sheet.issuer)}</div>
    <div class=row><div class=address>{sheet.address}</div>{sheet.rows_of(sheet.facts)}</div>
    <h1>{sheet.title} {sheet.number}</h1>{sheet.items("position description quantity unit price amount")}
    <div class=tail>{sheet.sums()}{sheet.terms}{sheet.thanks}</div>"""
    foot = f"""<div class="foot row"><div>{sheet.letterhead}</div><div>{sheet.contact}{sheet.tax_line}</div>
    <div>{sheet.bank}<div>{sheet.page_number}</div></div></div>"""
    return document(sheet, css, sheet.page(flow, foot=foot))


def band(sheet: Sheet) -> str:
    """A coloured band over the whole width, a table with a coloured head, the total in a coloured box."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, WIDE, CONDENSED)} }} .page {{ padding: 0 }} .flow {{ padding: 0 16mm }}
    .band {{ margin: 0 -16mm 9mm; padding: 10mm 16mm; background: var(--accent); color: #fff; align-items: center }}
    .band .name {{ font-size: 13pt; font-weight: bold }} .band h1 {{ font-size: 25pt; font-weight: 400; letter-spacing: 1.5pt }}
    .items {{ margin-top: 8mm }} .items th {{ background: var(--accent); color: #fff; padding: 2mm }}
    .items td {{ padding: 2mm; border-bottom: .4pt solid #ddd }} .who {{ color: var(--accent); font-weight: bold; margin-bottom: 1mm }}
    .sums {{ margin-top: 4mm }} .sums .total td {{ background: var(--accent); color: #fff; font-weight: bold; font-size: 12pt; padding: 2mm 3mm }}
    .tail .row {{ margin-top: 8mm }} .again {{ padding-top: 14mm }} .foot {{ padding: 4mm 16mm 8mm; background: #f1f1f1 }}"""
    flow = f"""<div class="row band"><div class=row style="justify-content: flex-start; align-items: center; gap: 4mm">{sheet.logo(46, "#ffffff55")}
    <div>{sheet.letterhead}</div></div><h1>{sheet.title}</h1></div>
    <div class=row><div><div class=who>{sheet.addressee_label}</div>{sheet.address}</div>{sheet.rows_of(sheet.facts)}</div>
    {sheet.items("description quantity price amount")}
    <div class=tail>{sheet.sums()}<div class=row><div>{sheet.thanks}{sheet.terms}</div><div>{sheet.bank}</div></div></div>"""
    foot = f"<div class='foot row'>{sheet.tax_line}{sheet.contact}<div>{sheet.page_number}</div></div>"
    return document(sheet, css, sheet.page(flow, foot=foot))


def grid(sheet: Sheet) -> str:
    """Everything in ruled boxes, as accounting programs print it."""
    css = f"""
    body {{ font-family: {sheet.font(MONO, NARROW, FIXED, SANS)}; font-size: 8.4pt }}
    .box {{ border: .8pt solid #000; padding: 2mm 2.5mm; flex: 1 }} .row {{ gap: 0; margin-bottom: -.8pt }}
    .title {{ text-align: center; font-weight: bold; font-size: 14pt }} .box + .box {{ border-left: 0 }} .facts td {{ white-space: normal }}
    .items {{ margin-top: 4mm }} .items th, .items td {{ border: .6pt solid #000 }} .items th {{ background: #e4e4e4; font-size: 90% }}
    .sums {{ border: .8pt solid #000; margin-top: -.6pt }} .sums td {{ border: .6pt solid #000 }} .sums .total {{ font-weight: bold; background: #e4e4e4 }}
    .tail > div {{ margin-top: 3mm }}"""
    flow = f"""<div class="row"><div class=box>{sheet.letterhead}{sheet.tax_line}{sheet.contact}</div>
    <div class="box title">{sheet.title}</div></div>
    <div class=row><div class=box>{sheet.addressee_label}{sheet.colon}{sheet.address}{sheet.addressee_tax_line}</div>
    <div class=box>{sheet.rows_of(sheet.facts)}</div></div>{sheet.items("article description quantity unit price rate amount")}
    <div class=tail>{sheet.sums()}{sheet.bank}{sheet.terms}</div>"""
    return document(sheet, css, sheet.page(flow, foot=f"<div class=foot>{sheet.page_number}</div>"))


def airy(sheet: Sheet) -> str:
    """Much white, thin lines, the title large and light, facts under each other at the left."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, SLAB, SERIF)} }} .page {{ padding: 22mm 24mm 14mm }}
    h1 {{ font-size: 27pt; font-weight: 300; color: var(--accent); margin-bottom: 12mm }} .top {{ margin-bottom: 14mm }}
    .who {{ font-size: 7.5pt; color: #777; margin-bottom: .6mm }} .fact {{ margin-bottom: 2.4mm }}
    .items th {{ color: #777; font-weight: normal; font-size: 85% }} .items th, .items td {{ padding: 2.2mm 0 2.2mm 3mm; border-bottom: .3pt solid #ccc }}
    .items th:first-child, .items td:first-child {{ padding-left: 0 }}
    .sums {{ margin-top: 4mm }} .sums .total td {{ font-size: 13pt; color: var(--accent); padding-top: 3mm }} .sums td:last-child {{ padding-right: 0 }}
    .tail > div {{ margin-top: 5mm; color: #555 }} .foot {{ color: #777 }}"""
    facts = "".join(f"<div class=fact><div class=who>{label}</div>{value}</div>" for label, value in sheet.facts)
    flow = f"""<h1>{sheet.title}</h1><div class="row top"><div>{facts}</div>
    <div><div class=who>{sheet.addressee_label}</div>{sheet.address}</div>
    <div><div class=who>{sheet.label("seller" if not sheet.is_order else "buyer")}</div>{sheet.letterhead}{sheet.tax_line}</div></div>
    {sheet.items("description quantity price amount")}<div class=tail>{sheet.sums()}{sheet.bank}{sheet.thanks}</div>"""
    return document(
        sheet, css, sheet.page(flow, foot=f"<div class='foot row'>{sheet.contact}<div>{sheet.page_number}</div></div>")
    )


def margin(sheet: Sheet) -> str:
    """A coloured margin at the left with issuer, facts and bank on every page."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, CONDENSED, WIDE)} }}
    .page {{ flex-direction: row; padding: 0 }} .flow {{ padding: 16mm 14mm 12mm 10mm }}
    .margin {{ flex: none; width: 56mm; padding: 16mm 6mm 10mm 8mm; background: color-mix(in srgb, var(--accent) 13%, #fff); font-size: 90%; overflow-wrap: anywhere }}
    .margin .name {{ font-weight: bold; color: var(--accent); font-size: 11pt }} .margin > div {{ margin-bottom: 6mm }} .who {{ color: #666; font-size: 7pt }}
    h1 {{ font-size: 20pt; color: var(--accent); margin: 10mm 0 6mm }} .items th {{ border-bottom: 1.2pt solid var(--accent) }}
    .items tr:nth-child(even) td {{ background: #f5f5f5 }} .sums {{ margin-top: 4mm }} .sums .total td {{ font-weight: bold; border-top: 1.2pt solid var(--accent) }}
    .tail > div {{ margin-top: 5mm }}"""
    facts = "".join(f"<div class=who>{label}</div><div>{value}</div>" for label, value in sheet.facts)
    around = f"""<div class=margin><div>{sheet.logo(56)}</div><div>{sheet.letterhead}</div><div>{sheet.contact}{sheet.tax_line}</div>
    <div>{facts}</div><div>{sheet.bank}</div><div>{sheet.page_number}</div></div>"""
    flow = f"""<div>{sheet.addressee_label}</div>{sheet.address}<h1>{sheet.title}</h1>
    {sheet.items("description quantity price amount")}<div class=tail>{sheet.sums()}{sheet.terms}{sheet.thanks}</div>"""
    return document(sheet, css, sheet.page(flow, around=around))


def boxes(sheet: Sheet) -> str:
    """A form: small labels over values in cells, and the sums in one row of cells under the table."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, NARROW, SERIF)} }} .cells {{ width: 100%; margin-top: 3mm; table-layout: fixed }}
    .cells td {{ border: .6pt solid #555; padding: 1mm 1.6mm 1.4mm }} .small {{ font-size: 6.5pt; color: #444; display: block }}
    .head {{ align-items: flex-start }} .name {{ font-weight: bold; font-size: 13pt }} .address {{ border: .6pt solid #555; padding: 3mm; width: 82mm }}
    .items {{ margin-top: 3mm; border: .6pt solid #555 }} .items th {{ border-bottom: .6pt solid #555; font-size: 80%; background: #efefef }}
    .items td, .items th {{ border-right: .6pt solid #555 }} .total {{ font-weight: bold; font-size: 115%; background: #efefef }}
    .cells .n {{ text-align: right }} .tail > div {{ margin-top: 3mm }}"""
    facts = "".join(f"<td><span class=small>{label}</span>{value}</td>" for label, value in sheet.facts)
    sums = "".join(
        f"<td class='n {kind}'><span class=small>{label}</span>{value}</td>" for kind, label, value in sheet.sum_rows
    )
    flow = f"""<div class="row head"><div>{sheet.letterhead}{sheet.tax_line}{sheet.contact}</div><div class=address><span class=small>{sheet.addressee_label}</span>
    {sheet.address}{sheet.addressee_tax_line}</div></div><table class=cells><tr><td><span class=small>&nbsp;</span><b>{sheet.title}</b></td>{facts}</tr></table>
    {sheet.items("article description quantity price rate amount")}
    <div class=tail><table class=cells><tr>{sums}</tr></table><div>{sheet.bank}</div>{sheet.terms}</div>"""
    return document(sheet, css, sheet.page(flow, foot=f"<div class=foot>{sheet.page_number}</div>"))


def summary(sheet: Sheet) -> str:
    """As of telephone and power companies: what is to be paid in a large box before anything else."""
    css = f"""
    body {{ font-family: {sheet.font(WIDE, SANS)} }} .name {{ font-weight: bold; font-size: 14pt; color: var(--accent) }}
    .big {{ border: 1.6pt solid var(--accent); border-radius: 3mm; padding: 5mm 6mm; margin: 8mm 0; align-items: center }}
    .big .facts td {{ white-space: normal }} .big .sums .total td {{ font-size: 15pt; font-weight: bold; color: var(--accent) }} h2 {{ font-size: 11pt; margin-bottom: 2mm; color: var(--accent) }}
    .items th {{ background: #eee }} .items td {{ border-bottom: .3pt dotted #999 }} .tail > div {{ margin-top: 5mm }} .address {{ margin-top: 10mm }}"""
    flow = f"""<div class=row><div>{sheet.letterhead}</div>{sheet.logo(60)}</div><div class="row"><div class=address>{sheet.address}</div></div>
    <div class="row big"><div><h2>{sheet.title}</h2>{sheet.rows_of(sheet.facts)}</div>{sheet.sums()}</div>
    {sheet.items("description rate quantity price amount")}<div class=tail>{sheet.terms}<div>{sheet.bank}</div>{sheet.thanks}</div>"""
    foot = f"<div class='foot row'>{sheet.tax_line}{sheet.contact}<div>{sheet.page_number}</div></div>"
    return document(sheet, css, sheet.page(flow, foot=foot))


def dense(sheet: Sheet) -> str:
    """A wholesaler's: narrow type, many columns, facts in a line, sums at the left with the tax table."""
    css = f"""
    body {{ font-family: {sheet.font(NARROW, CONDENSED)}; font-size: 8pt }} .page {{ padding: 11mm 12mm 9mm }}
    .head {{ border-bottom: 2pt solid var(--accent); padding-bottom: 3mm; margin-bottom: 4mm }} .name {{ font-size: 15pt; font-weight: bold }}
    .line {{ display: flex; gap: 7mm; flex-wrap: wrap; border-top: .5pt solid #000; border-bottom: .5pt solid #000; padding: 1.4mm 0; margin: 4mm 0 }}
    .items th {{ border-bottom: .5pt solid #000; font-size: 90% }} .items th, .items td {{ padding: .55mm 1.2mm }} .items tr:nth-child(5n) td {{ border-bottom: .3pt solid #aaa }}
    .tail {{ border-top: .5pt solid #000; padding-top: 3mm; margin-top: 2mm }} .taxes {{ font-size: 90% }} .taxes .together td {{ border-top: .5pt solid #000 }}
    .due {{ font-size: 12pt; font-weight: bold }}"""
    facts = "".join(f"<div>{label}{sheet.colon} <b>{value}</b></div>" for label, value in sheet.facts)
    flow = f"""<div class="row head"><div class=row style="gap: 4mm; align-items: center">{sheet.logo(40)}<div>{sheet.letterhead}</div></div>
    <div>{sheet.contact}{sheet.tax_line}</div></div><div class=row><div>{sheet.address}</div><div class=name>{sheet.title}</div></div><div class=line>{facts}</div>
    {sheet.items("position article description quantity unit price rate amount")}
    <div class=tail><div class=row><div>{sheet.tax_table}</div><div><div class=due>{sheet.label("total")}{sheet.colon} {sheet.money(sheet.contents.total, "total")}</div>{sheet.bank}</div></div>
    {sheet.terms}</div>"""
    return document(
        sheet,
        css,
        sheet.page(
            flow,
            foot=f"<div class='foot row'><div>{sheet.one_line(sheet.issuer)}</div><div>{sheet.page_number}</div></div>",
        ),
    )


def faktura(sheet: Sheet) -> str:
    """Seller and buyer beside each other, numbered lines, a table of taxes, the total in large letters."""
    css = f"""
    body {{ font-family: {sheet.font(SANS, SERIF, WIDE)}; font-size: 8.6pt }} h1 {{ font-size: 14pt; text-align: center; margin: 5mm 0 }}
    .party {{ width: 48% }} .party b {{ display: block; border-bottom: .6pt solid #000; margin-bottom: 1.5mm }} .facts {{ margin-left: auto }}
    .items {{ margin: 6mm 0 3mm }} .items th {{ background: #ddd; text-align: center; border: .5pt solid #666 }} .items td {{ border: .5pt solid #666 }}
    .taxes {{ margin-left: auto }} .taxes th, .taxes td {{ border: .5pt solid #666 }} .together {{ font-weight: bold }} .due {{ font-size: 13pt; font-weight: bold; margin: 4mm 0 }}
    .sign {{ margin-top: 18mm }} .sign div {{ border-top: .5pt dotted #000; width: 60mm; text-align: center; font-size: 7pt }}"""
    seller = f"<b>{sheet.label('seller')}</b>{sheet.letterhead}{sheet.tax_line}"
    buyer = f"<b>{sheet.label('buyer')}</b>{sheet.address}{sheet.addressee_tax_line}"
    left, right = (
        (
            f"<b>{sheet.label('buyer')}</b>{sheet.letterhead}{sheet.tax_line}",
            f"<b>{sheet.label('seller')}</b>{sheet.address}{sheet.addressee_tax_line}",
        )
        if sheet.is_order
        else (seller, buyer)
    )
    flow = f"""{sheet.rows_of(sheet.facts[1:])}<h1>{sheet.title} {sheet.number}</h1><div class=row><div class=party>{left}</div><div class=party>{right}</div></div>
    {sheet.items("position description quantity unit price rate amount")}
    <div class=tail>{sheet.tax_table}<div class=due>{sheet.label("total")}{sheet.colon} {sheet.money(sheet.contents.total, "total")}</div>{sheet.bank}{sheet.terms}
    <div class="row sign"><div>{sheet.issuer.mail}</div><div>&nbsp;</div></div></div>"""
    return document(
        sheet, css, sheet.page(flow, foot=f"<div class=foot style='text-align: center'>{sheet.page_number}</div>")
    )


def typed(sheet: Sheet) -> str:
    """A craftsman's letter from a typewriter, without colours; sums follow the table directly."""
    css = f"""
    body {{ font-family: {sheet.font(MONO, FIXED)}; font-size: 9.4pt }} .page {{ padding: 20mm 20mm 12mm 25mm }}
    .head {{ text-align: center; margin-bottom: 12mm }} .head .name {{ font-size: 13pt; letter-spacing: 2pt }} h1 {{ font-size: 11pt; text-decoration: underline; margin: 10mm 0 5mm }}
    .right {{ text-align: right }} .items th {{ border-bottom: .8pt dashed #000; font-weight: normal }} .items td, .items th {{ padding-left: 0 }} .items .n + .n {{ padding-left: 4mm }}
    .sums {{ border-top: .8pt dashed #000; margin-top: 1mm }} .sums td {{ padding: .6mm 1.5mm }} .sums .total td {{ border-top: .8pt dashed #000; border-bottom: 2pt double #000 }} .tail > div {{ margin-top: 5mm }}"""
    rest = "".join(f"<div>{label}{sheet.colon} {value}</div>" for label, value in sheet.facts[2:])
    flow = f"""<div class=head>{sheet.letterhead}{sheet.contact}</div><div>{sheet.address}</div><div class=right>{sheet.date}</div>
    <h1>{sheet.facts[0][0]} {sheet.number}</h1>{rest}<br>{sheet.items("quantity unit description price amount")}
    <div class=tail>{sheet.sums()}{sheet.thanks}{sheet.terms}{sheet.bank}{sheet.tax_line}</div>"""
    return document(sheet, css, sheet.page(flow, foot=f"<div class='foot right'>{sheet.page_number}</div>"))


LAYOUTS: Mapping[str, Callable[[Sheet], str]] = MappingProxyType(
    {made.__name__: made for made in (letter, band, grid, airy, margin, boxes, summary, dense, faktura, typed)}
)
"""Name to maker."""
