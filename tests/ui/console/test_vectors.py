"""Marks over a picture: every kind is there, in the picture's pixels, and text is text."""

from xml.etree import ElementTree

import pytest

from perception.geometry import Box, Point, Size
from perception.overlay import BoxMark, LabelMark, Mark, PathMark, PointMark
from ui.console.vectors import vectors

SIZE = Size(width=640, height=360)
AT = Point(x=100, y=50)


@pytest.mark.parametrize(
    ("mark", "tags"),
    [
        (PointMark(at=AT, rings=0), ["circle"] * 2),
        (PointMark(at=AT, rings=2), ["circle"] * 6),
        (BoxMark(box=Box(left=1, top=2, right=30, bottom=40)), ["rect"] * 2),
        (BoxMark(box=Box(left=1, top=2, right=1, bottom=40)), []),
        (PathMark(points=(AT, Point(x=300, y=50))), ["path"] * 2),
        (LabelMark(at=AT, text="right"), []),
    ],
)
def test_each_mark_is_drawn_with_a_light_line_under_it(mark: Mark, tags: list[str]) -> None:
    drawn = ElementTree.fromstring(f"<div>{vectors((mark,), SIZE)}</div>")
    picture = drawn.find("svg")
    assert picture is not None
    assert picture.get("viewBox") == "0 0 640 360"
    assert [part.tag for part in picture] == tags
    assert sum("halo" in (part.get("class") or "") for part in picture) == len(tags) // 2


def test_words_are_text_and_stay_on_the_picture() -> None:
    evil = LabelMark(at=Point(x=630, y=350), text="<img src=x>\n&")
    shown = vectors((evil,), SIZE)
    assert "&lt;img src=x&gt; &amp;" in shown
    assert "<img" not in shown
    assert "right: 1.6%; bottom: 2.8%" in shown
    assert "left: 15.6%; top: 13.9%" in vectors((LabelMark(at=AT, text="here"),), SIZE)
    assert "<span" not in vectors((LabelMark(at=AT, text=" \n "),), SIZE)


def test_an_arrow_ends_where_the_path_ends() -> None:
    shown = vectors((PathMark(points=(AT, Point(x=300, y=50))),), SIZE)
    assert 'd="M100.5 50.5L300.5 50.5M292.7 46.0L300.5 50.5L292.7 55.0"' in shown


def test_nothing_is_drawn_without_marks() -> None:
    assert vectors((), SIZE) == ""
