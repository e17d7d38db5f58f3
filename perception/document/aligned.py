"""Tables without lines between their columns: rows of phrases that stand below each other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from perception.document.blocks import Cell
from perception.document.lines import Phrase, hull, phrases
from perception.document.page import PageText
from perception.document.rows import Line, rows_of
from perception.document.ruled import flat_lines
from perception.document.tables import Edges, Table
from perception.document.tracks import Span, columns_of, nearest, tracks
from perception.geometry import Box

_ROW_GAP = 2.2
"""In heights of a letter: rows further apart are not of one table."""
_UNUSUAL, _SOME = 1.4, 0.25
"""A gap so many times as wide as those before rows, and so many heights of a letter more, ends a table."""
_COLUMN_GAP = 0.6
"""In heights of a letter: words further apart may be of two cells; between words of a sentence there is half of it."""
_TITLE = 1.15
"""In heights of the letters around it: a larger single piece is a title between tables."""
_PROSE = 4.0
"""Words: where phrases are longer on average, they are columns of prose and no table."""
_TIGHT = 0.36
"""In heights of a letter: the widest gap to a line that goes on with the last cell."""


def aligned_tables(
    text: PageText, lines: Sequence[Line], page: int, edges: Edges, others: Sequence[Table]
) -> list[Table]:
    """Tables without lines between columns, beside the others of the page. The lines of phrases come from the top."""
    cut = [[part for one in line for part in phrases(one.words, _COLUMN_GAP)] for line in lines]
    runs = [run for run in _runs(cut) if any(len(line) > 1 for line in run)]
    flat = flat_lines(text)
    tables = []
    for at, run in enumerate(runs):
        box = hull(part.box for line in run for part in line)
        is_first = at == 0 and all(other.box.top > box.top for other in others)
        is_last = at == len(runs) - 1 and all(other.box.bottom < box.bottom for other in others)
        above = edges.above if is_first and _fits(run, edges.above) else ()
        below = edges.below if is_last and _fits(run, edges.below) else ()
        found = _table(flat, _trimmed(run, above, below), above or below, page)
        if found is not None:
            tables.append(found)
    return tables


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Stretches of lines that may be of one table: close below each other, and no title between them."""
    run: list[Line] = []
    for line in lines:
        if run and not _is_near(run[-1], line):
            yield from _parted(run)
            run = []
        run.append(line)
    yield from _parted(run)


def _parted(run: list[Line]) -> Iterator[list[Line]]:
    """A stretch cut at titles, and then at gaps that are wide for what is left."""
    height = median(part.height for line in run for part in line) if run else 0.0
    part: list[Line] = []
    for line in run:
        if len(line) == 1 and line[0].height > _TITLE * height:
            yield from _evenly(part, height)
            part = []
        else:
            part.append(line)
    yield from _evenly(part, height)


def _evenly(run: list[Line], height: float) -> Iterator[list[Line]]:
    """A stretch cut at gaps that are wide for it; height: of its letters."""
    gaps = [_gap(above, below) for above, below in pairwise(run)]
    usual = sorted(gap for gap, below in zip(gaps, run[1:], strict=True) if len(below) > 1)
    most = _UNUSUAL * max(0.0, usual[int(0.8 * (len(usual) - 1))]) + _SOME * height if usual else float("inf")
    part = run[:1]
    for gap, line in zip(gaps, run[1:], strict=True):
        if gap > most:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _gap(above: Line, below: Line) -> float:
    return min(part.box.top for part in below) - max(part.box.bottom for part in above)


def _is_near(above: Line, below: Line) -> bool:
    return _gap(above, below) <= _ROW_GAP * min(part.height for part in (*above, *below))


def _trimmed(run: Sequence[Line], above: Sequence[Span], below: Sequence[Span]) -> Sequence[Line]:
    """From the first to the last line of several phrases, and those that go on with a cell of the last one.

    At a page's edge, with single ones that begin where the table begins.
    """
    several = [at for at, line in enumerate(run) if len(line) > 1]
    if not several:
        return ()
    first, last = several[0], several[-1]
    while above and first and _begins(run[first - 1], above):
        first -= 1
    while last + 1 < len(run) and (_ends(run, last + 1) or (below and _begins(run[last + 1], below))):
        last += 1
    return run[first : last + 1]


def _ends(run: Sequence[Line], at: int) -> bool:
    """Whether a single phrase goes on with what stands right above it, in one column of a line of several."""
    (part, *others), above = run[at], run[at - 1]
    if others or _gap(above, run[at]) > _TIGHT * part.height:
        return False
    several = next(line for line in reversed(run[:at]) if len(line) > 1)
    edges = [abs(part.box.left - one.box.left) < 0.3 * part.height for one in several]
    others = [one for one, same in zip(several, edges, strict=True) if not same]
    apart = all(part.box.right < one.box.left or one.box.right < part.box.left for one in others)
    return any(edges) and apart


def _begins(line: Line, columns: Sequence[Span]) -> bool:
    """Whether a single phrase stands where the table begins."""
    return len(line) == 1 and abs(line[0].box.left - columns[0][0]) < 0.6 * line[0].height


def _fits(run: Sequence[Line], columns: Sequence[Span]) -> bool:
    """Whether what stands side by side in a stretch stands in these columns, each in its own."""
    several = [line for line in run if len(line) > 1]
    if not columns or not several:
        return False
    spans = [[_sides(part) for part in line] for line in several]
    left, right = min(span[0] for line in spans for span in line), max(span[1] for line in spans for span in line)
    is_inside = left < columns[min(1, len(columns) - 1)][0] and columns[max(0, len(columns) - 2)][1] < right
    return is_inside and len(tracks(_with(spans, columns))) == len(columns)


def _with(lines: Sequence[Sequence[Span]], columns: Sequence[Span]) -> list[Sequence[Span]]:
    """Lines, with known columns as so many more lines that none of them is lost."""
    return [*lines, *[columns] * (2 + len(lines) // 10)] if columns else list(lines)


def _sides(part: Phrase) -> Span:
    return part.box.left, part.box.right


def _table(flat: Sequence[Box], run: Sequence[Line], known: Sequence[Span], page: int) -> Table | None:
    """The table of a stretch of lines, or nothing where its phrases make none."""
    several = [line for line in run if len(line) > 1]
    if len(several) < (1 if known else 2):
        return None
    spans = [[_sides(part) for part in line] for line in several]
    columns = tracks(_with(spans, known))
    filled = sum(len({nearest(span, columns) for span in line}) for line in spans)
    if len(columns) < 2 or (filled < 0.5 * len(spans) * len(columns) and not known):
        return None
    lengths = [len(part.words) for line in several for part in line]
    if sum(lengths) > _PROSE * len(lengths):
        return None
    rows = rows_of(run, columns, _levels(flat, columns[0][0], columns[-1][1]))
    if sum(any(len(line) > 1 for line in row) for row in rows) * 2 < len(rows):
        return None
    cells = [cell for number, row in enumerate(rows) for cell in _cells(number, row, columns, page)]
    parts = [part for line in run for part in line]
    return Table(hull(part.box for part in parts), cells, {id(word) for part in parts for word in part.words})


def _levels(flat: Sequence[Box], left: float, right: float) -> list[float]:
    """The heights of lines that are drawn across most of a table between these sides."""
    wide = [box for box in flat if min(box.right, right) - max(box.left, left) > 0.7 * (right - left)]
    return sorted((box.top + box.bottom) / 2 for box in wide)


def _cells(number: int, row: Sequence[Line], columns: Sequence[Span], page: int) -> Iterator[Cell]:
    """The cells of a row from the left; one that stands over several columns ends before the next one."""
    pieces: dict[int, list[Phrase]] = {}
    ends: dict[int, int] = {}
    for line in row:
        for part in line:
            met = columns_of(_sides(part), columns)
            first = met[0] if len(met) > 1 else nearest(_sides(part), columns)
            pieces.setdefault(first, []).append(part)
            ends[first] = max(ends.get(first, 0), met[-1] if len(met) > 1 else first)
    is_header = number == 0 and not any(letter.isdigit() for line in row for part in line for letter in part.text)
    for column, parts in sorted(pieces.items()):
        end = min([ends[column] + 1, *(other for other in pieces if other > column)])
        yield Cell(
            row=number, column=column, text=" ".join(part.text for part in parts), page=page,
            box=hull(part.box for part in parts), num_columns=end - column, header=is_header,
        )  # fmt: skip
