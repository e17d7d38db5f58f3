"""What a Qwen-VL model writes when it is asked for a page as `qwenvl html` or `qwenvl markdown`, as blocks.

HTML carries places in `data-bbox="x1 y1 x2 y2"`, Markdown in comments before pictures and tables,
`<!-- Table (x1, y1, x2, y2) -->`, with tables in LaTeX; all on the grid of 0 to 1000. Models that one serves oneself
often leave the places out: such blocks have no box. What the model wrote is data: unknown tags are read through, and
nothing is ever run.
"""

import re
from html.parser import HTMLParser
from typing import Literal, cast

from perception.document.blocks import Block, Cell, Kind
from perception.geometry import Box, Grid, Size

Dialect = Literal["qwenvl html", "qwenvl markdown"]
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_PLACE = re.compile(r"<!--\s*(Image|Table)\s*\(([^)]*)\)\s*-->", re.IGNORECASE)
_COMMENT = r"<!--\s*(?:Image|Table)\s*\([^)]*\)\s*-->"
_TABULAR = r"\\begin\{(?:table|tabular)\*?\}.*?(?:\\end\{(?:table|tabular)\*?\}(?!\s*\\end\{table)|\Z)"
_FENCE = re.compile(r"```(?:html|markdown)?\s*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_MAX_SPAN = 100
_KINDS = {"p": "paragraph", "li": "item", "figcaption": "paragraph", "figure": "picture", "img": "picture"}
"""Tag -> the kind of block that it begins."""


def parse(text: str, dialect: Dialect, page: int, size: tuple[float, float]) -> list[Block]:
    """The blocks that a model's reply about one page holds; size: of that page in points.

    Never fails: what can't be read as a block is read as text.
    """
    fenced = _FENCE.search(text)
    bare = fenced.group(1) if fenced else text
    place = _Placing(page, size)
    return _html(bare, place) if dialect == "qwenvl html" else _markdown(bare, place)


class _Placing:
    """The page that places are on."""

    def __init__(self, page: int, size: tuple[float, float]) -> None:
        self.page = page
        self._size = Size(width=max(1, round(size[0])), height=max(1, round(size[1])))

    def box(self, numbers: str) -> Box | None:
        """The box that four numbers of the grid mean, in points."""
        found = [float(number) for number in _NUMBERS.findall(numbers)[:5]]
        if len(found) != 4 or found[0] == found[2] or found[1] == found[3]:
            return None
        return Grid().to_box((found[0], found[1], found[2], found[3]), self._size)

    def block(self, kind: str, text: str, box: Box | None, level: int = 0, cells: tuple[Cell, ...] = ()) -> Block:
        """A block of this page."""
        return Block(
            kind=cast(Kind, kind), page=self.page, box=box, text=text, level=level, cells=cells, source="model"
        )


def _html(text: str, place: _Placing) -> list[Block]:
    reader = _HtmlReader(place)
    reader.feed(text)
    reader.close()
    reader.finish()
    return reader.blocks


class _HtmlReader(HTMLParser):
    """Collects text under the innermost tag that makes a block."""

    def __init__(self, place: _Placing) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._place = place
        self._kind, self._level, self._text = "paragraph", 0, ""
        self._box: Box | None = None
        self._depth = 0
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a row or a cell."""
        known = {name: value or "" for name, value in attrs}
        box = self._place.box(known.get("data-bbox", ""))
        if self._table is not None:
            self._table.start(tag, known, box)
        elif tag == "table":
            self.finish()
            self._table = _Table(self._place, box)
        elif tag in ("ul", "ol"):
            self.finish()
            self._depth += 1
        elif tag == "br":
            self._text += " "
        elif tag == "img" and self._kind == "picture":
            self._text += known.get("alt", "")
        elif tag in _KINDS or re.fullmatch("h[1-6]", tag) or (tag == "div" and box is not None):
            self.finish()
            is_image = tag == "div" and "image" in known.get("class", "")
            self._kind = "picture" if is_image else "heading" if tag[0] == "h" else _KINDS.get(tag, "paragraph")
            self._level = int(tag[1]) if self._kind == "heading" else max(0, self._depth - 1) if tag == "li" else 0
            self._box = box
            if tag == "img":
                self._text = known.get("alt", "")
                self.finish(empty=True)

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if self._table is not None:
            if tag == "table":
                self.blocks.append(self._table.block())
                self._table = None
            return
        if tag in ("ul", "ol"):
            self.finish()
            self._depth = max(0, self._depth - 1)
        elif tag in _KINDS or re.fullmatch("h[1-6]", tag) or tag == "div":
            self.finish(empty=self._kind == "picture")

    def handle_data(self, data: str) -> None:
        """Text of a cell or of a block."""
        if self._table is not None:
            self._table.text += data
        else:
            self._text += data

    def finish(self, *, empty: bool = False) -> None:
        """Keep what was begun; without any text only where `empty`."""
        if self._table is not None:  # the reply was cut within a table
            table, self._table = self._table, None
            self.blocks.append(table.block())
        text = " ".join(self._text.split())
        if text or empty:
            self.blocks.append(self._place.block(self._kind, text, self._box, self._level))
        self._kind, self._level, self._text, self._box = "paragraph", 0, "", None


class _Table:
    """A table that is being read; a cell that spans rows or columns takes their fields."""

    def __init__(self, place: _Placing, box: Box | None) -> None:
        self.text = ""
        self._place, self._box = place, box
        self._cells: list[Cell] = []
        self._taken: set[tuple[int, int]] = set()
        self._row, self._column = -1, 0
        self._open: dict[str, object] | None = None

    def start(self, tag: str, known: dict[str, str], box: Box | None) -> None:
        """A row or a cell begins."""
        if tag == "tr":
            self._finish()
            self._row, self._column = self._row + 1, 0
        elif tag in ("td", "th"):
            self._finish()
            self._row = max(self._row, 0)
            spans = [_span(known.get(name, "")) for name in ("rowspan", "colspan")]
            self.cell(tag == "th", spans[0], spans[1], box)

    def cell(self, header: bool, num_rows: int, num_columns: int, box: Box | None) -> None:
        """Begin a cell in the next free field."""
        while (self._row, self._column) in self._taken:
            self._column += 1
        rows = range(self._row, self._row + num_rows)
        self._taken |= {(row, column) for row in rows for column in range(self._column, self._column + num_columns)}
        self._open = {
            "row": self._row, "column": self._column, "num_rows": num_rows, "num_columns": num_columns,
            "header": header, "page": self._place.page, "box": box,
        }  # fmt: skip
        self.text = ""

    def row(self) -> None:
        """Begin the next row."""
        self._finish()
        self._row, self._column = self._row + 1, 0

    def block(self) -> Block:
        """The table as far as it was read."""
        self._finish()
        return self._place.block("table", "", self._box, cells=tuple(self._cells))

    def _finish(self) -> None:
        if self._open is not None:
            self._cells.append(Cell.model_validate(self._open | {"text": " ".join(self.text.split())}))
            self._open = None
        self.text = ""


def _span(text: str) -> int:
    return min(max(int(text), 1), _MAX_SPAN) if text.isdecimal() and len(text) < 6 else 1


def _markdown(text: str, place: _Placing) -> list[Block]:
    """Blocks between empty lines; a comment gives its place to what follows."""
    blocks: list[Block] = []
    at: tuple[str, Box | None] | None = None
    for part in _parts(text):
        comment = _PLACE.fullmatch(part.strip())
        if comment is not None:
            if at is not None and at[0] == "image":
                blocks.append(place.block("picture", "", at[1]))
            at = comment.group(1).lower(), place.box(comment.group(2))
            continue
        box = at[1] if at else None
        if "\\begin{tabular" in part:
            blocks.append(_latex_table(part, place, box if at and at[0] == "table" else None))
        elif part.lstrip().startswith("|") and part.count("\n"):
            blocks.append(_pipe_table(part, place, box))
        else:
            if at is not None and at[0] == "image":
                blocks.append(place.block("picture", "", box))
            blocks += _prose(part, place)
        at = None
    if at is not None and at[0] == "image":
        blocks.append(place.block("picture", "", at[1]))
    return blocks


def _parts(text: str) -> list[str]:
    """Pieces of text: comments, whole LaTeX tables, and what empty lines part."""
    pieces = re.split(f"({_COMMENT}|{_TABULAR})", text, flags=re.DOTALL | re.IGNORECASE)
    parts: list[str] = []
    for piece in pieces:
        if piece.startswith(("\\begin", "<!--")):
            parts.append(piece)
        else:
            parts += [part for part in re.split(r"\n\s*\n", piece) if part.strip()]
    return parts


def _latex_table(text: str, place: _Placing, box: Box | None) -> Block:
    body = re.sub(r".*?\\begin\{tabular\*?\}(?:\{[^}]*\})*", "", text, count=1, flags=re.DOTALL)
    body = re.sub(r"\\end\{.*", "", body, flags=re.DOTALL)
    body = re.sub(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]*\}|cmidrule(?:\([^)]*\))?\{[^}]*\})", "", body)
    table = _Table(place, box)
    for row in re.split(r"\\\\(?:\[[^\]]*\])?", body):
        if not row.strip():
            continue
        table.row()
        for field in re.split(r"(?<!\\)&", row):
            field, num_rows, num_columns = _unwrapped(field.strip())
            table.cell(False, num_rows, num_columns, None)
            table.text = field
            table._finish()
    return table.block()


def _unwrapped(field: str) -> tuple[str, int, int]:
    """A field's text, and how many rows and columns it takes."""
    spans = {"multirow": 1, "multicolumn": 1}
    for _ in range(2):
        wrapped = re.fullmatch(r"\\(multirow|multicolumn)\{(\d+)\}\{[^{}]*\}\{(.*)\}", field, re.DOTALL)
        if wrapped is None:
            break
        spans[wrapped.group(1)], field = _span(wrapped.group(2)), wrapped.group(3)
    field = re.sub(r"\\(?:textbf|textit|text|emph)\{([^{}]*)\}", r"\1", field)
    return re.sub(r"\\([&%$#_{}])", r"\1", field), spans["multirow"], spans["multicolumn"]


def _pipe_table(text: str, place: _Placing, box: Box | None) -> Block:
    table = _Table(place, box)
    for number, line in enumerate(text.strip().splitlines()):
        fields = [field.strip() for field in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if all(re.fullmatch(r":?-+:?", field) for field in fields):
            continue
        table.row()
        for field in fields:
            table.cell(number == 0, 1, 1, None)
            table.text = field.replace("\\|", "|")
            table._finish()
    return table.block()


def _prose(text: str, place: _Placing) -> list[Block]:
    blocks: list[Block] = []
    run: list[str] = []
    for line in [*text.splitlines(), "#"]:
        heading = re.match(r"(#{1,6})\s+(.*)", line)
        item = re.match(r"(\s*)(?:[-*+]|(\d{1,3}[.)]))\s+(.*)", line)
        if (heading or item or line == "#") and run:
            blocks.append(place.block("paragraph", " ".join(" ".join(run).split()), None))
            run = []
        if heading:
            blocks.append(place.block("heading", heading.group(2).strip(), None, len(heading.group(1))))
        elif item:
            words = " ".join(filter(None, (item.group(2), item.group(3)))).strip()
            blocks.append(place.block("item", words, None, len(item.group(1)) // 2))
        elif line != "#":
            run.append(line)
    return [block for block in blocks if block.text]
