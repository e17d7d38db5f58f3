"""The records of documents as files to take away: JSON with every place, CSV with the values alone.

A CSV file is opened by programs that take a cell that begins with `=`, `+`, `-` or `@` for a formula and carry it out;
what documents say is made text by an apostrophe before it. Numbers stay numbers.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Sequence

from perception.extraction.record import Scalar
from ui.console.documents.sheet import Sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""Beginnings that a program for tables may take for the beginning of a formula or a command."""


def as_json(sheets: Sequence[Sheet]) -> bytes:
    """Every record with its values, and of each the page, the box, the words, and who read it."""
    plain = []
    for sheet in sheets:
        record = sheet.corrected()
        if record is not None:
            whole = record.model_dump(mode="json") | {"values": record.values(), "sha256": sheet.sha256}
            plain.append(whole | {"corrected": sorted(sheet.corrections)})
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def as_csv(sheets: Sequence[Sheet]) -> bytes:
    """A line for every document, a column for every field, the rows of tables as `items.0.amount`; UTF-8 with a mark
    at the beginning, without which some programs take it for another encoding."""
    records = [(sheet, record) for sheet in sheets if (record := sheet.corrected()) is not None]
    paths = list(dict.fromkeys(leaf.path for _, record in records for leaf in record.leaves))
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(one) for one in ("document", "read by", "corrected", "missing", *paths)])
    for sheet, record in records:
        values = {leaf.path: leaf.value for leaf in record.leaves}
        about = (sheet.name, record.read_by, " ".join(sorted(sheet.corrections)), " ".join(record.missing))
        writer.writerow([cell(one) for one in (*about, *(values.get(path) for path in paths))])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def cell(value: Scalar) -> str:
    """A value as the text of a cell that no program carries out."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    bare = unicodedata.normalize("NFKC", value).lstrip()  # `＝` is a beginning as well, and blanks before it count not
    return f"'{value}" if bare.startswith(_FORMULA) or value.startswith(_FORMULA) else value
