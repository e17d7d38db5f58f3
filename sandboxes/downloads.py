"""Files that pages offer: kept in a folder of one episode where that is allowed, else refused; told either way."""

import re
import tempfile
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Download, Error

from sandboxes.notes import Notes

MAX_NAME = 120
"""Characters of a kept file's name."""
MAX_SUFFIX = 20


class Downloads:
    """The downloads of one profile; without a folder none is kept."""

    def __init__(self, folder: Path | None, notes: Notes) -> None:
        self._parent = folder
        self._notes = notes
        self._folder: Path | None = None
        self._coming: list[Path] = []

    @property
    def files(self) -> list[Path]:
        """What was kept whole, by name."""
        return sorted(set(self._folder.iterdir()) - set(self._coming)) if self._folder else []

    @property
    def is_busy(self) -> bool:
        """Whether a file is on its way."""
        return bool(self._coming)

    def remind(self) -> None:
        """Note what is still on its way."""
        for path in self._coming:
            self._notes.add(f"{path.name} is still being downloaded.")

    async def offered(self, download: Download) -> None:
        """Keep one file under a free name, or note that it was refused."""
        name = plain_name(self._notes.scrub(download.suggested_filename))
        if self._parent is None:
            self._notes.add(f"A download ({name}) was offered and not kept.")
            return
        path = None
        try:
            path = self._free(self._parent, name)
            self._coming.append(path)
            await download.save_as(path)
            self._notes.add(f"Downloaded {path.name} ({size_of(path.stat().st_size)}).")
        except (Error, OSError):
            self._notes.add(f"The download of {name} failed.")
            if path is not None:
                path.unlink(missing_ok=True)
        finally:
            if path is not None:
                self._coming.remove(path)
            with suppress(Error):  # Chromium's own copy.
                await download.delete()

    def _free(self, parent: Path, name: str) -> Path:
        """A path that no other download of this episode has; the folder is made for the first one."""
        if self._folder is None:
            parent.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix="episode-", dir=parent))
        path, number = self._folder / name, 1
        while True:
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                number += 1
                path = self._folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
            else:
                return path


def plain_name(suggested: str) -> str:
    """A file's name without folders, dots at its beginning, or what no file system takes."""
    name = re.sub(r"[^\w .()+,@=-]", "_", suggested.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    suffix = Path(name).suffix
    suffix = suffix if len(suffix) <= MAX_SUFFIX else ""
    return f"{name.removesuffix(suffix)[: MAX_NAME - len(suffix)]}{suffix}" or "download"


def size_of(num_bytes: int) -> str:
    """A number of bytes as a browser would show it: `17 B`, `12 KB`, `3.4 MB`."""
    if num_bytes < 1024:
        return f"{num_bytes} B"
    if num_bytes < 1024**2:
        return f"{num_bytes / 1024:.0f} KB"
    return f"{num_bytes / 1024**2:.1f} MB"
