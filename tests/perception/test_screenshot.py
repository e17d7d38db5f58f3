import io

import numpy as np
import pytest
from PIL import Image

from perception.errors import ImageError
from perception.geometry import Box, Size
from perception.observation import Frame
from perception.screenshot import decode_png, difference, encode_png


def noise(width: int = 40, height: int = 30) -> Frame:
    return Frame(pixels=np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def file_of(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def test_a_frame_comes_back_exactly():
    frame = noise()
    back = decode_png(encode_png(frame), time=1.5)
    assert back.digest == frame.digest
    assert back.size == Size(width=40, height=30)
    assert back.time == 1.5


def test_every_mode_becomes_rgb():
    clear = decode_png(file_of(Image.new("RGBA", (2, 2), (255, 0, 0, 0))))
    assert clear.pixels.tolist() == [[[255, 255, 255]] * 2] * 2
    grey = decode_png(file_of(Image.new("L", (2, 2), 7)))
    assert grey.pixels.tolist() == [[[7, 7, 7]] * 2] * 2
    assert decode_png(file_of(Image.new("RGB", (2, 3)), "JPEG")).size == Size(width=2, height=3)


@pytest.mark.parametrize("data", [b"", b"no picture", encode_png(noise())[:60], file_of(Image.new("L", (9, 9)), "GIF")])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ImageError, match="can't be read"):
        decode_png(data)


def test_a_picture_that_is_too_large_is_refused():
    with pytest.raises(ImageError):
        decode_png(file_of(Image.new("1", (20_000, 10_000))))


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_what_is_no_frame_is_refused(shape):
    with pytest.raises(ImageError, match="uint8"):
        encode_png(Frame(pixels=np.zeros(shape, np.uint8)))
    with pytest.raises(ImageError, match="float64"):
        encode_png(Frame(pixels=np.zeros((4, 4, 3))))


def test_what_differs():
    before = noise()
    assert difference(before, before) == (0.0, None)
    pixels = before.pixels.copy()
    pixels[5:7, 10:20] ^= 1
    changed = difference(before, Frame(pixels=pixels))
    assert changed.share == pytest.approx(20 / 1200)
    assert changed.box == Box(left=10, top=5, right=20, bottom=7)
    assert difference(before, noise(50, 30)) == (1.0, Box(left=0, top=0, right=50, bottom=30))
