"""Pages as frames and words: sizes, rotations, passwords, forms, caches, and files that are none."""

from __future__ import annotations

import gc
import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from perception.document.cache import PageCache
from perception.document.document import Document
from perception.document.limits import Limits
from perception.document.page import on_frame
from perception.errors import DocumentInvalid, DocumentLocked, DocumentTooLarge
from tests.perception.document.papers import assembled, line, pdf_bytes, picture


def written(folder: Path, content: bytes, name: str = "paper.pdf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_frames_and_words_of_a_page(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([line(100, 700, "Invoice"), line(50, 50, "second page", bold=True)]))
    with Document(path) as document:
        assert document.num_pages == 2
        assert str(document.frame(1, 72).size) == "595x842"
        assert str(document.frame(2, 144).size) == "1190x1684"
        (word,) = document.text(1).words
        assert (word.text, word.source, word.bold, word.confidence) == ("Invoice", "text", False, None)
        assert 99 < word.box.left < 101
        assert 842 - 712 < word.box.top < 842 - 700 < word.box.bottom
        assert [word.text for word in document.text(2).words if word.bold] == ["second", "page"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_lie_where_the_ink_is_whatever_the_rotation(tmp_path: Path, rotate: int) -> None:
    path = written(tmp_path, pdf_bytes([line(100, 700, "Invoice", size=20)], rotate=rotate))
    with Document(path) as document:
        frame, text = document.frame(1), document.text(1)
    rows, columns = np.nonzero(frame.pixels.min(axis=2) < 128)
    box = on_frame(text.words[0].box, text, frame.size)
    assert box.left - 2 <= columns.min() <= columns.max() <= box.right + 2
    assert box.top - 2 <= rows.min() <= rows.max() <= box.bottom + 2
    assert (text.width, text.height) == ((595, 842) if rotate % 180 == 0 else (842, 595))


def test_a_frame_keeps_its_pixels_while_others_are_drawn(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([line(100, 700 - 20 * n, f"page {n}", size=30) for n in range(6)]))
    with Document(path) as document:
        frames = [document.frame(page) for page in range(1, 7)]
        before = [frame.pixels.copy() for frame in frames]
        again = [document.frame(page).digest for page in range(1, 7)]
        assert all(np.array_equal(frame.pixels, copy) for frame, copy in zip(frames, before, strict=True))
        assert again == [frame.digest for frame in frames]
        assert len(set(again)) == 6
    assert np.array_equal(frames[0].pixels, before[0])  # also once the document is closed


@pytest.mark.slow
def test_memory_of_frames_is_used_again(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([line(100, 700, "x")] * 3))
    with Document(path) as document:
        for _ in range(20):
            document.frame(1)
            gc.collect()
        assert document._pool._num_made <= 2


def test_a_page_beyond_the_pixels_allowed_comes_smaller(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([line(10, 10, "wide")], size=(14400, 7200)))
    with Document(path, limits=Limits(max_pixels=1_000_000)) as document:
        size = document.frame(1).size
    assert 900_000 < size.width * size.height <= 1_000_000
    assert abs(size.width / size.height - 2) < 0.01


def test_a_locked_file_wants_its_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(io.BytesIO(pdf_bytes([line(100, 700, "secret")]))) as file:
        file.save(path, encryption=pikepdf.Encryption(user="open", owner="own", R=6))
    with pytest.raises(DocumentLocked, match=r"locked\.pdf: it is encrypted$"):
        Document(path)
    with pytest.raises(DocumentLocked, match="wrong"):
        Document(path, password="shut")
    with Document(path, password="open") as document:
        assert document.text(1).words[0].text == "secret"


def test_a_damaged_file_is_repaired(tmp_path: Path) -> None:
    content = pdf_bytes([line(100, 700, "still here")])
    path = written(tmp_path, content[: content.index(b"xref")] + b"nothing more")
    with Document(path) as document:
        assert [word.text for word in document.text(1).words] == ["still", "here"]


def test_what_is_filled_into_a_form_is_read(tmp_path: Path) -> None:
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /DA (/Helv 10 Tf) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Lovelace) /Rect [50 100 200 120] /F 4 >>",
    ]
    with Document(written(tmp_path, assembled(bodies))) as document:
        words = document.text(1).words
    assert [(word.text, word.source) for word in words] == [("Ada", "form"), ("Lovelace", "form")]
    assert words[0].box.left == 50
    assert (words[1].box.top, words[1].box.bottom) == (80, 100)


def test_pictures_are_documents_too(tmp_path: Path) -> None:
    path = picture(tmp_path / "photo.png", ["Total 12.50"])
    tiff = tmp_path / "two.tiff"
    Image.new("L", (40, 30), 200).save(tiff, save_all=True, append_images=[Image.new("1", (50, 20), 1)])
    with Document(path) as document:
        assert np.array_equal(document.frame(1).pixels, np.asarray(Image.open(path)))
        assert document.text(1).words == ()
    with Document(tiff) as document:
        assert [str(document.frame(page).size) for page in (1, 2)] == ["40x30", "50x20"]


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"%PDF" + bytes(5000), b""])
def test_what_is_no_document_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DocumentInvalid, match=r"odd\.bin"):
        Document(written(tmp_path, content, "odd.bin"))


def test_limits_on_pages_bytes_and_pixels_of_a_picture(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([""] * 4))
    with pytest.raises(DocumentTooLarge, match="4 pages"):
        Document(path, limits=Limits(max_pages=3))
    with pytest.raises(DocumentTooLarge, match="bytes"):
        Document(path, limits=Limits(max_bytes=10))
    photo = picture(tmp_path / "photo.png", [])
    with Document(photo, limits=Limits(max_pixels=1000)) as document, pytest.raises(DocumentTooLarge, match="page 1"):
        document.frame(1)


def test_there_is_no_page_0(tmp_path: Path) -> None:
    with Document(written(tmp_path, pdf_bytes([""]))) as document:
        for page in (0, 2):
            with pytest.raises(ValueError, match="pages 1 to 1"):
                document.frame(page)


def test_pages_that_were_read_are_not_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, pdf_bytes([line(100, 700, "kept")]))
    cache = PageCache(tmp_path / "cache")
    with Document(path, cache=cache) as document:
        first, text = document.frame(1), document.text(1)
    with Document(path, cache=cache) as document:
        assert (document.frame(1).digest, document.text(1)) == (first.digest, text)
        assert (cache.num_hits, cache.num_misses) == (2, 2)
        assert str(document.frame(1, 72).size) == "595x842"  # another resolution is another picture
    for kept in (tmp_path / "cache").rglob("*.*"):
        kept.write_bytes(b"damaged")
    with Document(path, cache=cache) as document:
        assert (document.frame(1).digest, document.text(1)) == (first.digest, text)
    cache.max_bytes = 0
    cache.trim()
    assert not [kept for kept in (tmp_path / "cache").rglob("*") if kept.is_file()]
