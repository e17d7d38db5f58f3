"""From what the script read off a page to the truth about a paper."""

from typing import Any

from perception.geometry import Box
from sandboxes.demos.papers.catalog import is_heldout
from sandboxes.demos.papers.contents import Contents
from sandboxes.demos.papers.paper import Paper
from sandboxes.demos.papers.truth import Cell, Found, Item, Page, Place, Truth


def truth_of(paper: Paper, found: dict[str, Any]) -> Truth:
    """What a paper says; found: what `script.READ` gave."""
    contents = paper.contents
    return Truth(
        file=f"{paper.name}.pdf",
        kind=paper.order.kind,  # type: ignore[arg-type]
        seed=paper.order.seed,
        index=paper.index,
        layout=paper.layout,
        heldout=is_heldout(paper.layout),
        language=paper.region[:2],
        region=paper.region,
        pages=tuple(Page(width=width, height=height) for width, height in found["pages"]),
        fields=_fields(contents, found["marks"]) if contents else {},
        items=_items(contents, found["items"]) if contents else (),
        cells=tuple(_cell(*entry) for entry in found["cells"]),
        words=tuple(Place(text=text, page=page, box=_box(corners)) for text, page, corners in found["words"]),
    )


def values_of(contents: Contents) -> dict[str, str]:
    """The plain values of all fields that a paper could have."""
    return {
        "number": contents.order_number if contents.kind == "order" else contents.number,
        "date": contents.date.isoformat(),
        "supplier": contents.supplier.name,
        "net": f"{contents.net:.2f}",
        "tax": f"{contents.tax:.2f}",
        "total": f"{contents.total:.2f}",
        "currency": contents.form.currency,
        "due": contents.due.isoformat(),
        "buyer": contents.buyer.name,
        "iban": contents.supplier.iban,
        "vat_id": contents.supplier.tax_id,
        "buyer_vat_id": contents.buyer.tax_id,
        "order_number": contents.order_number,
    }


def _fields(contents: Contents, marks: list[Any]) -> dict[str, Found]:
    places: dict[str, list[Place]] = {}
    for name, text, page, corners in marks:
        places.setdefault(name, []).append(Place(text=text, page=page, box=_box(corners)))
    values = values_of(contents)
    return {
        name: Found(**places[name][0].model_dump(), value=value, also=tuple(places[name][1:]))
        for name, value in values.items()
        if name in places
    }


def _items(contents: Contents, entries: list[Any]) -> tuple[Item, ...]:
    made = []
    for index, page, corners in sorted(entries):
        line = contents.lines[index]
        made.append(
            Item(
                description=line.description,
                quantity=f"{line.quantity.normalize():f}",
                price=f"{line.price:.2f}",
                tax_rate=line.rate,
                amount=f"{line.amount:.2f}",
                page=page,
                box=_box(corners),
            )
        )
    return tuple(made)


def _cell(
    row: int,
    column: int,
    text: str,
    page: int,
    corners: list[float],
    num_rows: int,
    num_columns: int,
    is_header: bool,
    repeated: bool,
) -> Cell:
    box = _box(corners)
    return Cell(
        row=row, column=column, text=text, page=page, box=box, num_rows=num_rows, num_columns=num_columns,
        is_header=is_header, repeated=repeated,
    )  # fmt: skip


def _box(corners: list[float]) -> Box:
    left, top, right, bottom = (round(edge, 2) for edge in corners)
    return Box(left=left, top=top, right=right, bottom=bottom)
