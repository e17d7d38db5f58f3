from itertools import pairwise

import numpy as np

from perception.recording.change import Area, changed_areas
from perception.recording.pointer import Tracker
from tests.perception.recording.films import ARROW, luma, page, with_arrow, with_box


def follow(pictures: list) -> tuple[Tracker, list[list[Area]]]:
    """A tracker that saw these, and what changed beside the pointer each time."""
    tracker, found = Tracker(), []
    for before, after in pairwise(pictures):
        one, other = luma(before), luma(after)
        found.append(tracker.without(one, other, changed_areas(one, other)))
    return tracker, found


def test_a_pointer_is_learned_from_its_move():
    tracker, changed = follow([with_arrow(page(), 30, 20), with_arrow(page(), 200, 30)])
    assert tracker.spot == (200, 30)
    assert changed == [[]]


def test_it_is_followed_over_writing():
    places = [(30, 20), (200, 30), (60, 100), (90, 130), (95, 131)]
    tracker, changed = follow([with_arrow(page(), *place) for place in places])
    assert tracker.spot == (95, 131)
    assert changed == [[], [], [], []]


def test_what_changes_elsewhere_meanwhile_is_told():
    shown = [with_arrow(page(), 30, 20), with_arrow(page(), 200, 30)]
    shown.append(with_arrow(with_box(page(), 250, 200, 20, 20), 100, 40))
    tracker, changed = follow(shown)
    assert tracker.spot == (100, 40)
    assert changed[-1] == [Area(250, 200, 270, 220)]


def test_what_changes_under_it_is_told():
    shown = [with_arrow(page(), 30, 20), with_arrow(page(), 250, 30)]
    shown.append(with_arrow(with_box(page(), 240, 20, 60, 40, level=120), 250, 30))
    tracker, changed = follow(shown)
    assert tracker.spot == (250, 30)
    assert changed[-1] == [Area(240, 20, 300, 60)]


def test_a_box_that_comes_is_no_pointer():
    tracker, changed = follow([page(), with_box(page(), 100, 20, 12, 12)])
    assert tracker.spot is None
    assert changed == [[Area(100, 20, 112, 32)]]


def test_it_stays_known_when_the_page_changes():
    shown = [with_arrow(page(), 30, 20), with_arrow(page(), 250, 30), with_arrow(page(seed=3) // 2, 250, 30)]
    tracker, changed = follow(shown)
    assert tracker.spot == (250, 30)
    assert changed[-1]


def dark(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """A dark page with white fields (left, top, width, height)."""
    shown = np.full_like(page(), 40)
    for box in boxes:
        shown = with_box(shown, *box, level=255)
    return shown


def outlined(pixels: np.ndarray, left: int, top: int) -> np.ndarray:
    """A copy with a black pointer that has a white edge, whose tip is at (left, top)."""
    edged = pixels.copy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            for row, column in ARROW:
                edged[top + row + down + 1, left + column + right + 1] = 255
    return with_arrow(edged, left + 1, top + 1)


FIELD = (150, 100, 150, 60)


def test_an_arrow_that_goes_from_a_dark_page_into_a_white_field_and_back_is_followed():
    back = dark(FIELD)
    places = [(20, 20), (90, 30), (200, 120), (60, 60), (230, 110)]
    tracker, changed = follow([outlined(back, *place) for place in places])
    assert tracker.spot is not None
    assert abs(tracker.spot.x - 230) <= 1
    assert abs(tracker.spot.y - 110) <= 1
    assert changed == [[], [], [], []]


def test_a_field_whose_edge_lights_up_around_it_does_not_take_it_away():
    back = dark(FIELD)
    lit = with_box(with_box(back, 146, 96, 158, 68, level=255), *FIELD, level=250)
    tracker, changed = follow([outlined(back, 20, 20), outlined(back, 200, 120), outlined(lit, 200, 120)])
    before = tracker.spot
    assert before is None or (abs(before.x - 200) <= 1 and abs(before.y - 120) <= 1)
    assert changed[-1]


def test_it_is_learned_while_a_caret_blinks():
    caret = with_box(page(), 30, 100, 2, 16, level=10)
    tracker, changed = follow([with_arrow(page(), 200, 20), with_arrow(caret, 120, 60)])
    assert tracker.spot == (120, 60)
    assert changed == [[Area(30, 103, 32, 116)]]


def test_what_stood_there_all_along_is_not_the_pointer():
    back = with_arrow(page(), 100, 100)  # a picture of an arrow on the page
    shown = [with_arrow(back, 20, 20), with_arrow(back, 200, 30), with_box(back, 96, 118, 20, 12, level=150)]
    tracker, _ = follow(shown)
    assert tracker.spot == (200, 30), "it is gone, and where it was last is what is known"
