"""The documents that a client may have read: those in the folders that a person named, and nothing else."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from ui.mcp.tool import Refused

MOST_LISTED = 200
"""Documents that are named at once."""
MOST_LOOKED_AT = 10_000
"""Entries of the folders that a listing goes through."""


class Shelf:
    """Some folders, and the files in them and below."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """folders: existing ones; what they are links to counts, what is a link inside does not."""
        self._folders = [folder.resolve(strict=True) for folder in folders]

    def listed(self) -> list[str]:
        """Paths that `find` knows, in order: below the folder that they are in."""
        found: list[str] = []
        for folder in self._folders:
            found += [str(path.relative_to(folder)) for path in _files(folder)]
        return sorted(set(found))[:MOST_LISTED]

    def find(self, named: str) -> Path:
        """The file of a path, which begins at one of the folders or is a whole one into it. Raises Refused."""
        if not self._folders:
            raise Refused("no document may be read: whoever starts `handeye mcp` names folders with --documents")
        path = PurePath(named)
        if not named.strip() or not named.isprintable():
            raise Refused("path is empty, or no path")
        if ".." in path.parts:
            raise Refused(f"{named}: a path may not go up with '..'")
        for folder in self._folders:
            if path.is_absolute() and not path.is_relative_to(folder):
                continue
            inside = path.relative_to(folder) if path.is_absolute() else path
            if (found := _followed(folder, inside)) is not None:
                return found
        raise Refused(f"there is no document {named} in the folders that may be read; list_documents names them")


def _followed(folder: Path, inside: PurePath) -> Path | None:
    """The file at a path below a folder; None where there is none. Raises Refused for one that leads elsewhere."""
    current, mode = folder, 0
    for part in inside.parts:
        current = current / part
        try:
            mode = os.lstat(current).st_mode
        except (OSError, ValueError):
            return None
        if stat.S_ISLNK(mode):
            raise Refused(f"{inside}: {part} is a link, and links are not followed")
    if stat.S_ISDIR(mode) or not inside.parts:
        raise Refused(f"{inside} is a folder: name one document in it")
    return current if stat.S_ISREG(mode) else None


def _files(folder: Path) -> Iterator[Path]:
    """Plain files in a folder and below, as many as may be looked at; links are left out."""
    num_seen = 0
    for top, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            num_seen += 1
            if num_seen > MOST_LOOKED_AT:
                return
            path = Path(top, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path
