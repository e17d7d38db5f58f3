"""Tables over pages: what a page can't tell by itself, the pages beside it do."""

from __future__ import annotations

from pathlib import Path

from perception.document.blocks import Block, Cell, Layout
from perception.document.markup import table_rows, to_html
from tests.perception.document.papers import line
from tests.perception.document.test_layout import laid_out

ROWS = [("K-1", "Bolt of steel that", "1.50"), ("K-2", "Nut", "2.00"), ("K-3", "Ring", "0.10"), ("K-4", "Pin", "7.25")]


def rows(top: float, texts: list[tuple[str, str, str]], step: float = 24) -> str:
    return "".join(
        line(x, top - step * number, text)
        for number, row in enumerate(texts) for x, text in zip((60, 200, 450), row, strict=True) if text
    )  # fmt: skip


def test_cells_that_break_and_a_row_alone_on_the_next_page(tmp_path: Path) -> None:
    first = line(60, 760, "Before the table.") + rows(700, ROWS) + line(200, 688, "was made by hand")
    second = rows(780, [("K-5", "Washer", "3.00")]) + line(60, 700, "After it.") + line(280, 30, "Page 2")
    layout = laid_out(tmp_path, first, second)
    (table,) = [block for block in layout.blocks if block.kind == "table"]
    assert table_rows(table) == [
        ["K-1", "Bolt of steel that was made by hand", "1.50"], *map(list, ROWS[1:]), ["K-5", "Washer", "3.00"],
    ]  # fmt: skip
    assert [cell.page for cell in table.cells if cell.row == 4] == [2, 2, 2]
    assert [block.text for block in layout.blocks if block.kind != "table"] == [
        "Before the table.",
        "After it.",
        "Page 2",
    ]


def test_a_title_between_two_tables_of_the_same_columns_parts_them(tmp_path: Path) -> None:
    second = line(60, 790, "Another list", size=16) + rows(760, ROWS)
    layout = laid_out(tmp_path, rows(120, ROWS), second)
    assert [block.kind for block in layout.blocks] == ["table", "heading", "table"]


def test_a_column_that_is_empty_on_one_page_stays_where_it_is(tmp_path: Path) -> None:
    empty = [(code, "", price) for code, _, price in ROWS]
    (table,) = laid_out(tmp_path, rows(130, ROWS), rows(780, empty)).blocks
    assert table_rows(table)[-1] == ["K-4", "", "7.25"]


def test_html_keeps_columns_below_each_other() -> None:
    cells = (
        Cell(row=0, column=0, text="a", page=1, num_rows=2), Cell(row=0, column=2, text="b", page=1),
        Cell(row=1, column=2, text="c", page=1),
    )  # fmt: skip
    page = to_html(Layout(document="x", pages=(), blocks=(Block(kind="table", page=1, cells=cells),)))
    plain = page.replace(' data-page="1"', "")
    assert '<tr><td rowspan="2">a</td><td></td><td>b</td></tr>\n<tr><td></td><td>c</td></tr>' in plain
