"""What a browser says of a picture is believed only where a page of ours could have said it."""

from typing import Any

import pytest

from perception.geometry import Point, Size
from tests.ui.sample_run import form
from ui.console.picture import MOST_WHEEL, Pointed, picture_html, pointed

SIZE = Size(width=320, height=200)


def test_a_click_and_a_turn_of_the_wheel() -> None:
    assert pointed({"of": "7", "x": 0, "y": 199}, SIZE) == Pointed("7", Point(x=0, y=199))
    assert pointed({"of": "7", "x": 1, "y": 2, "pixels": -120}, SIZE) == Pointed("7", Point(x=1, y=2), -120)
    far = pointed({"of": "7", "x": 1, "y": 2, "pixels": 10**12}, SIZE)
    assert far is not None
    assert far.pixels == MOST_WHEEL


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        {"of": "7", "x": 1},
        {"of": 7, "x": 1, "y": 1},
        {"of": "7", "x": "1", "y": 1},
        {"of": "7", "x": True, "y": 1},
        {"of": "7", "x": 1.5, "y": 1},
        {"of": "7", "x": 320, "y": 1},
        {"of": "7", "x": -1, "y": 1},
        {"of": "7", "x": 1, "y": 1, "pixels": "9"},
    ],
)
def test_anything_else_is_nothing(data: Any) -> None:
    assert pointed(data, SIZE) is None


def test_names_and_labels_are_escaped() -> None:
    shown = picture_html(form(), of='"><script>', label='"><b>')
    assert "<script>" not in shown
    assert "<b>" not in shown
