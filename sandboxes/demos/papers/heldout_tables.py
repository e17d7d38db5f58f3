# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of tables that are held out: whoever makes a reader of papers must not look into this module, nor at what it
prints. Its papers serve for measuring alone.
"""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandboxes.demos.papers.sheet import CONDENSED, FIXED, SANS, SERIF, WIDE
from sandboxes.demos.papers.table_sheet import drawn_table

Drawn = tuple[random.Random, str]


def grouped(drawn: Drawn) -> str:
    """A line over all columns before every few rows."""
    css = f"body {{ font-family: {drawn[0].choice((SANS, WIDE))}; font-size: 8pt }} .section td {{ font-weight: bold; background: #ddd }} .items td {{ border-bottom: .3pt solid #ccc }}"
    return drawn_table(drawn).html(css, sections=drawn[0].randint(4, 9))


def framed(drawn: Drawn) -> str:
    """A frame round the whole, dotted lines between rows, a last line in bold."""
    css = f"body {{ font-family: {drawn[0].choice((SERIF, CONDENSED))}; font-size: 8.6pt }} .items {{ border: 1.2pt solid #000 }} .items td {{ border-bottom: .6pt dotted #555 }} .items thead th {{ border-bottom: 1.2pt solid #000 }} .last td {{ font-weight: bold }}"
    return drawn_table(drawn).html(css, total=True)


def ledger(drawn: Drawn) -> str:
    """Two lines of heads in a fixed pitch, columns parted by single lines, a tint in every third row."""
    css = f"body {{ font-family: {drawn[0].choice((FIXED, CONDENSED))}; font-size: 7.2pt }} .items td + td, .items th + th {{ border-left: .5pt solid #7a9 }} .items tr:nth-child(3n) td {{ background: #eaf5ee }} .items thead tr:last-child th {{ border-bottom: 1pt solid #7a9 }}"
    return drawn_table(drawn).html(css, two_heads=True)


LAYOUTS: Mapping[str, Callable[[Drawn], str]] = MappingProxyType(
    {made.__name__: made for made in (grouped, framed, ledger)}
)
"""Name to maker."""
