import numpy as np

from perception.recording.change import Area, changed_areas, changed_tiles, is_caret
from tests.perception.recording.films import luma, page, with_box

PAGE = luma(page())


def noisy(picture: np.ndarray, levels: int = 8) -> np.ndarray:
    noise = np.random.default_rng(1).integers(-levels, levels + 1, picture.shape)
    return np.clip(picture.astype(int) + noise, 0, 255).astype(np.uint8)


def test_nothing_changed():
    assert changed_areas(PAGE, PAGE) == []


def test_what_a_codec_adds_is_no_change():
    assert not changed_tiles(PAGE, noisy(PAGE)).any()


def test_one_letter_shows_tightly():
    assert changed_areas(PAGE, luma(with_box(page(), 200, 33, 6, 9))) == [Area(200, 33, 206, 42)]


def test_a_row_that_is_laid_over_in_a_pale_colour_shows():
    (area,) = changed_areas(PAGE, luma(with_box(page(), 0, 32, 320, 16, level=238)))
    assert area == Area(0, 32, 320, 48)


def test_a_pale_row_behind_a_caret_is_no_caret():
    (area,) = changed_areas(PAGE, luma(with_box(with_box(page(), 40, 30, 200, 20, level=235), 50, 32, 1, 16)))
    assert area.width > 150
    assert not is_caret(area)


def test_places_that_do_not_touch_are_told_apart():
    both = with_box(with_box(page(), 10, 10, 12, 12), 280, 200, 12, 12)
    assert changed_areas(PAGE, luma(both)) == [Area(10, 10, 22, 22), Area(280, 200, 292, 212)]


def test_the_last_tiles_are_not_whole_and_count():
    shape = (50, 37)
    before = np.full(shape, 200, np.uint8)
    after = before.copy()
    after[48:, 34:] = 0
    assert changed_areas(before, after) == [Area(34, 48, 37, 50)]


def test_a_caret_is_thin():
    (area,) = changed_areas(PAGE, luma(with_box(page(), 250, 30, 2, 18)))
    assert is_caret(area)
    (area,) = changed_areas(PAGE, luma(with_box(page(), 250, 30, 8, 18)))
    assert not is_caret(area)
