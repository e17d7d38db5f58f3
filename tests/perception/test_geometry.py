import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from perception.geometry import Box, Grid, Pixels, Point, Size, marks_of

tops = st.sampled_from([1000, 999])


@given(top=tops, width=st.integers(1, 999), height=st.integers(1, 999), data=st.data())
def test_a_frame_within_the_grid_comes_back_exactly(top, width, height, data):
    size, grid = Size(width=width, height=height), Grid(top=top)
    point = Point(x=data.draw(st.integers(0, width - 1)), y=data.draw(st.integers(0, height - 1)))
    assert grid.to_pixel(*grid.to_grid(point, size), size) == point


@given(top=tops, width=st.integers(1, 20_000), x=st.integers(0, 1000))
def test_a_grid_point_comes_back_within_a_cell(top, width, x):
    size = Size(width=width, height=1)
    pixel = Grid(top=top).to_pixel(x, 0, size)
    assert size.contains(pixel)
    back, _ = Grid(top=top).to_grid(pixel, size)
    assert abs(back - min(x, top)) <= 0.5 + top / width / 2 + 1


@given(x=st.floats(allow_nan=False), y=st.floats(allow_nan=False), top=tops)
def test_no_value_leaves_the_screen(x, y, top):
    size = Size(width=1280, height=800)
    assert size.contains(Grid(top=top).to_pixel(x, y, size))


def test_the_corners():
    size, grid = Size(width=1280, height=800), Grid()
    assert grid.to_pixel(0, 0, size) == Point(x=0, y=0)
    assert grid.to_pixel(1000, 1000, size) == Point(x=1279, y=799)
    assert Grid(top=999).to_pixel(999, 999, size) == Point(x=1279, y=799)
    assert grid.to_grid(Point(x=5000, y=-3), size) == (1000, 0)


def test_boxes():
    box = Box(left=10, top=20, right=30, bottom=40)
    assert box.center == Point(x=20, y=30)
    assert box.contains(Point(x=10, y=20))
    assert not box.contains(Point(x=30, y=20))
    assert box.iou(box) == 1.0
    assert box.iou(Box(left=30, top=20, right=50, bottom=40)) == 0.0
    assert box.iou(Box(left=20, top=20, right=40, bottom=40)) == pytest.approx(1 / 3)
    assert Box(left=5, top=0, right=1, bottom=9).area == 0.0


def test_a_size_has_pixels():
    with pytest.raises(ValidationError):
        Size(width=0, height=10)
    assert str(Size(width=3, height=4)) == "3x4"


def test_without_a_grid_coordinates_are_pixels_of_the_frame():
    size, pixels = Size(width=1280, height=800), marks_of(None)
    assert isinstance(pixels, Pixels)
    assert marks_of(999) == Grid(top=999)
    assert pixels.to_pixel(983.7, 324, size) == Point(x=983, y=324)
    assert pixels.to_pixel(1280, -3, size) == Point(x=1279, y=0)
    assert pixels.to_grid(Point(x=983, y=324), size) == (983, 324)
    box = pixels.to_box((60, 80, 20, 80), size)
    assert box == Box(left=20, top=80, right=60, bottom=81)
    assert pixels.to_corners(box, size) == (20, 80, 60, 81)
    assert pixels.to_box((-5, 0, 9000, 10), size) == Box(left=0, top=0, right=1280, bottom=10)
