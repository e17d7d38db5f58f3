"""Where the columns of a table run that has no lines: the strips that its words leave white, all the way down.

A span is left and right, in points. A few lines may cross a strip: a head over several columns, a section's title.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

Span = tuple[float, float]

_FEW = 4
"""Lines below which none may cross a strip."""
_CROSSING = 12
"""One line in so many may cross a strip."""
_LEAST = 2.0
"""Points of white between columns."""
_HEADS = 2
"""Lines that may be heads, which stand over their column and not always in it."""


def tracks(lines: Sequence[Sequence[Span]]) -> list[Span]:
    """The columns from the left, of lines from the top; the spans of a line do not overlap."""
    return _grown(cores(lines), lines)


def cores(lines: Sequence[Sequence[Span]]) -> list[Span]:
    """The columns without what runs out of them into the white beside."""
    if not lines:
        return []
    allowed = 0 if len(lines) < _FEW else max(1, len(lines) // _CROSSING)
    columns = _apart(_covered([span for line in lines for span in line], allowed))
    apart = [span for line in lines for span in line if not columns_of(span, columns)]
    columns = _apart([*columns, *_covered(apart, 0)])
    return _with_heads(columns, lines)


def columns_of(span: Span, columns: Sequence[Span]) -> list[int]:
    """The columns that a span stands in, or over; the columns come from the left."""
    met = [(_share(span, columns[at]), at) for at in _met(span, columns)]
    if len(met) < 2:
        return [at for _, at in met]
    most = max(share for share, _ in met)
    return [at for share, at in met if share > 0.5 * min(most, columns[at][1] - columns[at][0])]


def nearest(span: Span, columns: Sequence[Span]) -> int:
    """The column that a span shares most with, or is nearest to; the columns come from the left."""
    met = _met(span, columns)
    near = met or range(max(0, met.start - 1), min(len(columns), met.start + 1))
    return max(near, key=lambda at: _share(span, columns[at]))


def _met(span: Span, columns: Sequence[Span]) -> range:
    """The columns that share anything with a span; where none does, an empty range where it would be."""
    end = start = bisect_left(columns, span[1], key=lambda column: column[0])
    while start and columns[start - 1][1] > span[0]:
        start -= 1
    return range(start, end)


def _share(one: Span, other: Span) -> float:
    """How much two spans share; below zero, how far they are apart."""
    return min(one[1], other[1]) - max(one[0], other[0])


def _apart(columns: Sequence[Span]) -> list[Span]:
    """Columns from the left; those with next to nothing between them are one."""
    apart: list[Span] = []
    for left, right in sorted(columns):
        if apart and left - apart[-1][1] < _LEAST:
            apart[-1] = apart[-1][0], max(apart[-1][1], right)
        else:
            apart.append((left, right))
    return apart


def _covered(spans: Sequence[Span], allowed: int) -> list[Span]:
    """Where more than the allowed number of spans lie."""
    edges = sorted([(left, 1) for left, _ in spans] + [(right, -1) for _, right in spans])
    found: list[Span] = []
    depth, start = 0, 0.0
    for at, step in edges:
        if step > 0 and depth == allowed:
            start = at
        depth += step
        if step < 0 and depth == allowed and at > start:
            found.append((start, at))
    return found


def _grown(columns: Sequence[Span], lines: Sequence[Sequence[Span]]) -> list[Span]:
    """The columns with what stands in them alone, as far as the next ones."""
    grown = list(columns)
    for line in lines:
        for span in line:
            met = columns_of(span, columns)
            if len(met) == 1:
                at = met[0]
                least = columns[at - 1][1] + _LEAST if at else span[0]
                most = columns[at + 1][0] - _LEAST if at + 1 < len(columns) else span[1]
                left, right = grown[at]
                grown[at] = min(left, max(span[0], least)), max(right, min(span[1], most))
    return grown


def _with_heads(columns: list[Span], lines: Sequence[Sequence[Span]]) -> list[Span]:
    """Columns of which only a head is filled go into the column beside them that has none."""
    whole = _grown(columns, lines)
    filled: list[set[int]] = [set() for _ in columns]
    for number, line in enumerate(lines):
        for span in line:
            filled[nearest(span, columns)].add(number)
    at = 0
    while at < len(columns):
        beside = [other for other in (at - 1, at + 1) if 0 <= other < len(columns) and not filled[other] & filled[at]]
        if len(lines) > _HEADS and filled[at] <= set(range(_HEADS)) and beside:
            other = min(beside, key=lambda one: -_share(whole[one], columns[at]))
            columns[other] = min(columns[at][0], columns[other][0]), max(columns[at][1], columns[other][1])
            filled[other] |= filled[at]
            whole[other] = min(whole[at][0], whole[other][0]), max(whole[at][1], whole[other][1])
            del columns[at], filled[at], whole[at]
            at = max(0, at - 1)
        else:
            at += 1
    return columns


def in_order(columns: Sequence[Span]) -> bool:
    """Whether no two columns overlap."""
    return all(one[1] <= other[0] for one, other in pairwise(columns))
