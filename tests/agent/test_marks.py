"""Every action kind has its marks, and the pointer is followed from step to step."""

from pathlib import Path

import pytest

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from agent.marks import action_marks, pointer_after, step_marks
from agent.recorder import load
from perception.geometry import Point, Size
from perception.overlay import LabelMark, PathMark, PointMark
from tests.ui.sample_run import record_run

SIZE = Size(width=300, height=200)
AT, FROM = Point(x=30, y=40), Point(x=10, y=20)
MIDDLE = Point(x=150, y=100)


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        (LeftClick(at=AT), ["point"]),
        (DoubleClick(at=AT), ["point"]),
        (TripleClick(at=AT), ["point"]),
        (RightClick(at=AT), ["point", "label"]),
        (MiddleClick(at=AT), ["point", "label"]),
        (MouseMove(at=AT), ["point"]),
        (LeftClickDrag(start=FROM, end=AT), ["path", "point"]),
        (Scroll(at=AT, pixels=-100), ["path"]),
        (HScroll(at=AT, pixels=100), ["path"]),
        (Type(text="Ada"), ["label"]),
        (Key(keys=("ctrl", "a")), ["label"]),
        (Wait(seconds=1), []),
        (Terminate(status="success"), []),
        (Answer(text="4"), []),
        (None, []),
    ],
)
def test_every_kind_has_its_marks(action: Action | None, kinds: list[str]) -> None:
    assert [mark.kind for mark in action_marks(action, SIZE)] == kinds


def test_a_ring_for_each_click() -> None:
    clicks = (MouseMove(at=AT), LeftClick(at=AT), DoubleClick(at=AT), TripleClick(at=AT))
    rings = [mark.rings for click in clicks for mark in action_marks(click, SIZE) if isinstance(mark, PointMark)]
    assert rings == [0, 1, 2, 3]


def test_what_has_no_place_is_drawn_at_the_pointer_or_in_the_middle() -> None:
    assert action_marks(Type(text="Ada"), SIZE, AT) == (LabelMark(at=AT, text="Ada"),)
    assert action_marks(Type(text="Ada"), SIZE) == (LabelMark(at=MIDDLE, text="Ada"),)
    assert action_marks(LeftClickDrag(end=AT), SIZE, FROM)[0] == PathMark(points=(FROM, AT))


@pytest.mark.parametrize(("pixels", "direction"), [(100, -1), (-100, 1)])
def test_wheel_arrows_point_the_way_that_is_looked(pixels: int, direction: int) -> None:
    (down,) = action_marks(Scroll(at=MIDDLE, pixels=pixels), SIZE)
    (across,) = action_marks(HScroll(at=MIDDLE, pixels=pixels), SIZE)
    assert isinstance(down, PathMark)
    assert isinstance(across, PathMark)
    assert (down.points[1].y - MIDDLE.y) * direction > 0
    assert (across.points[1].x - MIDDLE.x) * direction > 0


def test_an_arrow_stays_on_the_frame() -> None:
    (mark,) = action_marks(Scroll(at=Point(x=0, y=0), pixels=10), SIZE)
    assert isinstance(mark, PathMark)
    assert all(SIZE.contains(point) for point in mark.points)


def test_long_text_is_cut() -> None:
    (mark,) = action_marks(Type(text="x" * 1000), SIZE)
    assert isinstance(mark, LabelMark)
    assert mark.text == "x" * 39 + "…"


def test_the_pointer_is_where_the_last_action_left_it() -> None:
    assert pointer_after(LeftClickDrag(start=FROM, end=AT), None) == AT
    assert pointer_after(Type(text="x"), AT) == AT
    assert pointer_after(Scroll(pixels=3), AT) == AT
    assert pointer_after(None, None) is None


def test_marks_of_a_run_follow_the_pointer(tmp_path: Path) -> None:
    marks = step_marks(load(record_run(tmp_path / "run")).steps)
    assert marks[1] == (LabelMark(at=Point(x=170, y=90), text="Ada"),)
    assert marks[4] == ()
