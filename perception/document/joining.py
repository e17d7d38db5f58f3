"""Tables over pages: a page is read knowing what the pages beside it end and begin with, and parts become one table.

A table goes on where it is the last thing of a page and the first of the next one, running titles and page numbers left
out, and where its columns are the same. Those are told from all cells of both parts, since a column may be empty on one
page. Heads that are printed again are left out.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from perception.document.blocks import Block, Cell
from perception.document.layout import page_blocks
from perception.document.page import PageText
from perception.document.tables import Edges
from perception.document.tracks import Span, columns_of, cores, in_order, nearest, tracks

Lines = Sequence[Sequence[Span]]

_MARGIN = 0.12
"""Share of the page, at its top and bottom, in which there may be running titles and page numbers."""
_LONGEST = 200
"""Letters of a running title."""
_NUMBER = 40
"""Letters of what is a page's number, and stands on no other page."""
_BORDER = 1.5
"""Points by which cells that touch are parted."""


def document_blocks(pages: Sequence[tuple[int, PageText]]) -> list[Block]:
    """The blocks of pages that follow each other, given with their numbers; tables joined over pages."""
    heights = [text.height for _, text in pages]
    blocks = [page_blocks(text, number) for number, text in pages]
    above: list[tuple[Span, ...]] = [()] * len(pages)
    _reread_ends(pages, blocks, heights, above)
    # From the front, so that a page which a table only crosses passes it on.
    for at, (number, text) in enumerate(pages[1:], start=1):
        running = _running(blocks, heights)
        begins = _is_at(blocks[at], running[at], last=False)
        if (table := _table_at(blocks[at - 1], running[at - 1], last=True, near=1 if begins else 2)) is not None:
            edges = Edges(above=_spans(table))
            again = page_blocks(text, number, edges)
            if _is_at(again, _running([blocks[at - 1], again], heights[at - 1 : at + 1])[1], last=False):
                blocks[at], above[at] = again, edges.above
    _reread_ends(pages, blocks, heights, above)
    return joined_tables(blocks, heights)


def _reread_ends(
    pages: Sequence[tuple[int, PageText]],
    blocks: list[list[Block]],
    heights: Sequence[float],
    above: Sequence[tuple[Span, ...]],
) -> None:
    """Read pages that end with something else again, where the next one begins with a table."""
    for at in range(len(pages) - 2, -1, -1):
        running = _running(blocks[at : at + 2], heights[at : at + 2])
        number, text = pages[at]
        table = _table_at(blocks[at + 1], running[1], last=False, near=1)
        if table is not None and not _is_at(blocks[at], running[0], last=True):
            again = page_blocks(text, number, Edges(above=above[at], below=_spans(table)))
            if _is_at(again, _running([again, blocks[at + 1]], heights[at : at + 2])[0], last=True):
                blocks[at] = again


def joined_tables(pages: Sequence[Sequence[Block]], heights: Sequence[float]) -> list[Block]:
    """The blocks of all pages; a table that goes on at the top of the next page is one, its repeated heads left out.

    heights: of the pages, in points.
    """
    running = _running(pages, heights)
    blocks: list[Block] = []
    open_at: int | None = None
    for page, aside in zip(pages, running, strict=True):
        own = [at for at in range(len(page)) if at not in aside]
        longer = None
        if own and open_at is not None:
            longer = _joined(blocks[open_at], page[own[0]])
        if longer is not None and open_at is not None:
            blocks[open_at] = longer
        if longer is None or len(own) > 1:
            open_at = None
        for at, block in enumerate(page):
            if longer is not None and at == own[0]:
                continue
            blocks.append(block)
            if own and at == own[-1] and block.kind == "table":
                open_at = len(blocks) - 1
    return blocks


def _running(pages: Sequence[Sequence[Block]], heights: Sequence[float]) -> list[set[int]]:
    """Of each page, which of its blocks are running titles and page numbers."""
    named = [
        {at: re.sub(r"\d+", "#", block.text) for at, block in enumerate(page) if _is_aside(block, height)}
        for page, height in zip(pages, heights, strict=True)
    ]
    times = Counter(text for page in named for text in set(page.values()))
    return [
        {at for at, text in page.items() if times[text] > 1 or _is_number(blocks[at], text)}
        for blocks, page in zip(pages, named, strict=True)
    ]


def _is_aside(block: Block, height: float) -> bool:
    """Whether a block lies in the margin."""
    if block.kind == "table" or block.box is None or len(block.text) > _LONGEST:
        return False
    return block.box.bottom < _MARGIN * height or block.box.top > (1 - _MARGIN) * height


def _is_number(block: Block, text: str) -> bool:
    return block.kind != "heading" and "#" in text and len(text) < _NUMBER


def _table_at(page: Sequence[Block], running: set[int], *, last: bool, near: int) -> Block | None:
    """The table that a page ends or begins with, among so many blocks that are near its edge."""
    own = [block for at, block in enumerate(page) if at not in running]
    nearest_ones = own[: -near - 1 : -1] if last else own[:near]
    return next((block for block in nearest_ones if block.kind == "table" and block.cells), None)


def _is_at(page: Sequence[Block], running: set[int], *, last: bool) -> bool:
    """Whether a table is the last or the first thing of a page."""
    own = [block for at, block in enumerate(page) if at not in running]
    return bool(own) and own[-1 if last else 0].kind == "table"


def _joined(table: Block, other: Block) -> Block | None:
    """Both as one table, or nothing where the columns of one are not those of the other."""
    if table.kind != "table" or other.kind != "table" or not (table.box and other.box):
        return None
    heads = _repeated(table, other)
    num_rows = table.num_rows
    rest = [
        cell.model_copy(update={"row": cell.row - heads + num_rows, "header": False})
        for cell in other.cells
        if cell.row >= heads
    ]
    columns, others = _spans(table), _spans(other)
    slack = 0.12 * (table.box.right - table.box.left)
    is_aligned = max(abs(table.box.left - other.box.left), abs(table.box.right - other.box.right)) < slack
    if table.num_columns == other.num_columns and (heads or _are_same(columns, others, table.num_columns)):
        return table.model_copy(update={"cells": (*table.cells, *rest)})
    together = _together([*table.cells, *rest])
    if together is None or len(together) < max(len(columns), len(others)) or not (is_aligned or heads):
        return None
    cells = _placed([*table.cells, *rest], together)
    return table.model_copy(update={"cells": tuple(cells)})


def _are_same(columns: Sequence[Span], others: Sequence[Span], number: int) -> bool:
    """Whether each of so many columns is nearest to its own one."""
    return len(columns) == len(others) == number and all(
        nearest(span, columns) == at and nearest(columns[at], others) == at for at, span in enumerate(others)
    )


def _repeated(table: Block, other: Block) -> int:
    """How many lines of heads the other part begins with that the table has too."""
    heads = 0
    for row in range(min(table.num_rows, other.num_rows)):
        texts = _texts(table, row)
        has_digits = any(letter.isdigit() for text in texts for letter in text)
        if not texts or texts != _texts(other, row) or (heads and has_digits):
            break
        heads += 1
    return heads


def _texts(table: Block, row: int) -> list[str]:
    return [cell.text for cell in table.cells if cell.row == row and cell.text]


def _sides(cell: Cell) -> Span | None:
    if cell.box is None:
        return None
    inset = min(_BORDER, (cell.box.right - cell.box.left) / 4)
    return cell.box.left + inset, cell.box.right - inset


def _spans(table: Block) -> tuple[Span, ...]:
    """Where the columns of a table run, as far as its cells tell; none where that is not clear."""
    return tuple(_together([cell for cell in table.cells if cell.num_columns == 1], cores) or ())


def _together(cells: Sequence[Cell], find: Callable[[Lines], list[Span]] = tracks) -> list[Span] | None:
    """The columns of all cells; one that stands alone in its row, a section's title, tells nothing."""
    rows: dict[int, list[Span]] = {}
    for cell in cells:
        sides = _sides(cell)
        if sides is None:
            return None
        rows.setdefault(cell.row, []).append(sides)
    found = find([row for row in rows.values() if len(row) > 1])
    return found if in_order(found) else None


def _placed(cells: Sequence[Cell], columns: Sequence[Span]) -> list[Cell]:
    """The cells in these columns; one that stands over several ends before the next one."""
    rows: dict[int, dict[int, tuple[Cell, int]]] = {}
    for cell in cells:
        sides = _sides(cell)
        assert sides is not None
        met = columns_of(sides, columns) or [nearest(sides, columns)]
        row = rows.setdefault(cell.row, {})
        first = next(at for at in range(met[0], met[0] + len(row) + 1) if at not in row)
        row[first] = cell, max(met[-1], first)
    placed = []
    for row in rows.values():
        for first, (cell, last) in sorted(row.items()):
            end = min([last + 1, *(other for other in row if other > first)])
            placed.append(cell.model_copy(update={"column": first, "num_columns": end - first}))
    return placed
