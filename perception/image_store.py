"""Images on disk, named by the digest of their pixels: the same picture is stored once, however often it is seen.

A file appears under its name only when it is whole: it is written beside it, synced, and renamed.
"""

from collections import OrderedDict
from pathlib import Path

from perception.errors import ImageError
from perception.files import replace_file
from perception.observation import Frame, ImageRef
from perception.screenshot import decode_png, encode_png


class ImageStore:
    """PNG files in one folder, which is made when the first image is put into it.

    The frames that were put last, `num_kept` of them, are also kept in memory, and are not read again.
    """

    def __init__(self, folder: Path, *, num_kept: int = 0) -> None:
        self.folder = folder
        self._kept: OrderedDict[str, Frame] = OrderedDict()
        self._num_kept = num_kept

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
        self._keep(ref.digest, frame)
        return ref

    def get(self, ref: ImageRef) -> Frame:
        """Read a frame back, pixel for pixel.

        Raises ImageError when it is missing, is not an image, or is not the image of that digest.
        """
        if ref.digest in self._kept:
            return self._kept[ref.digest]
        path = self.path(ref.digest)
        try:
            frame = decode_png(path.read_bytes())
        except OSError as error:
            raise ImageError(f"the image {path} can't be read: {error.strerror}") from error
        except ImageError as error:
            raise ImageError(f"the image {path} can't be read: {error}") from error
        if frame.digest != ref.digest:
            raise ImageError(f"the image {path} is not what was stored: its pixels have another digest")
        return frame

    def _keep(self, digest: str, frame: Frame) -> None:
        self._kept[digest] = frame
        self._kept.move_to_end(digest)
        while len(self._kept) > self._num_kept:
            self._kept.popitem(last=False)

    def _write(self, frame: Frame, path: Path) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, encode_png(frame))
        except OSError as error:
            raise ImageError(f"the image {path} can't be written: {error.strerror}") from error
