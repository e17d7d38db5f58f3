"""Images on disk, named by the digest of their pixels: the same picture is stored once, however often it is seen.

A file appears under its name only when it is whole: it is written beside it, synced, and renamed.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from PIL import Image, UnidentifiedImageError

from perception.errors import ImageError
from perception.observation import Frame, ImageRef

_COMPRESSION = 1
"""zlib level of the PNG files: screens are flat, so level 1 is near level 9 in bytes at a fraction of the time."""


class ImageStore:
    """PNG files in one folder, which is made when the first image is put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the image of that digest is, or would be."""
        return self.folder / f"{digest}.png"

    def put(self, frame: Frame) -> ImageRef:
        """Store a frame and return its name.

        Raises ImageError when it can't be written; no half file is left.
        """
        ref = ImageRef(digest=frame.digest, size=frame.size)
        if not self.path(ref.digest).exists():
            self._write(frame, self.path(ref.digest))
        return ref

    def get(self, ref: ImageRef) -> Frame:
        """Read a frame back, pixel for pixel.

        Raises ImageError when it is missing, is not an image, or is not the image of that digest.
        """
        path = self.path(ref.digest)
        try:
            with Image.open(path) as image:
                frame = Frame(np.asarray(image.convert("RGB")))
        except (OSError, UnidentifiedImageError, SyntaxError) as error:
            raise ImageError(f"the image {path} can't be read: {_cause(error)}") from error
        if frame.digest != ref.digest:
            raise ImageError(f"the image {path} is not what was stored: its pixels have another digest")
        return frame

    def _write(self, frame: Frame, path: Path) -> None:
        unfinished: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                unfinished = Path(file.name)
                Image.fromarray(frame.pixels).save(file, format="PNG", compress_level=_COMPRESSION)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
            _sync_folder(self.folder)
        except OSError as error:
            raise ImageError(f"the image {path} can't be written: {_cause(error)}") from error
        finally:
            if unfinished is not None:
                unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename last: the new name is in the folder, and the folder is what must reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cause(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
