"""Where pixels of a picture are for the pointer, whatever the scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.geometry import Point, Size
from perception.screen import Calibration


@given(
    width=st.integers(1, 4000),
    height=st.integers(1, 4000),
    left=st.integers(-4000, 4000),
    scale=st.sampled_from([1, 2, 3]),
    data=st.data(),
)
def test_every_pixel_belongs_to_the_unit_that_it_lies_in(
    width: int, height: int, left: int, scale: int, data: st.DataObject
) -> None:
    size = Size(width=width * scale, height=height * scale)
    found = Calibration(left, -7, width, height, size)
    x, y = data.draw(st.integers(0, size.width - 1)), data.draw(st.integers(0, size.height - 1))
    assert found.unit(Point(x=x, y=y)) == (left + x // scale, -7 + y // scale)


@pytest.mark.parametrize(("pixels", "units"), [(2880, 1920), (1920, 1536), (1366, 1093)])
def test_an_uneven_scale_stays_on_the_monitor_and_in_order(pixels: int, units: int) -> None:
    found = Calibration(0, 0, units, units, Size(width=pixels, height=pixels))
    across = [found.unit(Point(x=x, y=0))[0] for x in range(pixels)]
    assert (across[0], across[-1]) == (0, units - 1)
    assert across == sorted(across)
    assert set(across) == set(range(units))
