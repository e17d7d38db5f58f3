"""The HTML document round a layout: the sheet's size and what all layouts share."""

from sandboxes.demos.papers.sheet import Sheet

_CSS = """
* { box-sizing: border-box; margin: 0; }
html, body { background: #fff; }
body { color: #1a1a1a; line-height: 1.35; text-rendering: geometricPrecision; -webkit-print-color-adjust: exact; }
.page { position: relative; overflow: hidden; display: flex; flex-direction: column; padding: 15mm 16mm 11mm 20mm; }
.page + .page { break-before: page; }
.flow { flex: 1; min-height: 0; overflow: hidden; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0; font-weight: inherit; }
.items { width: 100%; }
.items th, .items td { padding: 1.1mm 1.5mm; }
.items .n { text-align: right; white-space: nowrap; }
.items th { font-weight: bold; }
.items .position, .items .article, .items .unit { white-space: nowrap; }
.items .description { width: 99%; }
.facts td { padding: .3mm 5mm .3mm 0; white-space: nowrap; }
.sums { margin-left: auto; }
.sums td { padding: .9mm 1.5mm; white-space: nowrap; }
.sums td:last-child { text-align: right; padding-left: 9mm; }
.taxes th, .taxes td { padding: .8mm 2.5mm; text-align: right; white-space: nowrap; }
.again { margin-bottom: 5mm; font-size: 90%; color: #444; }
.foot { flex: none; padding-top: 3mm; font-size: 7pt; line-height: 1.4; color: #333; }
.row { display: flex; justify-content: space-between; gap: 8mm; }
.logo { flex: none; }
.page-number { white-space: nowrap; }
"""

_ROLL = """
.sums td, .facts td { white-space: normal; }
.sums td:last-child { white-space: nowrap; padding-left: 2mm; }
.sums, .facts, .items, .page { overflow-wrap: anywhere; }
"""
"""On a till roll nothing has room to stay on one line."""


def document(sheet: Sheet, css: str, pages: str) -> str:
    """A whole HTML document on A4, or on US Letter where that is used."""
    width, height = (8.5 * 25.4, 11 * 25.4) if sheet.is_letter_size else (210.0, 297.0)
    look = f":root {{ --accent: {sheet.accent} }} body {{ font-size: {sheet.sized}pt }}"
    return leaf(sheet.contents.region.code, look + css, pages, width, height)


def roll(sheet: Sheet, css: str, flow: str, width: float) -> str:
    """A till roll of `width` mm, as long as what is on it; the length is set by `script.PAGINATE`."""
    size = f".page {{ width: {width}mm; padding: 5mm 4mm 7mm }}"
    code = sheet.contents.region.code
    return framed(code, _CSS + size + _ROLL + css, f"<section class='page roll'><div class=flow>{flow}</div></section>")


def leaf(code: str, css: str, pages: str, width: float, height: float) -> str:
    """A whole HTML document on sheets of `width` by `height` mm; code: the region's."""
    size = f"@page {{ size: {width}mm {height}mm; margin: 0 }} .page {{ width: {width}mm; height: {height - 0.15}mm }}"
    return framed(code, size + _CSS + css, pages)


def framed(code: str, css: str, pages: str) -> str:
    """The document's own tags; code: the region's."""
    return f"<!doctype html><html lang={code}><meta charset=utf-8><style>{css}</style><body>{pages}</body></html>"
