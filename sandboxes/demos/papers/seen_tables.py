# ruff: noqa: E501 -- a rule of CSS, a part of HTML and a list of names read best on a line of their own
"""Layouts of tables that makers of readers may look at."""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandboxes.demos.papers.sheet import CONDENSED, MONO, NARROW, SANS, SERIF, SLAB
from sandboxes.demos.papers.table_sheet import drawn_table

Drawn = tuple[random.Random, str]


def _font(drawn: Drawn, *choices: str) -> str:
    return f"body {{ font-family: {drawn[0].choice(choices)}; font-size: {drawn[0].choice((8, 8.5, 9))}pt }}"


def ruled(drawn: Drawn) -> str:
    """Lines round every cell."""
    return drawn_table(drawn).html(
        _font(drawn, SANS, SERIF) + ".items td, .items th { border: .6pt solid #222 }", total=True
    )


def striped(drawn: Drawn) -> str:
    """No lines, every other row shaded, white on dark heads."""
    css = ".items tr:nth-child(even) td { background: #eef1f5 } .items thead th { background: #2f4a66; color: #fff }"
    return drawn_table(drawn).html(_font(drawn, SANS, CONDENSED) + css)


def open(drawn: Drawn) -> str:
    """A line under the heads alone, and much room."""
    css = ".items thead th { border-bottom: 1pt solid #000 } .items td, .items th { padding: 1.5mm 3mm }"
    return drawn_table(drawn).html(_font(drawn, SERIF, SLAB) + css)


def compact(drawn: Drawn) -> str:
    """Narrow rows in a small type, with lines between columns."""
    css = ".items td, .items th { padding: .3mm 1.2mm; border-left: .4pt solid #666; border-right: .4pt solid #666 } .items thead th { border: .4pt solid #666 }"
    return drawn_table(drawn).html(_font(drawn, NARROW, MONO) + css + "body { font-size: 7.4pt }", total=True)


def banded(drawn: Drawn) -> str:
    """Two lines of heads, rows parted by thin lines."""
    css = ".items td { border-bottom: .3pt solid #bbb } .items thead th { background: #e3e3e3; text-align: center; border: .5pt solid #fff }"
    return drawn_table(drawn).html(_font(drawn, SANS, CONDENSED) + css, two_heads=True)


def wrapped(drawn: Drawn) -> str:
    """Narrow columns of text, so that cells have several lines."""
    css = ".items .description, .items .buyer { width: 30mm; max-width: 30mm } .items td { border-bottom: .4pt solid #888 } .items { width: auto }"
    return drawn_table(drawn).html(_font(drawn, SANS, SERIF) + css)


LAYOUTS: Mapping[str, Callable[[Drawn], str]] = MappingProxyType(
    {made.__name__: made for made in (ruled, striped, open, compact, banded, wrapped)}
)
"""Name to maker."""
