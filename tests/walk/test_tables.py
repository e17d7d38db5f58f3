"""Tables over pages that Chromium prints, a few of those that `python -m tests.walk.tables` reads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from perception.document.blocks import Block, Cell, Layout, PageSize
from perception.geometry import Box
from tests.walk.table_sheets import SheetCell, Sheets, SheetTable, sheets
from tests.walk.tables import Print, TableReader, markdown_tables, read_back, wrongs


@pytest.mark.slow
@pytest.mark.browser
async def test_tables_over_pages_are_read_whole(tmp_path: Path) -> None:
    tally = await read_back(range(12), tmp_path)
    assert not tally.wrong
    assert tally.right == 12
    assert tally.broken >= 8


def test_a_seed_gives_the_same_document_each_time() -> None:
    assert sheets(3) == sheets(3)
    assert {table.rules for seed in range(20) for table in sheets(seed).tables} == {
        "grid", "rows", "columns", "head", "none",
    }  # fmt: skip
    assert any(cell.num_rows > 1 for seed in range(20) for table in sheets(seed).tables for cell in table.cells)


class Nothing(Print):
    """A page on which nothing is printed."""

    def __init__(self) -> None:
        self._pages = []


def test_what_is_wrong_is_found() -> None:
    wanted = Sheets("", {}, (SheetTable("none", 2, 2, 0, False, tuple(
        SheetCell(row, column, f"word{row}{column}") for row in range(2) for column in range(2)
    )),))  # fmt: skip
    box = Box(left=0, top=0, right=9, bottom=9)
    cells = tuple(Cell(row=0, column=column, text=f"word0{column}", page=1, box=box) for column in range(2))
    page = PageSize(number=1, width=100, height=100)

    def found(*blocks: Block) -> list[str]:
        return [one.kind for one in wrongs(wanted, Layout(document="a.pdf", pages=(page,), blocks=blocks), Nothing())]

    assert found() == ["lost"]
    assert found(Block(kind="table", page=1, box=box, cells=cells)) == ["lost"]
    twice = (*cells, *(cell.model_copy(update={"row": 1}) for cell in cells))
    assert found(Block(kind="table", page=1, box=box, cells=twice)) == ["lost", "doubled"]
    whole = (*cells, *(cell.model_copy(update={"row": 1, "text": f"word1{cell.column}"}) for cell in cells))
    assert set(found(Block(kind="table", page=1, box=box, cells=whole))) == {"text"}  # it is not printed


def test_the_forms_are_read_as_a_browser_would() -> None:
    reader = TableReader()
    reader.feed("<table><tr><td rowspan=2>a</td><td></td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>")
    assert [(cell[:2], cell[-1]) for cell in reader.tables[0]] == [
        ((0, 0), "a"), ((0, 2), "b"), ((1, 1), "c"), ((1, 2), "d"),
    ]  # fmt: skip
    assert markdown_tables("# x\n\n| a | b\\|c |\n| --- | --- |\n|  | \\*d |\n\ntext\n") == [[["a", "b|c"], ["", "*d"]]]
