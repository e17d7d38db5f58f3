"""Pages that were read before, on disk: by the file's SHA-256, the page, the resolution and what rendered it.

A file is named by its content, so a document that changed is another one. The oldest files go when there are too many
bytes. A file that can't be read or written is as good as none: the page is read anew.
"""

import contextlib
import os
from pathlib import Path

from pydantic import ValidationError

from perception.document.page import PageText
from perception.errors import ImageError
from perception.files import replace_file
from perception.observation import Frame
from perception.screenshot import decode_png, encode_png

MAX_BYTES = 2 * 2**30


def default_folder() -> Path:
    """Where the pages of documents are kept for this user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "handeye" / "documents"


class PageCache:
    """A folder of pages, for its owner alone."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self.num_hits = self.num_misses = 0

    def frame(self, sha256: str, page: int, dpi: float, renderer: str) -> Frame | None:
        """The pixels of a page, or nothing."""
        content = self._read(self._path(sha256, f"{page}-{dpi:g}-{renderer}.png"))
        if content is None:
            return None
        try:
            return decode_png(content)
        except ImageError:
            return None

    def keep_frame(self, sha256: str, page: int, dpi: float, renderer: str, frame: Frame) -> None:
        """Keep the pixels of a page."""
        self._write(self._path(sha256, f"{page}-{dpi:g}-{renderer}.png"), encode_png(frame))

    def text(self, sha256: str, page: int, reader: str) -> PageText | None:
        """What was read on a page, or nothing."""
        content = self._read(self._path(sha256, f"{page}-{reader}.json"))
        if content is None:
            return None
        try:
            return PageText.model_validate_json(content)
        except ValidationError:
            return None

    def keep_text(self, sha256: str, page: int, reader: str, text: PageText) -> None:
        """Keep what was read on a page."""
        self._write(self._path(sha256, f"{page}-{reader}.json"), text.model_dump_json(exclude_defaults=True).encode())

    def trim(self) -> None:
        """Remove what was read longest ago until the rest fits."""
        found = []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    found.append((path.stat().st_mtime, path.stat().st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.max_bytes:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    def _path(self, sha256: str, name: str) -> Path:
        return self.folder / sha256[:2] / sha256 / name

    def _read(self, path: Path) -> bytes | None:
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            self.num_misses += 1
            return None
        self.num_hits += 1
        return content

    def _write(self, path: Path, content: bytes) -> None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(path, content, private=True)
