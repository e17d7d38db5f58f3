"""The data sets in a folder, as `handeye export` leaves them: a folder each, with its card and its sums."""

from pathlib import Path
from typing import NamedTuple

from agent.exchange.card import FILE, SUMS, Summary, read


class Dataset(NamedTuple):
    """A line of the list."""

    name: str
    """Of its folder."""
    summary: Summary
    num_bytes: int
    """Of its files; pictures in folders below it are left out."""
    changed: float
    """Seconds since 1970."""


def datasets(folder: Path, limit: int = 100) -> list[Dataset]:
    """The newest data sets; what can't be read, and what a link brings from elsewhere, is left out."""
    found: list[Dataset] = []
    for path in folder.glob(f"*/{SUMS}"):
        own = path.parent
        try:
            if own.resolve().is_relative_to(folder.resolve()):
                size = sum(file.stat().st_size for file in own.iterdir() if file.is_file())
                found.append(Dataset(own.name, read(own), size, (own / FILE).stat().st_mtime))
        except OSError:
            continue
    return sorted(found, key=lambda one: -one.changed)[:limit]
