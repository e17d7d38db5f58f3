"""Where columns run."""

from __future__ import annotations

from perception.document.tracks import columns_of, nearest, tracks


def test_columns_are_the_strips_that_most_lines_leave_white() -> None:
    lines = [[(0, 40), (60, 80)], [(0, 20), (55, 80)], [(0, 45), (62, 80)], [(0, 30), (58, 80)]]
    assert tracks(lines) == [(0, 45), (55, 80)]
    assert tracks([*lines, [(10, 70)]]) == [(0, 45), (55, 80)], "one line over both parts nothing"
    assert tracks([]) == []


def test_a_column_that_hardly_any_line_fills_is_one() -> None:
    lines = [[(0, 40), (90, 99)] for _ in range(12)]
    lines[5] = [(0, 40), (60, 70), (90, 99)]
    assert tracks(lines) == [(0, 40), (60, 70), (90, 99)]


def test_a_head_beside_its_column_belongs_to_it() -> None:
    lines = [[(0, 30), (55, 70)], *([(0, 40), (85, 99)] for _ in range(6))]
    assert tracks(lines) == [(0, 40), (55, 99)]


def test_what_stands_over_several_columns() -> None:
    columns = [(0.0, 40.0), (55.0, 99.0)]
    assert columns_of((10, 90), columns) == [0, 1]
    assert columns_of((10, 57), columns) == [0]
    assert columns_of((42, 50), columns) == []
    assert nearest((50, 54), columns) == 1
