"""Curves say in words what they draw, keep what stands out, and are drawn of numbers alone."""

import re

from tests.ui.console.learned import EVIL, sft_lines
from ui.console.curves import curves_html, readings, thinned


def test_a_curve_for_each_figure_that_was_read_twice() -> None:
    page = curves_html([*sft_lines([10, 20, 40]), {"step": 50, "success": 0.5}])
    assert re.findall(r"<figcaption><b>([^<]+)", page) == [
        "loss of replies",
        "tokens of replies right",
        "coordinates off by, of 1000",
    ]
    assert page.count('role="img"') == page.count("<polyline") == 3
    assert "loss of replies: from 2.418 at step 10 to 1.756 at step 40; between 1.756 and 2.418" in page


def test_without_two_lines_it_says_so() -> None:
    for lines in ([], sft_lines([10])):
        assert "once there are two lines" in curves_html(lines)


def test_what_is_no_number_is_not_drawn() -> None:
    lines = [{"step": step, "loss": value} for step, value in enumerate((1.0, None, EVIL, True, float("nan"), 2))]
    assert readings([*lines, {"loss": 3.0}, {"step": float("inf"), "loss": 1.0}], "loss") == [(0.0, 1.0), (5.0, 2.0)]
    assert EVIL not in curves_html(lines)


def test_points_lie_inside_of_the_picture_whatever_the_values() -> None:
    for values in ((1.0, 1.0), (-5.0, 5.0), (0.0, 0.0), (1e12, -1e12)):
        page = curves_html([{"step": 7, "loss": value} for value in values])
        (points,) = re.findall(r'points="([^"]+)"', page)
        for point in points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 340
            assert 0 <= y <= 170


def test_a_long_run_keeps_what_stands_out() -> None:
    points = [(float(step), 1.0) for step in range(20_000)]
    points[7777] = (7777.0, 99.0)
    points[12_345] = (12_345.0, -99.0)
    few = thinned(points)
    assert len(few) <= 400
    assert few == sorted(few)
    assert {points[0], points[7777], points[12_345], points[-1]} <= set(few)
    assert thinned(points[:50]) == points[:50]
