"""Picture files as documents of one page, or of several (TIFF, GIF), in a worker process only. A pixel is a point."""

import ctypes
import io
import math
import warnings
from collections.abc import Callable
from mmap import mmap
from typing import Any

from PIL import Image, ImageOps

from perception.document.refusal import Refusal

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RuntimeError,
)


class PictureFile:
    """One open picture file; pages are counted from 0. Its resolution is its own, whatever dpi are asked for."""

    kind = "picture"

    def __init__(self, data: mmap | bytes, max_pages: int) -> None:
        """Raises Refusal for what is no picture of a known format."""
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None  # counted by `render`, with a limit that the caller chose
        try:
            self._image = Image.open(io.BytesIO(bytes(data)), formats=FORMATS)
            self.num_pages = self._count(max_pages)
        except _UNREADABLE as error:
            raise Refusal("invalid", "it is no PDF and no picture that can be read") from error

    def close(self) -> None:
        """Let the file go."""
        self._image.close()

    def render(self, number: int, dpi: float, max_pixels: int, target: Callable[[int, int], Any]) -> tuple[int, int]:
        """The picture on white as RGB into the buffer that `target(width, height)` gives; returns width and height.

        Raises Refusal for one of more than `max_pixels`, and for one that is damaged.
        """
        try:
            self._image.seek(number)
            if self._image.width * self._image.height > max_pixels:
                raise Refusal("large", f"{self._image.width}x{self._image.height} pixels are more than {max_pixels}")
            seen = _rgb(ImageOps.exif_transpose(self._image))
        except _UNREADABLE as error:
            raise Refusal("invalid", f"the picture is damaged ({error})") from error
        buffer = target(*seen.size)
        pixels = seen.tobytes()
        ctypes.memmove(buffer, pixels, len(pixels))
        return seen.size

    def text(self, number: int, max_words: int) -> dict[str, Any]:
        """The page's size; a picture has no text layer."""
        try:
            self._image.seek(number)
            width, height = self._image.size
            if self._image.getexif().get(0x0112, 1) in (5, 6, 7, 8):  # lying on its side
                width, height = height, width
        except _UNREADABLE as error:
            raise Refusal("invalid", f"the picture is damaged ({error})") from error
        whole = [0.0, 0.0, float(width), float(height)]
        return {"width": width, "height": height, "words": [], "rulings": [], "pictures": [whole], "truncated": False}

    def _count(self, max_pages: int) -> int:
        """Pages, counted no further than one too many: a file can claim any number."""
        if self._image.format not in ("TIFF", "GIF"):
            return 1
        if self._image.format == "GIF":
            return 1  # the first picture of an animation stands for it
        count = 0
        try:
            while count <= max_pages:
                self._image.seek(count)
                count += 1
        except EOFError:
            pass
        self._image.seek(0)
        return max(1, count)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        low, high = image.convert("F").getextrema()
        spread = (high - low) or 1.0  # type: ignore[operator]
        if not math.isfinite(spread):
            raise ValueError("its values are not finite")
        image = image.convert("F").point(lambda value: value * (255 / spread) - low * 255 / spread).convert("L")  # type: ignore[operator]
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")
