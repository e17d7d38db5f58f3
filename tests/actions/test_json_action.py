import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import (
    Answer,
    DoubleClick,
    Key,
    LeftClick,
    LongPress,
    Open,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from actions.errors import ActionInvalid
from actions.json_action import from_json_action, to_json_action
from perception.geometry import Point, Size

SIZE = Size(width=1080, height=2400)
AT = Point(x=540, y=1200)

SAME = [
    (LeftClick(at=AT), {"action_type": "click", "x": 540, "y": 1200}),
    (DoubleClick(at=AT), {"action_type": "double_tap", "x": 540, "y": 1200}),
    (LongPress(at=AT, seconds=1.0), {"action_type": "long_press", "x": 540, "y": 1200}),
    (SystemButton(button="back"), {"action_type": "navigate_back"}),
    (SystemButton(button="home"), {"action_type": "navigate_home"}),
    (SystemButton(button="enter"), {"action_type": "keyboard_enter"}),
    (Open(app="Settings"), {"action_type": "open_app", "app_name": "Settings"}),
    (Wait(seconds=1.0), {"action_type": "wait"}),
    (Terminate(status="success"), {"action_type": "status", "goal_status": "complete"}),
    (Terminate(status="failure"), {"action_type": "status", "goal_status": "infeasible"}),
    (Answer(text="42"), {"action_type": "answer", "text": "42"}),
]


@pytest.mark.parametrize(("action", "said"), SAME)
def test_what_says_the_same_goes_both_ways(action, said):
    assert to_json_action(action) == said
    assert from_json_action(said, SIZE) == [action]


@pytest.mark.parametrize(
    "action",
    [
        Type(text="never followed by Enter"),
        Swipe(start=AT, end=Point(x=540, y=300)),
        Scroll(at=AT, pixels=-100),
        LongPress(at=AT, seconds=3),
        Wait(seconds=5),
        Key(keys=("ctrl", "a")),
        SystemButton(button="menu"),
    ],
)
def test_what_androidworld_would_do_otherwise_is_not_translated(action):
    assert to_json_action(action) is None


def test_its_text_focuses_clears_types_and_enters():
    value = {"action_type": "input_text", "text": "hi", "x": 540, "y": 1200, "clear_text": True}
    enter = SystemButton(button="enter")
    clear = [Key(keys=("ctrl", "a")), Key(keys=("backspace",))]
    assert from_json_action(value, SIZE) == [LeftClick(at=AT), *clear, Type(text="hi"), enter]
    assert from_json_action({"action_type": "input_text", "text": "hi"}, SIZE) == [Type(text="hi"), enter]
    assert from_json_action({"action_type": "unknown"}, SIZE) == []


@pytest.mark.parametrize(
    ("kind", "direction", "start", "end"),
    [
        ("swipe", "up", (540, 2399), (540, 0)),
        ("swipe", "left", (1079, 1200), (0, 1200)),
        ("scroll", "down", (540, 1200), (540, 0)),
        ("scroll", "left", (540, 1200), (1079, 1200)),
    ],
)
def test_a_swipe_names_the_finger_and_a_scroll_the_page(kind, direction, start, end):
    (swipe,) = from_json_action({"action_type": kind, "direction": direction}, SIZE)
    assert swipe == Swipe(start=Point(x=start[0], y=start[1]), end=Point(x=end[0], y=end[1]))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"action_type": "click", "index": 3}, "by its index"),
        ({"action_type": "click"}, "needs x and y"),
        ({"action_type": "click", "x": 1080, "y": 0}, "off the screen, which is 1080x2400"),
        ({"action_type": "scroll"}, "needs a direction"),
        ({"action_type": "open_app"}, "needs app_name"),
        ({"action_type": "fly"}, "no action_type 'fly'"),
        ({}, "no action_type None"),
    ],
)
def test_what_is_not_whole_is_refused(value, said):
    with pytest.raises(ActionInvalid, match=said):
        from_json_action(value, SIZE)


@given(x=st.integers(0, 1079), y=st.integers(0, 2399))
def test_every_pixel_comes_back(x, y):
    action = LeftClick(at=Point(x=x, y=y))
    said = to_json_action(action)
    assert said is not None
    assert from_json_action(said, SIZE) == [action]
