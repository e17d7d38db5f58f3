"""Lists of records, such as an invoice's items: the rows of the table whose headings name most of the fields."""

from collections.abc import Sequence

from perception.document.blocks import Block, Cell
from perception.document.joining import document_blocks
from perception.extraction.lexicon import labels, plain
from perception.extraction.reader import ReadPage
from perception.extraction.record import Leaf, Scalar
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.values import amount, day

_COLUMNS = {
    "description": "description|item|article|product|service|bezeichnung|beschreibung|artikel|leistung|designation|"
    "libelle|descripcion|concepto|articulo|descrizione|omschrijving|opis|benamning",
    "quantity": "quantity|qty|menge|anzahl|quantite|qte|cantidad|cant|quantita|qta|aantal|ilosc|antal",
    "unit price": "unit price|price|rate|einzelpreis|preis|ep|prix unitaire|pu|pu ht|precio|precio unitario|prezzo|"
    "prezzo unitario|prijs|stukprijs|cena|pris|apris",
    "amount": "amount|total|line total|sum|betrag|gesamt|gesamtpreis|summe|montant|total ht|importe|importo|totale|"
    "bedrag|totaal|wartosc|kwota|belopp|belob",
}
_NAMES = {"qty": "quantity", "price": "unit price", "unitprice": "unit price", "total": "amount", "name": "description"}


def read_tables(pages: Sequence[ReadPage], schema: RecordSchema) -> list[Leaf]:
    """The leaves of all lists that the schema asks for; a list without a table has none."""
    if not schema.tables:
        return []
    blocks = document_blocks([(page.number, page.text) for page in pages])
    tables = [block for block in blocks if block.kind == "table"]
    leaves = []
    for path, fields in schema.tables.items():
        best = max(tables, key=lambda table: len(_matched(table, fields)), default=None)
        if best is not None and len(_matched(best, fields)) >= min(2, len(fields)):
            leaves += _rows(path, best, _matched(best, fields), fields)
    return leaves


def _matched(table: Block, fields: Sequence[Field]) -> dict[str, int]:
    """Path of a field -> the column whose heading names it."""
    headings = {cell.column: plain(cell.text) for cell in table.cells if cell.row == 0}
    found: dict[str, int] = {}
    for field in fields:
        known = _known(field)
        column = next((at for at, text in headings.items() if text in known and at not in found.values()), None)
        if column is not None:
            found[field.path] = column
    return found


def _known(field: Field) -> set[str]:
    name = plain(field.path.replace("_", " "))
    concept = _NAMES.get(name, name)
    own = {plain(label.replace("_", " ")) for label in field.labels}
    return own | set(_COLUMNS.get(concept, "").split("|")) | set(labels(field.concept))


def _rows(path: str, table: Block, matched: dict[str, int], fields: Sequence[Field]) -> list[Leaf]:
    """A leaf for each field of each row that has a value in half of the columns at least."""
    leaves, number = [], 0
    for row in range(1, table.num_rows):
        cells = {cell.column: cell for cell in table.cells if cell.row == row}
        filled = sum(bool(cells[at].text) for at in matched.values() if at in cells)
        if filled * 2 < len(matched):
            continue
        for field in fields:
            cell = cells.get(matched.get(field.path, -1))
            leaves.append(_leaf(f"{path}.{number}.{field.path}", field, cell, table.source))
        number += 1
    return leaves


def _leaf(path: str, field: Field, cell: Cell | None, source: str) -> Leaf:
    value = None if cell is None or not cell.text else _value(field, cell.text)
    if cell is None or value is None:
        return Leaf(path=path)
    return Leaf(
        path=path, value=value, page=cell.page, box=cell.box, quote=cell.text,
        source="ocr" if source == "ocr" else "text", read_by="labels", on_page=True,
    )  # fmt: skip


def _value(field: Field, text: str) -> Scalar:
    if field.kind in ("number", "integer"):
        known = amount(text)
        return None if known is None else int(known) if field.kind == "integer" else float(known)
    if field.kind == "date":
        found = day(text)
        return found.isoformat() if found else None
    return text
