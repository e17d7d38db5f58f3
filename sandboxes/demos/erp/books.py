"""The invoices that were booked: one table of a SQLite file, each with a receipt number, none ever changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sandboxes.demos.erp.entry import FIELDS, Entry
from sandboxes.errors import SandboxError

_TEXTS = ", ".join(f"{name} TEXT NOT NULL" for name in FIELDS)
_TABLE = f"CREATE TABLE IF NOT EXISTS invoices (id INTEGER PRIMARY KEY AUTOINCREMENT, {_TEXTS})"
_COLUMNS = ", ".join(FIELDS)


class Booking(NamedTuple):
    """An entry with its receipt number, such as R-000001."""

    receipt: str
    entry: Entry


class Books:
    """A SQLite file; made when it is not there. Safe to use from several threads and processes."""

    def __init__(self, file: Path) -> None:
        """Raises SandboxError where the file can't be used."""
        self.file = file
        with self._open() as connection:
            connection.execute(_TABLE)

    def book(self, entry: Entry) -> str:
        """Keep an entry, another one like it or not; returns its receipt number once it is on disk."""
        with self._open() as connection:
            marks = ", ".join("?" for _ in FIELDS)
            values = [getattr(entry, name) for name in FIELDS]
            cursor = connection.execute(f"INSERT INTO invoices ({_COLUMNS}) VALUES ({marks})", values)
            return _receipt(cursor.lastrowid or 0)

    def bookings(self) -> list[Booking]:
        """All of them, the first one first."""
        with self._open() as connection:
            rows = connection.execute(f"SELECT id, {_COLUMNS} FROM invoices ORDER BY id").fetchall()
        return [Booking(_receipt(row[0]), Entry(**dict(zip(FIELDS, row[1:], strict=True)))) for row in rows]

    def like(self, entry: Entry) -> list[Booking]:
        """Those with the same number and supplier, which are probably the same invoice."""
        return [each for each in self.bookings() if not {"number", "supplier"} & set(each.entry.differs(entry))]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.file, timeout=10)
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise SandboxError(f"{self.file} can't be used as the books: {error}.") from error
        finally:
            if connection is not None:
                connection.close()


def _receipt(row: int) -> str:
    return f"R-{row:06}"
