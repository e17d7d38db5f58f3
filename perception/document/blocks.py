"""What a document's layout is made of: headings, paragraphs, list items, tables and pictures, in reading order.

Boxes are points from the top left of their page, as in `page`. A block that a model wrote without a place has none.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perception.geometry import Box

Kind = Literal["heading", "paragraph", "item", "table", "picture"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Plain):
    """One cell of a table; rows and columns count from 0."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    text: str
    page: int = Field(ge=1)
    box: Box | None = None
    num_rows: int = Field(default=1, ge=1)
    num_columns: int = Field(default=1, ge=1)
    header: bool = False


class Block(_Plain):
    """One piece of a page."""

    kind: Kind
    page: int = Field(ge=1)
    """Where it begins; the cells of a table that goes on name their own."""
    box: Box | None = None
    text: str = ""
    """Empty for tables; of a picture what it shows, where that is known."""
    level: int = Field(default=0, ge=0)
    """Of a heading from 1; of a list item how deep it is, from 0."""
    cells: tuple[Cell, ...] = ()
    """Of a table, row by row."""
    source: Literal["text", "ocr", "model"] = "text"
    """Where the words come from."""

    @property
    def num_rows(self) -> int:
        """Of a table."""
        return max((cell.row + cell.num_rows for cell in self.cells), default=0)

    @property
    def num_columns(self) -> int:
        """Of a table."""
        return max((cell.column + cell.num_columns for cell in self.cells), default=0)


class PageSize(_Plain):
    """A page's number, its width and height in points."""

    number: int = Field(ge=1)
    width: float
    height: float


class Layout(_Plain):
    """A whole document in reading order."""

    schema_version: Literal[1] = 1
    document: str
    """The file's name."""
    pages: tuple[PageSize, ...]
    blocks: tuple[Block, ...]
    read_by: str = "geometry"
    """geometry: from the places of words; else the name of the model that read the pages."""
    notes: tuple[str, ...] = ()
    """What could not be read, in words."""
