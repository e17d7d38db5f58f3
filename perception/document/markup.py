"""A layout as Markdown or as HTML, the latter with every piece's page and box."""

from collections.abc import Iterable, Sequence
from html import escape

from perception.document.blocks import Block, Cell, Layout
from perception.geometry import Box

_STYLE = "table{border-collapse:collapse}td,th{border:1px solid #888;padding:2px 6px;text-align:left}"


def to_markdown(layout: Layout) -> str:
    """The text of a layout; a table's spans are lost, since Markdown has none."""
    return "\n\n".join(filter(None, map(_markdown, _with_items(layout.blocks)))) + "\n"


def to_html(layout: Layout) -> str:
    """The layout as a page; `data-page` and `data-box` (left top right bottom, in points) say where each piece is."""
    body = "\n".join(map(_html, layout.blocks))
    title = escape(layout.document)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f"<!doctype html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n"


def table_rows(table: Block) -> list[list[str]]:
    """The texts of a table, every row as long as the others; a cell that spans fields fills the first."""
    rows = [[""] * table.num_columns for _ in range(table.num_rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def _with_items(blocks: Sequence[Block]) -> Iterable[Block | str]:
    """Blocks, with items that follow each other in one string."""
    run: list[str] = []
    for block in blocks:
        if block.kind == "item":
            numbered = block.text[:1].isdigit()
            run.append("  " * block.level + ("" if numbered else "- ") + _inline(block.text))
            continue
        if run:
            yield "\n".join(run)
            run = []
        yield block
    if run:
        yield "\n".join(run)


def _markdown(block: Block | str) -> str:
    if isinstance(block, str):
        return block
    if block.kind == "table":
        return _markdown_table(table_rows(block))
    if block.kind == "picture":
        return f"![{_inline(block.text)}](page-{block.page})" if block.text else ""
    text = _inline(block.text)
    return f"{'#' * block.level} {text}" if block.kind == "heading" else text


def _inline(text: str) -> str:
    """Text whose characters mean themselves in Markdown, where they could be taken for marks."""
    safe = text.replace("\\", "\\\\")
    for mark in ("`", "*", "_", "<"):
        safe = safe.replace(mark, f"\\{mark}")
    return f"\\{safe}" if safe.startswith(("#", ">", "+")) else safe


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = ["| " + " | ".join(_inline(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _html(block: Block) -> str:
    place = _place(block.page, block.box)
    text = escape(block.text)
    if block.kind == "heading":
        return f"<h{min(6, block.level)}{place}>{text}</h{min(6, block.level)}>"
    if block.kind == "item":
        return f"<ul{place}><li>{text}</li></ul>"
    if block.kind == "picture":
        return f"<figure{place}><figcaption>{text}</figcaption></figure>"
    if block.kind == "table":
        lines = [f"<tr>{''.join(row)}</tr>" for row in _html_rows(block)]
        return f"<table{place}>\n" + "\n".join(lines) + "\n</table>"
    return f"<p{place}>{text}</p>"


def _html_rows(table: Block) -> Iterable[list[str]]:
    """The cells of each row, with empty ones for fields that no cell takes, so that columns stay below each other."""
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    num_columns, free = table.num_columns, [0] * table.num_columns  # by column, the first row that no cell above takes
    for row in range(table.num_rows):
        line, column = [], 0
        while column < num_columns:
            cell = cells.get((row, column))
            if free[column] > row:
                column += 1
            elif cell is None:
                line.append("<td></td>")
                column += 1
            else:
                line.append(_html_cell(cell))
                end = column + cell.num_columns
                free[column:end] = [row + cell.num_rows] * cell.num_columns
                column = end
        yield line


def _html_cell(cell: Cell) -> str:
    name = "th" if cell.header else "td"
    spans = f' rowspan="{cell.num_rows}"' if cell.num_rows > 1 else ""
    spans += f' colspan="{cell.num_columns}"' if cell.num_columns > 1 else ""
    return f"<{name}{spans}{_place(cell.page, cell.box)}>{escape(cell.text)}</{name}>"


def _place(page: int, box: Box | None) -> str:
    if box is None:
        return f' data-page="{page}"'
    sides = " ".join(f"{side:.1f}" for side in (box.left, box.top, box.right, box.bottom))
    return f' data-page="{page}" data-box="{sides}"'
