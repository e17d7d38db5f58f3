"""Pictures as files and as frames, and what differs between two frames."""

import io
import struct
import warnings
import zlib
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from perception.errors import ImageError
from perception.geometry import Box
from perception.observation import Frame

MAX_PIXELS = 100_000_000
"""The most pixels that a picture may have (an 8K screen has 33 million)."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP, _RGB = 2, 2
"""Of PNG: the filter "up", the colour type "truecolour"."""

_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What PIL raises over a file that it can't read."""


class Difference(NamedTuple):
    """What differs between two frames."""

    share: float
    """Part of the pixels that differ in any channel, 0 to 1."""

    box: Box | None
    """The smallest box around all that differs; None when nothing does."""


def decode_png(data: bytes, *, time: float = 0.0) -> Frame:
    """The frame that a picture file holds, as RGB; transparency is put on white.

    Reads PNG, and JPEG and WebP as well. Raises ImageError when the bytes are no such picture or it is too
    large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ImageError(f"The picture has {image.width}x{image.height} pixels, which is too large.")
                return Frame(pixels=_rgb(image), time=time)
    except UnidentifiedImageError as error:
        raise ImageError("The picture can't be read: it is no PNG, JPEG or WebP file.") from error
    except _UNREADABLE as error:
        raise ImageError(f"The picture can't be read: {error}.") from error


def encode_png(frame: Frame) -> bytes:
    """The frame as a PNG file, without loss.

    Written here, since a library's choice of filters for each row takes four times as long and screens gain nothing by
    it: every row is the difference to the one above. 12 to 16 ms at 1920x1080 (PNG specification, sections 5 and 9).

    Raises ImageError when the frame's pixels are not uint8 [height, width, 3] with at least one pixel.
    """
    pixels = frame.pixels
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ImageError(f"A frame is uint8 [height, width, 3], not {pixels.dtype} {list(pixels.shape)}.")
    height, width = pixels.shape[:2]
    rows, flat = np.empty((height, 1 + 3 * width), np.uint8), pixels.reshape(height, -1)
    rows[:, 0], rows[0, 1:] = _UP, flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, _RGB, 0, 0, 0)
    # Level 1 is several times faster than the default and screens stay within a tenth of its size.
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.data, 1)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def difference(before: Frame, after: Frame) -> Difference:
    """What differs between two frames. Frames of different sizes differ everywhere (the box is that of
    `after`).
    """
    if before.pixels.shape != after.pixels.shape:
        height, width = after.pixels.shape[:2]
        return Difference(1.0, Box(left=0, top=0, right=width, bottom=height))
    changed = (before.pixels != after.pixels).any(axis=2)
    count = int(np.count_nonzero(changed))
    if count == 0:
        return Difference(0.0, None)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    box = Box(left=int(columns[0]), top=int(rows[0]), right=int(columns[-1]) + 1, bottom=int(rows[-1]) + 1)
    return Difference(count / changed.size, box)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rgb(image: Image.Image) -> np.ndarray:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return np.array(Image.alpha_composite(paper, rgba).convert("RGB"))
    return np.array(image.convert("RGB"))
