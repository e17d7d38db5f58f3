"""Which lines of writing are one row of a table: a cell may break into several.

Three things tell, in this order: lines that are drawn between rows (or the edges of shaded ones), a gap between rows
that is wider than the one between the lines of a cell, and gaps so wide that no cell goes on over them. The first two
are only believed where some column, a number say, has one line in each row; where nothing tells, a line with something
in several columns begins a row, and one with a single piece goes on.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from perception.document.lines import Phrase
from perception.document.tracks import Span, nearest

_WIDER = 0.1
"""In heights of a letter: by how much gaps between rows are wider than those within, where lines are drawn."""
_JUMP = 0.14
"""The same, where none is drawn."""
_TIGHT = 0.45
"""A gap within a cell is no wider."""
_LOOSE, _LOOSE_PIXELS = 0.3, 0.9
"""Gaps wider than this are between rows; what is read from pixels has boxes as high as the letters."""
_FILLED, _SINGLE = 0.8, 0.9
"""Shares of rows: those in which the telling column is filled, and in which it has a single line."""

Line = Sequence[Phrase]


def rows_of(lines: Sequence[Line], columns: Sequence[Span], levels: Sequence[float]) -> list[list[Line]]:
    """Lines from the top in rows.

    levels: heights at which lines are drawn across the table, in points.
    """
    rows = told_rows(lines, columns, levels)
    if rows is not None:
        return rows
    return _cut(lines, [cut or len(line) > 1 for line, cut in zip(lines[1:], _parted(lines, levels), strict=True)])


def told_rows(lines: Sequence[Line], columns: Sequence[Span], levels: Sequence[float]) -> list[list[Line]] | None:
    """As `rows_of`, and nothing where nothing tells."""
    if len(lines) < 2:
        return [list(lines)]
    height = median(part.height for line in lines for part in line)
    gaps = [below - above for (_, above), (below, _) in pairwise(map(_edges, lines))]
    parted = _parted(lines, levels)
    for cuts in (_drawn(gaps, parted, height), _wider(gaps, parted, height)):
        if cuts is not None:
            rows = _cut(lines, cuts)
            if all(cuts) or _is_told(rows, columns):
                return rows
    loose = _LOOSE_PIXELS if lines[0][0].words[0].source == "ocr" else _LOOSE
    if all(cut or gap > loose * height for gap, cut in zip(gaps, parted, strict=True)):
        return [[line] for line in lines]
    return None


def _parted(lines: Sequence[Line], levels: Sequence[float]) -> list[bool]:
    """Whether a line is drawn between one line of writing and the next."""
    middles = [sum(_edges(line)) / 2 for line in lines]
    return [any(above < level < below for level in levels) for above, below in pairwise(middles)]


def _edges(line: Line) -> tuple[float, float]:
    return median(part.box.top for part in line), median(part.box.bottom for part in line)


def _drawn(gaps: Sequence[float], parted: Sequence[bool], height: float) -> Sequence[bool] | None:
    """Rows by the lines between them, where gaps without a line are narrower."""
    across = [gap for gap, cut in zip(gaps, parted, strict=True) if cut]
    within = [gap for gap, cut in zip(gaps, parted, strict=True) if not cut]
    if not across or (within and max(within) + _WIDER * height > min(across)):
        return None
    return parted


def _wider(gaps: Sequence[float], parted: Sequence[bool], height: float) -> Sequence[bool] | None:
    """Rows by gaps that are wider than others, where there are two kinds of gaps."""
    within = sorted(gap for gap, cut in zip(gaps, parted, strict=True) if not cut)
    jumps = [(wide - narrow, narrow, wide) for narrow, wide in pairwise(within)]
    jump, narrow, wide = max((one for one in jumps if one[1] <= _TIGHT * height), default=(0.0, 0.0, 0.0))
    if jump < _JUMP * height:
        return None
    return [cut or gap > (narrow + wide) / 2 for gap, cut in zip(gaps, parted, strict=True)]


def _is_told(rows: Sequence[Sequence[Line]], columns: Sequence[Span]) -> bool:
    """Whether some column is filled in most rows, in one line of each."""
    counts: list[list[int]] = []
    for row in rows:
        count = [0] * len(columns)
        for line in row:
            for at in {nearest((part.box.left, part.box.right), columns) for part in line}:
                count[at] += 1
        counts.append(count)
    several = [count for row, count in zip(rows, counts, strict=True) if len(row) > 1]
    return any(_tells([count[at] for count in counts], [count[at] for count in several]) for at in range(len(columns)))


def _tells(counts: Sequence[int], several: Sequence[int]) -> bool:
    filled = sum(count > 0 for count in counts)
    single = sum(count <= 1 for count in several)
    return filled >= _FILLED * len(counts) and single >= _SINGLE * len(several)


def _cut(lines: Sequence[Line], cuts: Iterable[bool]) -> list[list[Line]]:
    rows = [[lines[0]]]
    for line, begins in zip(lines[1:], cuts, strict=True):
        if begins:
            rows.append([line])
        else:
            rows[-1].append(line)
    return rows
