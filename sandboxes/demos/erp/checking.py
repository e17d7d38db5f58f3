"""Were the right invoices booked, each once? Read from SQLite alone."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sandboxes.demos.erp.books import Booking, Books
from sandboxes.demos.erp.entry import Entry
from sandboxes.task import Score


class Audit(BaseModel):
    """The books beside what should be in them; entries by their receipt numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_wanted: int
    right: tuple[str, ...]
    duplicates: tuple[str, ...]
    """Of an invoice, by its number, that had been booked before, rightly or wrongly."""
    wrong: dict[str, tuple[str, ...]]
    """Receipt number to the fields that are wrong; all of them for an invoice that nobody wanted."""
    missing: tuple[str, ...]
    """Numbers of invoices that were not booked rightly."""

    @property
    def score(self) -> Score:
        """Success: every invoice once, and nothing else. The reward is the share of right ones, less all others."""
        extra = len(self.duplicates) + len(self.wrong)
        reward = max(0.0, (len(self.right) - extra) / self.num_wanted) if self.num_wanted else float(not extra)
        success = not extra and not self.missing
        return Score(reward=reward, success=success, facts=self.model_dump(mode="json"))


def audit(file: Path, wanted: Sequence[Entry]) -> Audit:
    """Read the books; wanted: invoices with numbers that differ. Raises SandboxError where there are none to read."""
    by_number = {entry.number: entry for entry in wanted}
    right: list[str] = []
    duplicates: list[str] = []
    wrong: dict[str, tuple[str, ...]] = {}
    booked: set[str] = set()
    held: set[str] = set()
    for booking in Books(file).bookings():
        number = _meant(booking, by_number)
        if number in booked:
            duplicates.append(booking.receipt)
        elif fields := booking.entry.differs(by_number[number]) if number in by_number else _all():
            wrong[booking.receipt] = fields
        else:
            right.append(booking.receipt)
            held.add(number)
        booked.add(number)
    missing = tuple(number for number in by_number if number not in held)
    return Audit(num_wanted=len(wanted), right=tuple(right), duplicates=tuple(duplicates), wrong=wrong, missing=missing)


def _meant(booking: Booking, by_number: dict[str, Entry]) -> str:
    """The number of the wanted invoice that an entry is of: its own, or where only the number is wrong, that one's."""
    number = " ".join(booking.entry.number.split())
    if number not in by_number:
        for entry in by_number.values():
            if booking.entry.differs(entry) == ("number",):
                return entry.number
    return number


def _all() -> tuple[str, ...]:
    return tuple(Entry.model_fields)
