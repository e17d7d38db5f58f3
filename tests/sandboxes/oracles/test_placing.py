"""Points are put where geometry says, and within the drawing."""

from math import dist, isclose

import pytest

from sandboxes.oracles.placing import FAR, HEIGHT, MARGIN, NEAR, WIDTH, halving, square


def test_an_angle_is_halved_between_the_ends_of_its_sides() -> None:
    assert halving((0, 0), (40, 0), (0, 40)) == pytest.approx((20, 20))
    assert halving((0, 0), (80, 0), (0, 40)) == pytest.approx((80 / 3, 80 / 3))


def test_too_near_the_corner_the_point_goes_further_out() -> None:
    x, y = halving((50, 50), (10, 52), (90, 52))
    assert (x, y) == pytest.approx((50, 50 + NEAR))
    assert halving((6, 60), (5, 20), (5, 100)) == pytest.approx((5, 60), abs=2.01), "there is no room to go far"
    flat = halving((50, 12), (10, 12), (90, 12))
    assert flat == pytest.approx((50, 12 + FAR))


@pytest.mark.parametrize(("corner", "end"), [((70, 60), (20, 60)), ((70, 60), (100, 90)), ((5, 10), (60, 70))])
def test_a_point_is_square_to_the_line_and_within_the_drawing(corner, end) -> None:
    x, y = square(corner, end)
    along = (x - corner[0]) * (end[0] - corner[0]) + (y - corner[1]) * (end[1] - corner[1])
    assert isclose(along, 0, abs_tol=1e-6)
    assert 0 < dist((x, y), corner) <= FAR + 1e-6
    assert MARGIN <= x <= WIDTH
    assert MARGIN <= y <= HEIGHT
