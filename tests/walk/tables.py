"""Tables that Chromium prints over pages, read back: no row lost or doubled, every cell with its text, page and box.

    python -m tests.walk.tables --number 300 [--first N] [--keep DIR]

The documents are those of `table_sheets`; pages are broken by Chromium. They are read as `handeye read` reads them, and
all three of its forms are compared: the layout (JSON), HTML and Markdown. A cell's box is right when the middle of each
letter of the cell's words lies in it, and of no other cell's. Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as raw

from perception.document.blocks import Block, Cell, Layout
from perception.document.document import Document, parser_process
from perception.document.limits import Limits
from perception.document.markup import to_html, to_markdown
from perception.document.reading import read_layout
from perception.geometry import Box
from sandboxes.browser import BrowserEnvironment
from sandboxes.task import Task
from tests.walk.table_sheets import SheetCell, Sheets, SheetTable, sheets

_SLACK = 1.0
"""Points that a letter may stand out of its cell's box."""


_TELLING = 7
"""Letters of a word that no end and beginning of two others make."""


class Letters(NamedTuple):
    """A word as it is printed: its page, counted from 1, and the middles of its letters."""

    page: int
    middles: tuple[tuple[float, float], ...]


class Print:
    """The letters of a PDF in the order of the file, by pdfium, and where they are; spaces are left out."""

    def __init__(self, path: Path) -> None:
        self._pages: list[tuple[str, list[tuple[float, float]]]] = []
        document = pypdfium2.PdfDocument(path)
        for number in range(len(document)):
            page = document[number]
            self._pages.append(_letters_of(page.get_textpage(), page.get_height()))
        document.close()

    def places(self, word: str) -> list[Letters]:
        """Where these letters follow each other."""
        found = []
        for number, (letters, middles) in enumerate(self._pages, start=1):
            at = letters.find(word)
            while at >= 0:
                found.append(Letters(number, tuple(middles[at : at + len(word)])))
                at = letters.find(word, at + 1)
        return found


def _letters_of(text: Any, height: float) -> tuple[str, list[tuple[float, float]]]:
    letters, middles = "", []
    for index in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, index))
        if letter.isprintable() and not letter.isspace():
            left, bottom, right, top = text.get_charbox(index)
            letters += letter
            middles.append(((left + right) / 2, height - (bottom + top) / 2))
    return letters, middles


class Wrong(NamedTuple):
    """What is wrong with what was read."""

    kind: str
    """lost, doubled, text, page, box, form."""
    message: str


def wrongs(paper: Sheets, layout: Layout, printed: Print) -> list[Wrong]:
    """All that is wrong with a document's tables as they were read."""
    tables = [block for block in layout.blocks if block.kind == "table"]
    if len(tables) != len(paper.tables):
        return [
            Wrong(
                "lost" if len(tables) < len(paper.tables) else "doubled", f"{len(tables)} tables of {len(paper.tables)}"
            )
        ]
    found: list[Wrong] = []
    for number, (wanted, table) in enumerate(zip(paper.tables, tables, strict=True)):
        found += (
            Wrong(kind, f"table {number} ({wanted.rules}): {text}") for kind, text in _compared(wanted, table, printed)
        )
    return [*found, *_forms(layout, tables)]


def _compared(wanted: SheetTable, table: Block, printed: Print) -> Iterable[Wrong]:
    """Rows first; cells only where the rows are right."""
    rows, read = _rows(wanted.cells), _rows(table.cells)
    if rows != read:
        yield from _differences(rows, read)
        return
    places = {(cell.row, cell.column): cell for cell in table.cells if cell.text}
    for cell in wanted.cells:
        if not cell.text:
            continue
        got = _at(places, cell)
        if got is None:
            yield Wrong("text", f"{cell.text!r} is not in column {cell.column} of row {cell.row}")
        else:
            yield from _placed(cell, got, printed)
    yield from _strangers(table, printed)


def _rows(cells: Iterable[SheetCell | Cell]) -> list[list[str]]:
    """The texts of the rows from the left, without empty cells; rows of these alone are none."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for cell in cells:
        if cell.text:
            rows.setdefault(cell.row, []).append((cell.column, cell.text))
    return [[text for _, text in sorted(row)] for _, row in sorted(rows.items())]


def _differences(wanted: list[list[str]], read: list[list[str]]) -> Iterable[Wrong]:
    """Which rows were lost, came twice, or were read as something else."""
    left, right = Counter(map(tuple, wanted)), Counter(map(tuple, read))
    lost, more = list((left - right).elements()), list((right - left).elements())
    if not lost and not more:
        yield Wrong("text", "the rows are in another order")
    for row in lost[:3]:
        yield Wrong("lost", f"{len(lost)} rows, such as {list(row)}")
    for row in more[:3]:
        yield Wrong("doubled" if row in left else "text", f"{len(more)} rows, such as {list(row)}")


def _at(places: dict[tuple[int, int], Cell], wanted: SheetCell) -> Cell | None:
    """The cell that says it, in one of the columns that it stands over."""
    for column in range(wanted.column, wanted.column + wanted.num_columns):
        got = places.get((wanted.row, column))
        if got is not None and got.text == wanted.text:
            return got
    return None


def _placed(cell: SheetCell, got: Cell, printed: Print) -> Iterable[Wrong]:
    """Whether page and box are those where the cell's words are printed; heads may be printed several times."""
    for word in cell.text.split():
        places = printed.places(word)
        here = [place for place in places if place.page == got.page]
        if not places:
            yield Wrong("text", f"{word!r} of {cell.text!r} is not printed")
        elif not here:
            yield Wrong("page", f"{cell.text!r} is said to be on page {got.page}, and is on {places[0].page}")
        elif got.box is None or not any(_within(place, got.box) for place in here):
            yield Wrong("box", f"{cell.text!r} is not in its box {got.box}")


def _strangers(table: Block, printed: Print) -> Iterable[Wrong]:
    """Words in a box that are of another cell."""
    boxes: dict[int, list[tuple[float, float, float, float, str]]] = {}
    for cell in table.cells:
        if cell.text and cell.box is not None:
            sides = cell.box.left, cell.box.top, cell.box.right, cell.box.bottom
            boxes.setdefault(cell.page, []).append((*sides, cell.text))
    long_words = {word: cell.text for cell in table.cells for word in cell.text.split() if len(word) >= _TELLING}
    for word, text in long_words.items():
        for page, middles in printed.places(word):
            x, y = middles[0]
            for left, top, right, bottom, other in boxes.get(page, []):
                if left < x < right and top < y < bottom and word not in other.replace(" ", ""):
                    yield Wrong("box", f"{word!r} of {text!r} lies in the box of {other!r}")


def _within(place: Letters, box: Box) -> bool:
    return all(
        box.left - _SLACK <= x <= box.right + _SLACK and box.top - _SLACK <= y <= box.bottom + _SLACK
        for x, y in place.middles
    )


def _forms(layout: Layout, tables: Sequence[Block]) -> Iterable[Wrong]:
    """Whether HTML and Markdown say of the tables what the layout says."""
    reader = TableReader()
    reader.feed(to_html(layout))
    wanted = [_html_cells(table) for table in tables]
    if reader.tables != wanted:
        yield Wrong("form", "HTML says something else")
    if markdown_tables(to_markdown(layout)) != [_grid_of(table) for table in tables]:
        yield Wrong("form", "Markdown says something else")


def _html_cells(table: Block) -> list[tuple[Any, ...]]:
    """Cells with text: row, column, rows, columns, page, box, text."""
    return sorted(
        (cell.row, cell.column, cell.num_rows, cell.num_columns, cell.page, _sides(cell.box), cell.text)
        for cell in table.cells
        if cell.text
    )


def _sides(box: Box | None) -> str:
    return "" if box is None else " ".join(f"{side:.1f}" for side in (box.left, box.top, box.right, box.bottom))


def _grid_of(table: Block) -> list[list[str]]:
    rows = [[""] * table.num_columns for _ in range(table.num_rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


class TableReader(HTMLParser):
    """The cells of all tables of a page, placed as a browser places them."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[tuple[Any, ...]]] = []
        self._row, self._taken, self._cell, self._text = -1, set[tuple[int, int]](), [], ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "table":
            self.tables.append([])
            self._row, self._taken = -1, set()
        elif tag == "tr":
            self._row += 1
        elif tag in ("td", "th"):
            column = next(at for at in range(10**6) if (self._row, at) not in self._taken)
            high, wide = int(known.get("rowspan") or 1), int(known.get("colspan") or 1)
            self._taken |= {(self._row + down, column + across) for down in range(high) for across in range(wide)}
            page = int(known.get("data-page") or 0)
            self._cell = [self._row, column, high, wide, page, known.get("data-box") or ""]
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._text:
            self.tables[-1].append((*self._cell, self._text))
            self.tables[-1].sort()


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The rows of all tables; the line under the heads left out."""
    tables: list[list[list[str]]] = []
    for block in text.split("\n\n"):
        lines = [line for line in block.strip().splitlines() if line.startswith("|")]
        if lines:
            rows = [[_bare(part) for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
            tables.append([rows[0], *rows[2:]])
    return tables


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip())


class Tally(NamedTuple):
    """What was read, and what of it was wrong."""

    documents: int
    pages: int
    tables: int
    broken: int
    """Tables that are on more than one page."""
    rows: int
    cells: int
    right: int
    """Documents without anything wrong."""
    wrong: Counter[str]


async def read_back(numbers: Iterable[int], folder: Path) -> Tally:
    """Print, read and compare the documents of these seeds. Says on stderr what is wrong."""
    environment = BrowserEnvironment(draws_popups=False)
    worker = parser_process(Limits())
    tally = Tally(0, 0, 0, 0, 0, 0, 0, Counter())
    blank = folder / "blank.html"
    blank.write_text("")
    try:
        await environment.reset(Task(id="tables", instruction="", url=blank.as_uri()))
        for number in numbers:
            paper, path = sheets(number), folder / f"tables-{number}.pdf"
            await environment.page.set_content(paper.html, wait_until="load")
            await environment.page.pdf(path=str(path), **paper.pdf)
            with Document(path, worker=worker) as document:
                layout = read_layout(document, range(1, document.num_pages + 1), None)
            found = wrongs(paper, layout, Print(path))
            for one in found[:4]:
                print(f"{number}: {one.kind}: {one.message}", file=sys.stderr)
            tally = _more(tally, paper, layout, found)
    finally:
        worker.end()
        await environment.close()
    return tally


def _more(tally: Tally, paper: Sheets, layout: Layout, found: Sequence[Wrong]) -> Tally:
    tables = [block for block in layout.blocks if block.kind == "table"]
    return Tally(
        tally.documents + 1,
        tally.pages + len(layout.pages),
        tally.tables + len(paper.tables),
        tally.broken + sum(len({cell.page for cell in table.cells}) > 1 for table in tables),
        tally.rows + sum(table.num_rows for table in paper.tables),
        tally.cells + sum(bool(cell.text) for table in paper.tables for cell in table.cells),
        tally.right + (not found),
        tally.wrong + Counter(one.kind for one in found),
    )


def main() -> int:
    """Prints what was counted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="seed of the first document")
    parser.add_argument("--keep", type=Path, help="keep the PDFs in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handeye-tables-") as name:
        folder = (options.keep or Path(name)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        tally = asyncio.run(read_back(range(options.first, options.first + options.number), folder))
    print(
        f"{tally.documents} documents of {tally.pages} pages, {tally.tables} tables, {tally.broken} of them over pages"
        f", {tally.rows} rows, {tally.cells} cells: {tally.right} documents without a mistake, "
        f"wrong: {dict(tally.wrong) or 'nothing'}"
    )
    return 0 if tally.right == tally.documents else 1


if __name__ == "__main__":
    sys.exit(main())
