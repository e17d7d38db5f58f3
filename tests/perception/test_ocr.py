"""Pixels to words, also on a page that lies on its side, and what is read of a page that is part text, part picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from perception.document.cache import PageCache
from perception.document.document import Document
from perception.document.limits import Limits
from perception.document.reading import is_usable, needs_pixels, read_page
from perception.errors import DocumentTimeout
from perception.observation import Frame
from perception.ocr import Recognizer
from tests.perception.document.papers import line, pdf_bytes, picture

LINES = ["Rechnung Nr. RE-2024-00317", "Größe und Maß: 1.037,45 EUR"]


@pytest.fixture(scope="module")
def recognizer() -> Iterator[Recognizer]:
    reader = Recognizer()
    yield reader
    reader.close()


def frame_of(path: Path, turns: int = 0) -> Frame:
    return Frame(pixels=np.ascontiguousarray(np.rot90(np.asarray(Image.open(path).convert("RGB")), turns)))


def test_words_are_read_where_they_are(tmp_path: Path, recognizer: Recognizer) -> None:
    frame = frame_of(picture(tmp_path / "a.png", LINES))
    words = recognizer.words(frame)
    assert " ".join(word.text for word in words) == " ".join(LINES)
    assert {word.source for word in words} == {"ocr"}
    assert all(word.confidence is not None and word.confidence > 0.9 for word in words)
    for word in words:
        box = word.box
        inside = frame.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
        assert inside.min() < 128  # there is ink


@pytest.mark.parametrize("angle", [-2.0, 3.0])
def test_words_know_how_askew_their_line_is(tmp_path: Path, recognizer: Recognizer, angle: float) -> None:
    picture(tmp_path / "a.png", LINES)
    with Image.open(tmp_path / "a.png") as image:  # Pillow turns the other way round
        askew = image.convert("RGB").rotate(-angle, Image.Resampling.BICUBIC, fillcolor="white")
    frame = Frame(pixels=np.ascontiguousarray(np.asarray(askew)))
    words = recognizer.words(frame)
    assert "RE-2024-00317" in [word.text for word in words]
    for word in words:
        assert (word.angle + 180) % 360 - 180 == pytest.approx(angle, abs=0.7)
        box = word.box
        inside = frame.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
        assert inside.min() < 128
        assert box.bottom - box.top < 60  # of a word, and not of all its line


@pytest.mark.parametrize("turns", [1, 3])
def test_a_page_on_its_side_is_read(tmp_path: Path, recognizer: Recognizer, turns: int) -> None:
    upright = frame_of(picture(tmp_path / "a.png", LINES))
    frame = frame_of(tmp_path / "a.png", turns)
    words = recognizer.words(frame)
    assert "RE-2024-00317" in [word.text for word in words]
    assert upright.size.width == frame.size.height
    box = next(word.box for word in words if word.text == "RE-2024-00317")
    assert frame.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].min() < 128


def test_an_empty_picture_has_no_words(recognizer: Recognizer) -> None:
    assert recognizer.words(Frame(pixels=np.full((80, 200, 3), 255, np.uint8))) == ()


def test_a_scan_is_read_once(tmp_path: Path, recognizer: Recognizer) -> None:
    path = picture(tmp_path / "scan.pdf", LINES)
    cache = PageCache(tmp_path / "cache")
    with Document(path, cache=cache) as document:
        assert not is_usable(document.text(1))
        first = read_page(document, 1, recognizer)
        assert "1.037,45" in [word.text for word in first.words]
        assert all(0 <= word.box.left < word.box.right <= first.width for word in first.words)
    with Document(path, cache=cache) as document:
        assert read_page(document, 1, Recognizer(Limits(ocr_seconds=0.001))) == first  # which could read nothing


def test_a_page_with_text_is_not_read_from_pixels(tmp_path: Path) -> None:
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf_bytes([line(100, 700, "digital words")]))
    with Document(path) as document:
        assert not needs_pixels(document.text(1))
        assert [word.source for word in read_page(document, 1, Recognizer()).words] == ["text", "text"]


def test_reading_that_takes_too_long_is_ended() -> None:
    recognizer = Recognizer(Limits(ocr_seconds=0.01))
    try:
        with pytest.raises(DocumentTimeout):
            recognizer.words(Frame(pixels=np.full((800, 800, 3), 255, np.uint8)))
    finally:
        recognizer.close()


def test_a_line_and_a_page_are_read_in_turn(tmp_path: Path, recognizer: Recognizer) -> None:
    frame = frame_of(picture(tmp_path / "a.png", LINES))
    before = recognizer.words(frame)
    first = before[0].box
    crop = Frame(pixels=frame.pixels[int(first.top) - 4 : int(first.bottom) + 4])
    assert recognizer.line(crop).text.replace(" ", "") == LINES[0].replace(" ", "")
    assert recognizer.words(frame) == before
