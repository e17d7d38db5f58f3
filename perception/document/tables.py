"""What a table on a page is, before it becomes a block: cells, where they lie, and what is known from other pages."""

from dataclasses import dataclass, field

from perception.document.blocks import Cell
from perception.document.tracks import Span
from perception.geometry import Box


@dataclass(frozen=True, slots=True)
class Edges:
    """The columns of the tables that go on over a page's upper and lower edge, where there are any.

    Then a single row is a table, and so are titles of sections that stand at the edge.
    """

    above: tuple[Span, ...] = ()
    """Of the table that the page before ends with."""
    below: tuple[Span, ...] = ()
    """Of the table that the next page begins with."""


@dataclass(slots=True)
class Table:
    """Cells and where they lie; the words of all cells are the table's."""

    box: Box
    cells: list[Cell]
    words: set[int] = field(default_factory=set)
    """Ids (`id`) of the words in it."""
