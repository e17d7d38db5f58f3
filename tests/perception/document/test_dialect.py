"""What models of the family write about pages, whole and cut, right and wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perception.document.dialect import parse
from perception.document.markup import table_rows
from perception.geometry import Box

SIZE = (600.0, 800.0)

HTML = """```html
<html><body><h2 data-bbox="100 50 500 100">Title &amp; more</h2>
<p data-bbox="0 0 1000 1000">hello <b>bold</b><br>world</p>
<ul><li>one<ul><li>inner</li></ul></li></ul>
<table data-bbox="0 500 1000 900"><tr><th rowspan="2">A</th><th>B</th></tr>
<tr><td data-bbox="500 600 1000 700">c</td></tr></table>
<div class="image" data-bbox="10 20 30 40"><img alt="a chart"/></div><script>alert(1)</script></body></html>
```"""

MARKDOWN = r"""# Title

<!-- Table (0, 500, 1000, 900) -->
\begin{tabular}{|l|c|}
\hline A & B \\ \hline
\multicolumn{2}{|c|}{x \& y} \\
\textbf{1} & 2 \\
\end{tabular}

<!-- Image (10, 20, 30, 40) -->

Some text
that goes on.
- item
"""


def test_html_with_places() -> None:
    heading, text, one, inner, table, picture, *rest = parse(HTML, "qwenvl html", 3, SIZE)
    assert (heading.kind, heading.level, heading.text, heading.page) == ("heading", 2, "Title & more", 3)
    assert heading.box == Box(left=60, top=40, right=300, bottom=80)
    assert text.text == "hello bold world"
    assert [(item.kind, item.text, item.level) for item in (one, inner)] == [("item", "one", 0), ("item", "inner", 1)]
    assert table_rows(table) == [["A", "B"], ["", "c"]]
    assert table.cells[2].box == Box(left=300, top=480, right=600, bottom=560)
    assert (picture.kind, picture.text) == ("picture", "a chart")
    assert picture.box is not None
    assert [block.kind for block in rest] == ["paragraph"]  # what stands in a script is text like any other
    assert all(block.source == "model" for block in (heading, text, table))


def test_html_without_places() -> None:
    blocks = parse("<h1>T</h1><p>x</p><table><tr><td>1", "qwenvl html", 1, SIZE)  # and cut in the middle
    assert [(block.kind, block.box) for block in blocks] == [("heading", None), ("paragraph", None), ("table", None)]
    assert table_rows(blocks[2]) == [["1"]]


def test_markdown_with_places_and_latex() -> None:
    title, table, picture, text, item = parse(MARKDOWN, "qwenvl markdown", 1, SIZE)
    assert (title.kind, title.text) == ("heading", "Title")
    assert table_rows(table) == [["A", "B"], ["x & y", ""], ["1", "2"]]
    assert table.box == Box(left=0, top=400, right=600, bottom=720)
    assert picture.kind == "picture"
    assert (text.text, item.text) == ("Some text that goes on.", "item")


def test_markdown_with_bars() -> None:
    (table,) = parse("| a | b |\n| --- | --- |\n| 1 \\| 2 | 3 |", "qwenvl markdown", 1, SIZE)
    assert table_rows(table) == [["a", "b"], ["1 | 2", "3"]]


@given(st.text(alphabet="<>/ata-box=\"'0123456789 trdhp\\{}&|#!()\n", max_size=200))
def test_nothing_that_a_model_writes_breaks_it(text: str) -> None:
    for dialect in ("qwenvl html", "qwenvl markdown"):
        for block in parse(text, dialect, 1, SIZE):
            assert block.page == 1
