"""Words to blocks: headings, columns, lists, tables with and without lines, tables over pages."""

from __future__ import annotations

from pathlib import Path

from perception.document.blocks import Layout
from perception.document.document import Document
from perception.document.markup import table_rows, to_html, to_markdown
from perception.document.reading import read_layout
from tests.perception.document.papers import line, pdf_bytes, rule

ROWS = [("Item", "Qty", "Price"), ("Bolt M4", "10", "1.50"), ("Nut M4", "20", "2.00")]


def laid_out(folder: Path, *pages: str) -> Layout:
    path = folder / "paper.pdf"
    path.write_bytes(pdf_bytes(pages))
    with Document(path) as document:
        return read_layout(document, range(1, len(pages) + 1), None)


def lines(x: float, top: float, texts: list[str]) -> str:
    return "".join(line(x, top - 12 * number, text) for number, text in enumerate(texts))


def table(top: float, rows: list[tuple[str, str, str]]) -> str:
    return "".join(
        line(x, top - 18 * number, text)
        for number, row in enumerate(rows)
        for x, text in zip((60, 300, 450), row, strict=True)
    )


def grid(top: float, bottom: float, num_rows: int) -> str:
    step = (top - bottom) / num_rows
    flat = "".join(rule(50, top - step * number, 550, top - step * number) for number in range(num_rows + 1))
    return flat + "".join(rule(x, bottom, x, top) for x in (50, 280, 430, 550))


def test_headings_paragraphs_and_lists(tmp_path: Path) -> None:
    page = line(60, 780, "Annual report", size=22)
    page += lines(
        60, 740, ["It was a year of two halves, and the first of them went", "well until the rain came down."]
    )
    page += lines(60, 690, ["• one apple", "• two pears", "1. third thing"])
    layout = laid_out(tmp_path, page)
    assert [(block.kind, block.text) for block in layout.blocks] == [
        ("heading", "Annual report"),
        ("paragraph", "It was a year of two halves, and the first of them went well until the rain came down."),
        ("item", "one apple"),
        ("item", "two pears"),
        ("item", "1. third thing"),
    ]
    assert "# Annual report\n" in to_markdown(layout)
    assert "- one apple\n- two pears\n1. third thing" in to_markdown(layout)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"left line {number} of a column of words" for number in range(6)]
    right = [f"right line {number} of another such column" for number in range(6)]
    page = line(60, 790, "A title over both of the columns", size=20)
    layout = laid_out(tmp_path, page + lines(60, 740, left) + lines(320, 740, right))
    text = to_markdown(layout)
    places = [text.index(part) for part in ("title", "left line 0", "left line 5", "right line 0", "right line 5")]
    assert places == sorted(places)


def test_a_hyphen_at_a_lines_end_is_taken_out(tmp_path: Path) -> None:
    layout = laid_out(
        tmp_path, lines(60, 740, ["The committee came to an under-", "standing about the well-known rules."])
    )
    assert layout.blocks[0].text == "The committee came to an understanding about the well-known rules."


def test_a_table_with_lines(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, grid(700, 640, 3) + "".join(
        line(x, 685 - 20 * number, text)
        for number, row in enumerate(ROWS) for x, text in zip((60, 300, 450), row, strict=True)
    ))  # fmt: skip
    (block,) = layout.blocks
    assert table_rows(block) == [list(row) for row in ROWS]
    cell = next(cell for cell in block.cells if cell.text == "2.00")
    assert cell.box is not None
    assert (round(cell.box.left), round(cell.box.top)) == (430, 842 - 660)
    assert "| Bolt M4 | 10 | 1.50 |" in to_markdown(layout)


def test_cells_that_span_columns(tmp_path: Path) -> None:
    page = rule(50, 700, 550, 700) + rule(50, 680, 550, 680) + rule(50, 660, 550, 660) + rule(50, 640, 550, 640)
    page += rule(50, 640, 50, 700) + rule(550, 640, 550, 700) + rule(280, 640, 280, 680)
    page += (
        line(60, 685, "Over both") + line(60, 665, "a") + line(300, 665, "b") + line(60, 645, "c") + line(300, 645, "d")
    )
    (block,) = laid_out(tmp_path, page).blocks
    assert [(cell.text, cell.num_columns) for cell in block.cells][:3] == [("Over both", 2), ("a", 1), ("b", 1)]


def test_a_table_without_lines(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, line(60, 760, "Before the table.") + table(700, ROWS))
    block = next(block for block in layout.blocks if block.kind == "table")
    assert table_rows(block) == [list(row) for row in ROWS]
    assert [cell.header for cell in block.cells][:4] == [True, True, True, False]


def test_a_table_that_goes_on_over_pages_is_one(tmp_path: Path) -> None:
    many = [ROWS[0], *((f"Part {number}", str(number), f"{number}.00") for number in range(30))]
    foot = line(280, 30, "Page 1 of 2")
    first, second = table(700, many[:30]) + foot, table(780, [many[0], *many[30:]]) + line(60, 300, "After it.")
    layout = laid_out(tmp_path, first, second)
    (block,) = [block for block in layout.blocks if block.kind == "table"]
    assert table_rows(block) == [list(row) for row in many]  # the heading is there once
    assert {cell.page for cell in block.cells} == {1, 2}
    last = next(cell for cell in block.cells if cell.text == "Part 29")
    assert last.page == 2
    assert last.box is not None
    assert last.box.top < 200
    assert [block.text for block in layout.blocks if block.kind == "paragraph"] == ["Page 1 of 2", "After it."]
    assert 'data-page="2" data-box="' in to_html(layout)


def test_tables_with_text_between_them_are_two(tmp_path: Path) -> None:
    second = line(60, 600, "Another table follows, of other things.") + table(560, ROWS)
    layout = laid_out(tmp_path, table(700, ROWS), second)
    assert sum(block.kind == "table" for block in layout.blocks) == 2


def test_markup_keeps_what_could_be_taken_for_marks(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, line(60, 700, "# 2*3 <b> a_b & `c`"))
    assert to_markdown(layout) == "\\# 2\\*3 \\<b> a\\_b & \\`c\\`\n"
    assert "# 2*3 &lt;b&gt; a_b &amp; `c`</p>" in to_html(layout)


def test_an_empty_page_has_no_blocks(tmp_path: Path) -> None:
    assert laid_out(tmp_path, "").blocks == ()
