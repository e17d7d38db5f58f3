"""What a paper says and where: written beside each one as JSON.

Boxes are PDF points (1/72 inch) from the top left corner of the page as it is shown, in the scan where the paper is
one; `Page` has the page's size in points, so a fraction of the page is a division away.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from perception.geometry import Box

Kind = Literal["invoice", "receipt", "order", "table"]
SIX_FIELDS = ("number", "date", "supplier", "net", "tax", "total")
"""What every invoice, receipt and order has."""
MORE_FIELDS = ("currency", "due", "buyer", "iban", "vat_id", "buyer_vat_id", "order_number")
"""What some of them have too."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Plain):
    """Where something is printed."""

    text: str
    """Letter for letter, with one blank where the line breaks."""
    page: int = Field(ge=1)
    box: Box
    """Points; round all lines, where there are several."""


class Found(Place):
    """A fact with the place where it is printed first, and the other places."""

    value: str
    """Plain: dates as 2026-03-14, amounts as 1234.56, currencies as EUR, IBANs without blanks; the rest as printed."""
    also: tuple[Place, ...] = ()


class Item(_Plain):
    """A line of the table of items; its `page` is where the line is."""

    description: str
    quantity: str
    price: str
    """Of one, net (receipts: with tax)."""
    tax_rate: str
    """Percent."""
    amount: str
    page: int = Field(ge=1)
    box: Box
    """Of the line's cells."""


class Cell(_Plain):
    """A cell of a table; rows and columns count from 0 over all pages, the repeated heads of later pages left out."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    text: str
    page: int = Field(ge=1)
    box: Box
    """Of the cell with its padding."""
    num_rows: int = Field(default=1, ge=1)
    num_columns: int = Field(default=1, ge=1)
    is_header: bool = False
    repeated: bool = False
    """A head that is printed again at the top of a later page; it has the row of the first one."""


class Page(_Plain):
    """Width and height in points."""

    width: float
    height: float


class Truth(_Plain):
    """One paper."""

    schema_version: Literal[1] = 1
    file: str
    """The paper's file, beside this one."""
    kind: Kind
    seed: int
    index: int
    layout: str
    heldout: bool
    """Whether the layout is one that no extractor may be made on."""
    language: str
    """Such as de."""
    region: str
    """Such as de-CH."""
    scan: str = ""
    """How bad: empty for what a browser printed, else light, office or worn."""
    scan_marks: tuple[str, ...] = ()
    """What was done to the scan, such as skew, stamp, fold, jpeg."""
    pages: tuple[Page, ...]
    fields: dict[str, Found] = Field(default_factory=dict)
    """By the names of SIX_FIELDS and MORE_FIELDS; only what is printed."""
    items: tuple[Item, ...] = ()
    cells: tuple[Cell, ...] = ()
    """Of a table, row by row."""
    words: tuple[Place, ...] = ()
    """Everything that is printed, word by word, in the page's own order."""
