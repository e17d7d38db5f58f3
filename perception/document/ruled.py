"""Tables whose columns have lines between them, and their rows too, or at least gaps that tell them apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from perception.document.blocks import Cell
from perception.document.lines import Phrase, hull, phrase, text_lines
from perception.document.page import PageText, Word
from perception.document.rows import told_rows
from perception.document.tables import Edges, Table
from perception.document.tracks import Span
from perception.geometry import Box

_NEAR = 3.0
"""Points: edges no further apart are one line."""
_TOUCHING = 1.0
"""Points: pieces of a line no further apart are one."""
_FEW = 4
"""Lines across a table; where there are more, each row has its own."""
_SEVERAL = 0.7
"""Share of rows that have something in several columns; titles of sections have not."""
_MAX_EDGES, _MAX_CELLS = 1000, 4000
"""A drawing with more is none that cells are looked for in."""


def ruled_tables(text: PageText, page: int, edges: Edges) -> list[Table]:
    """Tables whose cells have lines between them, both ways, or between columns alone."""
    flat = flat_lines(text)
    tall = _whole([box for box in text.rulings if box.right - box.left <= _NEAR < box.bottom - box.top], is_flat=False)
    if len(flat) + len(tall) > _MAX_EDGES:
        return []
    words = sorted(text.words, key=_middle)
    tables = []
    for group in _gathered(_connected([*flat, *tall])):
        box = hull(group)
        start, end = (bisect_left(words, at, key=_middle) for at in (box.top - _NEAR, box.bottom + _NEAR))
        found = _grid(group, words[start:end], page, edges)
        if found is not None:
            tables.append(found)
    return tables


def _middle(word: Word) -> float:
    return (word.box.top + word.box.bottom) / 2


def flat_lines(text: PageText) -> list[Box]:
    """The lines that run from left to right, whole."""
    return _whole([box for box in text.rulings if box.bottom - box.top <= _NEAR < box.right - box.left], is_flat=True)


def _whole(edges: Iterable[Box], *, is_flat: bool) -> list[Box]:
    """Lines put together of pieces that follow each other, as cells' own borders do."""
    whole: list[Box] = []
    rows: dict[int, list[Box]] = {}
    for edge in edges:
        middle = (edge.top + edge.bottom) / 2 if is_flat else (edge.left + edge.right) / 2
        rows.setdefault(round(middle), []).append(edge)
    for row in rows.values():
        row.sort(key=lambda edge: edge.left if is_flat else edge.top)
        last = row[0]
        for edge in row[1:]:
            follows = edge.left - last.right <= _TOUCHING if is_flat else edge.top - last.bottom <= _TOUCHING
            if follows:
                last = Box(
                    left=min(last.left, edge.left), top=min(last.top, edge.top),
                    right=max(last.right, edge.right), bottom=max(last.bottom, edge.bottom),
                )  # fmt: skip
            else:
                whole.append(last)
                last = edge
        whole.append(last)
    return whole


def _connected(edges: Sequence[Box]) -> list[list[Box]]:
    """Edges in groups that touch."""
    groups: list[list[Box]] = []
    for edge in edges:
        touching = [group for group in groups if any(_touch(edge, other) for other in group)]
        groups = [group for group in groups if not any(group is other for other in touching)]
        groups.append([edge, *(other for group in touching for other in group)])
    return groups


def _gathered(groups: list[list[Box]]) -> list[list[Box]]:
    """Groups, with lines between columns in the frame that they are in: where rows have no lines nothing joins them."""
    bare = [group for group in groups if all(edge.bottom - edge.top > _NEAR for edge in group)]
    whole = [group for group in groups if not any(group is one for one in bare)]
    hulls = [hull(group) for group in whole]
    for group in sorted(bare, key=lambda group: -hull(group).area):
        box = hull(group)
        around = [at for at, frame in enumerate(hulls) if _is_inside(box, frame)]
        if around:
            whole[min(around, key=lambda at: hulls[at].area)].extend(group)
        else:
            whole.append(group)
            hulls.append(box)
    return whole


def _is_inside(box: Box, frame: Box) -> bool:
    across = frame.left - _NEAR <= box.left and box.right <= frame.right + _NEAR
    return across and frame.top - _NEAR <= box.top and box.bottom <= frame.bottom + _NEAR


def _touch(one: Box, other: Box) -> bool:
    """Whether edges meet; lines between columns that begin and end together belong together, too."""
    heights = [edge.bottom - edge.top for edge in (one, other)]
    if min(heights) > _NEAR and abs(one.top - other.top) <= _NEAR and abs(one.bottom - other.bottom) <= _NEAR:
        return True
    return (
        one.left - _NEAR <= other.right
        and other.left - _NEAR <= one.right
        and one.top - _NEAR <= other.bottom
        and other.top - _NEAR <= one.bottom
    )


def _grid(edges: Sequence[Box], words: Sequence[Word], page: int, known: Edges) -> Table | None:
    """The table that a group of touching lines draws, or nothing where that is none."""
    flat = [edge for edge in edges if edge.right - edge.left > edge.bottom - edge.top]
    tall = [edge for edge in edges if edge.right - edge.left <= edge.bottom - edge.top]
    levels = _marks((edge.top + edge.bottom) / 2 for edge in flat)
    # Where lines between columns end, a row ends: at a page's end, or before a title over all columns.
    ends = [end for edge in tall for end in (edge.top, edge.bottom) if not _is_among(end, levels)]
    drawn = _marks([*levels, *ends])
    xs = _marks((edge.left + edge.right) / 2 for edge in tall)
    if len(xs) < 3 or len(drawn) < 2 or len(xs) * len(drawn) > _MAX_CELLS:
        return None
    inner = {at for at in drawn if at not in levels}
    if len(levels) <= _FEW:
        inner |= _told(xs, drawn, words)
    ys = sorted({*drawn, *inner})
    if len(xs) * len(ys) > _MAX_CELLS or (len(ys) < 3 and not _is_known(xs, ys, known)):
        return None

    def ends_at(at: int, column: int) -> bool:
        return ys[at] in inner or _has_flat(flat, ys[at], xs[column], xs[column + 1])

    cells, used, fields = [], set(), _fields(xs, ys, words)
    taken: set[tuple[int, int]] = set()
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            if (row, column) in taken:
                continue
            wide = _span(column, len(xs) - 1, lambda at, r=row: _has_tall(tall, xs[at], ys[r], ys[r + 1]))
            high = _span(row, len(ys) - 1, lambda at, c=column: ends_at(at, c))
            box = Box(left=xs[column], top=ys[row], right=xs[column + wide], bottom=ys[row + high])
            within = [(r, c) for r in range(row, row + high) for c in range(column, column + wide)]
            inside = [word for place in within for word in fields.get(place, ())]
            taken.update(within)
            used |= {id(word) for word in inside}
            cells.append(
                Cell(
                    row=row, column=column, text=_text(inside), page=page, box=box,
                    num_rows=high, num_columns=wide, header=row == 0,
                )
            )  # fmt: skip
    if sum(bool(cell.text) for cell in cells) < 2:
        return None
    return Table(Box(left=xs[0], top=ys[0], right=xs[-1], bottom=ys[-1]), cells, used)


def _told(xs: Sequence[float], ys: Sequence[float], words: Sequence[Word]) -> set[float]:
    """Heights between rows that have no line between them: what stands in the columns tells them apart."""
    columns: list[Span] = list(pairwise(xs))
    bands: dict[int, list[Word]] = {}
    for (row, _), inside in _fields(xs, ys, words).items():
        bands.setdefault(row, []).extend(inside)
    found: set[float] = set()
    for band in bands.values():
        rows = told_rows([_cut(line, xs) for line in text_lines(band)], columns, ())
        several = sum(max(map(len, row)) > 1 for row in rows or ())
        if rows is None or several < _SEVERAL * len(rows):
            continue
        for above, below in pairwise(rows):
            bottom = max(part.box.bottom for line in above for part in line)
            top = min(part.box.top for line in below for part in line)
            found.add((bottom + top) / 2)
    return found


def _cut(line: Sequence[Word], xs: Sequence[float]) -> list[Phrase]:
    """A line's words by the columns that their middles lie in."""
    columns: dict[int, list[Word]] = {}
    for word in line:
        columns.setdefault(bisect_right(xs, (word.box.left + word.box.right) / 2), []).append(word)
    return [phrase(words) for _, words in sorted(columns.items())]


def _is_known(xs: Sequence[float], ys: Sequence[float], known: Edges) -> bool:
    """Whether a single row has the columns of a table on the page before or behind."""
    for columns in (known.above, known.below):
        middles = [bisect_right(xs, (left + right) / 2) - 1 for left, right in columns]
        if len(ys) == 2 and middles == list(range(len(xs) - 1)):
            return True
    return False


def _fields(xs: Sequence[float], ys: Sequence[float], words: Iterable[Word]) -> dict[tuple[int, int], list[Word]]:
    """The words by the field (row, column) of a grid that their middle lies in."""
    fields: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        column = bisect_right(xs, (word.box.left + word.box.right) / 2) - 1
        row = bisect_right(ys, (word.box.top + word.box.bottom) / 2) - 1
        if 0 <= row < len(ys) - 1 and 0 <= column < len(xs) - 1:
            fields.setdefault((row, column), []).append(word)
    return fields


def _marks(values: Iterable[float]) -> list[float]:
    """Values in order, those that are near each other once."""
    marks: list[float] = []
    for value in sorted(values):
        if not marks or value - marks[-1] > _NEAR:
            marks.append(value)
    return marks


def _is_among(value: float, marks: Sequence[float]) -> bool:
    return any(abs(value - mark) <= _NEAR for mark in marks)


def _span(start: int, end: int, has_edge: Callable[[int], bool]) -> int:
    """How many fields a cell goes on for, until there is an edge."""
    at = start + 1
    while at < end and not has_edge(at):
        at += 1
    return at - start


def _has_tall(tall: Sequence[Box], x: float, top: float, bottom: float) -> bool:
    middle = (top + bottom) / 2
    return any(edge.left - _NEAR <= x <= edge.right + _NEAR and edge.top <= middle <= edge.bottom for edge in tall)


def _has_flat(flat: Sequence[Box], y: float, left: float, right: float) -> bool:
    middle = (left + right) / 2
    return any(edge.top - _NEAR <= y <= edge.bottom + _NEAR and edge.left <= middle <= edge.right for edge in flat)


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for line in text_lines(words) for word in line)
