import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.errors import ImageError
from perception.image_store import ImageStore
from perception.observation import Frame, ImageRef

ROOT = Path(__file__).resolve().parents[2]
sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


def frame(height: int = 20, width: int = 30, seed: int = 0) -> Frame:
    return Frame(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


@given(size=sizes, seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_a_frame_comes_back_pixel_for_pixel(tmp_path_factory, size, seed):
    store = ImageStore(tmp_path_factory.mktemp("images"))
    picture = frame(*size, seed=seed)
    assert np.array_equal(store.get(store.put(picture)).pixels, picture.pixels)


def test_the_same_picture_is_stored_once(tmp_path):
    store = ImageStore(tmp_path / "deep" / "images")
    first = store.put(frame())
    written = store.path(first.digest).stat().st_mtime_ns
    assert store.put(Frame(frame().pixels.copy(), time=9.0)) == first
    assert store.path(first.digest).stat().st_mtime_ns == written
    assert [path.name for path in store.folder.iterdir()] == [f"{first.digest}.png"]


def test_the_same_bytes_in_another_shape_are_another_picture(tmp_path):
    store = ImageStore(tmp_path)
    wide, tall = np.zeros((2, 8, 3), np.uint8), np.zeros((8, 2, 3), np.uint8)
    assert store.put(Frame(wide)).digest != store.put(Frame(tall)).digest


def test_a_missing_image_is_one_sentence(tmp_path):
    store = ImageStore(tmp_path)
    with pytest.raises(ImageError, match=r"absent\.png can't be read: No such file"):
        store.get(ImageRef(digest="absent", size=frame().size))


def test_a_file_that_is_no_image_or_another_image_is_refused(tmp_path):
    store = ImageStore(tmp_path)
    ref, other = store.put(frame()), store.put(frame(seed=1))
    store.path(other.digest).replace(store.path(ref.digest))
    with pytest.raises(ImageError, match="another digest"):
        store.get(ref)
    store.path(ref.digest).write_bytes(b"\x89PNG\r\n\x1a\n torn")
    with pytest.raises(ImageError, match="can't be read"):
        store.get(ref)


def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path):
    """A file size limit stands in for a full disk: the write breaks in the middle, as it does with ENOSPC."""
    code = f"""
import signal, resource, numpy as np
from pathlib import Path
from perception.errors import ImageError
from perception.image_store import ImageStore
from perception.observation import Frame
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, {resource.RLIM_INFINITY}))
noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), dtype=np.uint8)
try:
    ImageStore(Path({str(tmp_path)!r})).put(Frame(noise))
except ImageError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "can't be written: " in result.stdout
    assert "File too large" in result.stdout
    assert result.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_frames_that_were_put_last_are_not_read_again(tmp_path):
    store = ImageStore(tmp_path, num_kept=2)
    refs = [store.put(Frame(pixels=np.full((4, 4, 3), value, np.uint8))) for value in (1, 2, 3)]
    for path in tmp_path.iterdir():
        path.unlink()
    assert [store.get(ref).pixels[0, 0, 0] for ref in refs[1:]] == [2, 3]
    with pytest.raises(ImageError):
        store.get(refs[0])
