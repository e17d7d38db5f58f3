"""An invoice as somebody types it in, and what such a program refuses."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

FIELDS = ("number", "date", "supplier", "net", "tax", "total")
LABELS = {
    "number": "Invoice number",
    "date": "Invoice date",
    "supplier": "Supplier",
    "net": "Net amount",
    "tax": "Tax amount",
    "total": "Total amount",
}
AMOUNTS = ("net", "tax", "total")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT = re.compile(r"-?\d{1,9}\.\d{2}")
_LONGEST = 120


class Entry(BaseModel):
    """An invoice that can be booked: the date as 2026-03-14, amounts as 1234.56."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    date: str
    supplier: str
    net: str
    tax: str
    total: str

    def differs(self, other: "Entry") -> tuple[str, ...]:
        """The fields that say something else; how many blanks there are between words does not matter."""
        return tuple(name for name in FIELDS if _plain(getattr(self, name)) != _plain(getattr(other, name)))


def complaints(typed: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, by field; empty when it can be booked."""
    found = {name: "Required" for name in FIELDS if not typed.get(name, "").strip()}
    for name in FIELDS:
        if name not in found and (why := _complaint(name, typed[name].strip())):
            found[name] = why
    if not any(name in found for name in AMOUNTS):
        net, tax, total = (Decimal(typed[name].strip()) for name in AMOUNTS)
        if net + tax != total:
            found["total"] = f"Net and tax make {net + tax}"
    return found


def _complaint(name: str, text: str) -> str:
    if len(text) > _LONGEST:
        return f"At most {_LONGEST} characters"
    if name == "date" and not _is_date(text):
        return "Use YYYY-MM-DD"
    if name in AMOUNTS and not _AMOUNT.fullmatch(text):
        return "Use 1234.56"
    return ""


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _plain(text: str) -> str:
    return " ".join(text.split())
