"""Marks are drawn where they belong, on a frame that keeps its size, and nothing off the frame or odd breaks
it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.geometry import Box, Point
from perception.observation import Frame
from perception.overlay import INK, BoxMark, LabelMark, Mark, PathMark, PointMark, draw

GREY = 128


def _frame(width: int = 320, height: int = 240) -> Frame:
    return Frame(pixels=np.full((height, width, 3), GREY, dtype=np.uint8), time=2.5)


def _changed(before: Frame, after: Frame) -> Box:
    """The smallest box around the pixels that differ."""
    rows, columns = np.nonzero((before.pixels != after.pixels).any(axis=2))
    return Box(left=columns.min(), top=rows.min(), right=columns.max() + 1, bottom=rows.max() + 1)


def test_nothing_to_draw_gives_the_same_frame() -> None:
    frame = _frame()
    assert draw(frame, ()) is frame


def test_a_point_is_inked_at_its_pixel_and_the_frame_given_is_left_alone() -> None:
    frame = _frame()
    drawn = draw(frame, (PointMark(at=Point(x=100, y=60)),))
    assert tuple(drawn.pixels[60, 100]) == INK
    assert drawn.size == frame.size
    assert drawn.time == frame.time
    assert (frame.pixels == GREY).all()
    assert _changed(frame, drawn).center == Point(x=100, y=60)


def test_each_click_adds_a_ring() -> None:
    frame = _frame()
    areas = [_changed(frame, draw(frame, (PointMark(at=Point(x=100, y=60), rings=rings),))).area for rings in range(4)]
    assert areas == sorted(areas)
    assert len(set(areas)) == 4


def test_a_path_reaches_from_its_start_to_its_end() -> None:
    frame = _frame()
    drawn = draw(frame, (PathMark(points=(Point(x=20, y=30), Point(x=200, y=180))),))
    around = _changed(frame, drawn)
    assert around.contains(Point(x=20, y=30))
    assert around.contains(Point(x=200, y=180))
    assert tuple(drawn.pixels[105, 110]) == INK


def test_a_box_is_an_outline() -> None:
    frame = _frame()
    drawn = draw(frame, (BoxMark(box=Box(left=40, top=40, right=120, bottom=90)),))
    assert (drawn.pixels[60:70, 60:100] == GREY).all()
    assert (drawn.pixels[65, 40] != GREY).any()


def test_a_label_near_the_edge_stays_on_the_frame() -> None:
    frame = _frame()
    drawn = draw(frame, (LabelMark(at=Point(x=318, y=238), text="Ada Lovelace"),))
    around = _changed(frame, drawn)
    assert around.right - around.left > 40
    assert around.bottom <= 240


@pytest.mark.parametrize("text", ["", "   ", "\x1b[31m\n", "名前 😀", "x" * 500])
def test_any_text_can_be_a_label(text: str) -> None:
    assert draw(_frame(), (LabelMark(at=Point(x=5, y=5), text=text),)).size == _frame().size


far = st.integers(-5000, 5000)
points = st.builds(Point, x=far, y=far)
marks = st.one_of(
    st.builds(PointMark, at=points, rings=st.integers(0, 3)),
    st.builds(BoxMark, box=st.builds(Box, left=far, top=far, right=far, bottom=far)),
    st.builds(PathMark, points=st.tuples(points, points)),
    st.builds(LabelMark, at=points, text=st.text(max_size=20)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(marks, max_size=3), st.integers(1, 60), st.integers(1, 60))
def test_marks_anywhere_never_break_the_frame(drawn: list[Mark], width: int, height: int) -> None:
    frame = _frame(width, height)
    result = draw(frame, tuple(drawn))
    assert result.size == frame.size
    assert result.pixels.dtype == np.uint8
