from pathlib import Path

import pytest

from actions.action import DoubleClick, Key, LeftClick, LeftClickDrag, LongPress, RightClick, Scroll, TripleClick, Type
from agent.demonstration import from_events, worded
from perception.errors import RecordingError
from perception.geometry import Box, Point
from perception.recording.events import EVENTS_FILE, VIDEO_FILE, Input, events_of

BOX = Box(left=10, top=10, right=60, bottom=30)


def press(
    time: float, x: int = 20, y: int = 20, button: str = "left", held: float = 0.05, to: tuple = ()
) -> list[Input]:
    end = Point(x=to[0], y=to[1]) if to else Point(x=x, y=y)
    first = Input(time=time, kind="press", at=Point(x=x, y=y), button=button, box=BOX)  # pyright: ignore
    return [first, Input(time=time + held, kind="release", at=end, button=button)]  # pyright: ignore


def text(time: float, written: str, **more) -> list[Input]:
    return [Input(time=time + index * 0.1, kind="text", text=one, **more) for index, one in enumerate(written)]


def key(time: float, *keys: str) -> list[Input]:
    return [Input(time=time, kind="key", keys=keys)]


def actions(*events: list[Input]) -> list:
    return [step.action for step in from_events([one for some in events for one in some])]


AT = Point(x=20, y=20)


def test_a_click_and_what_was_typed_after_it():
    click, typed = from_events([*press(1.0), *text(2.0, "Ada")])
    assert click.action == LeftClick(at=AT)
    assert typed.action == Type(text="Ada")
    assert click.box == typed.box == BOX
    assert (click.time, typed.time, typed.until) == (1.0, 2.0, 2.2)
    assert click.confidence == 1.0


@pytest.mark.parametrize(
    ("events", "action"),
    [
        ([*press(1.0), *press(1.2)], DoubleClick(at=AT)),
        ([*press(1.0), *press(1.2), *press(1.4)], TripleClick(at=AT)),
        (press(1.0, button="right"), RightClick(at=AT)),
        (press(1.0, to=(90, 40)), LeftClickDrag(start=AT, end=Point(x=90, y=40))),
        (press(1.0, held=1.5), LongPress(at=AT, seconds=1.5)),
        (key(1.0, "ctrl", "s"), Key(keys=("ctrl", "s"))),
    ],
)
def test_kinds(events: list[Input], action: object):
    assert actions(events) == [action]


def test_clicks_that_are_slow_or_elsewhere_are_two():
    assert actions(press(1.0), press(2.0)) == [LeftClick(at=AT)] * 2
    assert len(actions(press(1.0), press(1.1, x=50))) == 2


def test_the_wheel_is_put_together_and_turned_round():
    turns = [Input(time=1 + index / 10, kind="wheel", at=AT, dy=100) for index in range(3)]
    assert actions(turns) == [Scroll(at=AT, pixels=-300)]


def test_what_was_taken_back_is_not_told():
    assert actions(text(1.0, "Adda"), key(2.0, "backspace"), key(2.1, "backspace"), text(2.2, "a")) == [
        Type(text="Ada")
    ]
    assert actions(text(1.0, "x"), key(1.5, "backspace")) == []
    assert actions(key(1.0, "backspace")) == [Key(keys=("backspace",))]


def test_a_key_ends_the_text_before_it():
    assert actions(text(1.0, "Ada"), key(2.0, "enter")) == [Type(text="Ada"), Key(keys=("enter",))]


def test_a_password_is_a_step_without_its_text():
    (step,) = from_events([Input(time=1 + index, kind="text", hidden=True) for index in range(4)])
    assert step.hidden
    assert step.action == Type(text="")
    assert worded(step) == "type (hidden)"


def test_events_are_read_in_the_order_of_their_times(tmp_path: Path):
    lines = [event.model_dump_json(exclude_defaults=True) for event in [*text(2.0, "b"), *press(1.0)]]
    (tmp_path / EVENTS_FILE).write_text("\n".join(lines) + '\n{"time": 3', encoding="utf-8")
    found = events_of(tmp_path / VIDEO_FILE)
    assert found is not None
    assert [event.kind for event in found] == ["press", "release", "text"]
    assert events_of(tmp_path / "other.mp4") is None


@pytest.mark.parametrize("line", ["{}", "no", '{"time": 1, "kind": "dance"}', '{"time": -1, "kind": "move"}'])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str):
    (tmp_path / EVENTS_FILE).write_text(f'{{"time": 1, "kind": "key", "keys": ["a"]}}\n{line}\n', encoding="utf-8")
    with pytest.raises(RecordingError, match="line 2 is no event"):
        events_of(tmp_path / VIDEO_FILE)
