import json

import pytest

from actions.action import (
    Decision,
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
from actions.codec.codec import codec
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import WHEEL_PIXELS
from perception.geometry import Point, Size

SIZE = Size(width=1920, height=1080)
OSWORLD = codec("computer_13")
AT = Point(x=983, y=324)
XY = {"x": 983, "y": 324}


def written(kind: str, parameters: dict) -> str:
    return json.dumps({"thought": "Do it.", "action_type": kind, "parameters": parameters})


@pytest.mark.parametrize(
    ("kind", "parameters", "action"),
    [
        ("MOVE_TO", XY, MouseMove(at=AT)),
        ("CLICK", {**XY, "button": "left", "num_clicks": 1}, LeftClick(at=AT)),
        ("CLICK", {**XY, "button": "left", "num_clicks": 3}, TripleClick(at=AT)),
        ("CLICK", {**XY, "button": "middle", "num_clicks": 1}, MiddleClick(at=AT)),
        ("RIGHT_CLICK", XY, RightClick(at=AT)),
        ("DOUBLE_CLICK", XY, DoubleClick(at=AT)),
        ("DRAG_TO", XY, LeftClickDrag(end=AT)),
        ("SCROLL", {"dx": 0, "dy": -3}, Scroll(pixels=-3 * WHEEL_PIXELS)),
        ("SCROLL", {"dx": 2, "dy": 0}, HScroll(pixels=-2 * WHEEL_PIXELS)),
        ("TYPING", {"text": "a </think> ```\n```json\n{}"}, Type(text="a </think> ```\n```json\n{}")),
        ("PRESS", {"key": "enter"}, Key(keys=("enter",))),
        ("PRESS", {"key": " "}, Key(keys=("space",))),
        ("HOTKEY", {"keys": ["win", "apps", "F"]}, None),
        ("HOTKEY", {"keys": ["ctrl", "shift", "+"]}, Key(keys=("ctrl", "shift", "+"))),
        ("WAIT", {}, Wait(seconds=2)),
        ("DONE", {}, Terminate(status="success")),
        ("FAIL", {}, Terminate(status="failure")),
    ],
)
def test_every_type_both_ways(kind, parameters, action):
    text = written(kind, parameters)
    if action is None:
        assert OSWORLD.parse(text, SIZE).action == Key(keys=("meta", "menu", "f"))
        return
    decision = Decision(thought="Do it.", action=action)
    assert OSWORLD.encode(decision, SIZE) == text
    assert OSWORLD.parse(text, SIZE) == decision


@pytest.mark.parametrize(
    ("text", "thought", "action"),
    [
        ('{"action_type": "CLICK", "parameters": {"x": 983.7, "y": 324}}', "", LeftClick(at=AT)),
        ('{"action_type": "CLICK", "x": 983, "y": 324, "num_clicks": 2.0}', "", DoubleClick(at=AT)),
        ('{"action_type": "CLICK", "x": 983, "y": 324, "button": "right"}', "", RightClick(at=AT)),
        ('{"action_type": "SCROLL", "parameters": {"dy": 1}}', "", Scroll(pixels=100)),
        ('{"action_type": "SCROLL", "parameters": {"dx": 0, "dy": 0}}', "", Scroll(pixels=0)),
        ('{"action_type": "DONE"}', "", Terminate(status="success")),
        ('{"action_type": "WAIT", "parameters": null}', "", Wait(seconds=2)),
        ("FAIL", "", Terminate(status="failure")),
        ("```DONE```", "", Terminate(status="success")),
        ("It is there.\n```\nDONE\n```", "It is there.", Terminate(status="success")),
        ('Thought: Wait.\n```json\n{"action_type": "WAIT"}\n```\nSo be it.', "Wait.", Wait(seconds=2)),
        ('```json\r\n{"thought": "Wait.", "action_type": "WAIT"}', "Wait.", Wait(seconds=2)),
        ('<think>```json\n{}\n```</think>\n{"action_type": "WAIT"}', "", Wait(seconds=2)),
    ],
)
def test_layouts_that_are_read(text, thought, action):
    assert OSWORLD.parse(text, SIZE) == Decision(thought=thought, action=action)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[]", "one JSON object"),
        ('{"action_type": "CLICK"} {"action_type": "CLICK"}', "nothing after"),
        ('{"action_type": "DANCE"}', '"DANCE" is not an action; the types are MOVE_TO'),
        ('{"action_type": ["CLICK"]}', "is not an action"),
        ('{"parameters": {}}', "null is not an action"),
        ('{"action_type": "MOUSE_DOWN"}', "half of an action; use CLICK or DRAG_TO"),
        ('{"action_type": "KEY_UP", "parameters": {"key": "a"}}', "half of an action; use HOTKEY"),
        ('{"action_type": "CLICK"}', "CLICK needs x"),
        ('{"action_type": "CLICK", "parameters": [1, 2]}', "must be an object"),
        ('{"action_type": "CLICK", "parameters": {"x": 1, "y": 2}, "why": 1}', 'not ["why"]'),
        ('{"action_type": "CLICK", "x": 1, "y": 2, "keys": []}', 'no parameter "keys"'),
        ('{"action_type": "DONE", "parameters": {"x": 1}}', "takes no parameters"),
        ('{"action_type": "CLICK", "x": 1, "y": 2, "button": "right", "num_clicks": 2}', 'no click of "right" 2 times'),
        ('{"action_type": "CLICK", "x": 1, "y": 2, "num_clicks": 4}', "left 3"),
        ('{"action_type": "CLICK", "x": 1, "y": 2, "num_clicks": 1.5}', "whole number"),
        ('{"action_type": "CLICK", "x": 1, "y": 2, "button": ["left"]}', "no click of"),
        ('{"action_type": "CLICK", "x": 2000, "y": 2}', "off the screen, which is 1920x1080 pixels"),
        ('{"action_type": "CLICK", "x": "1", "y": 2}', "x must be a number"),
        ('{"action_type": "SCROLL", "dx": 1, "dy": 1}', "one way at a time"),
        ('{"action_type": "SCROLL"}', "one way at a time"),
        ('{"action_type": "SCROLL", "dy": 0.5}', "whole number"),
        ('{"action_type": "SCROLL", "dy": 1001}', "from -1000 to 1000"),
        ('{"action_type": "TYPING", "text": 5}', "must be text"),
        ('{"action_type": "TYPING", "text": "\\ud83d"}', "TYPING: "),
        ('{"action_type": "PRESS", "key": ["a"]}', "key must be text"),
        ('{"action_type": "HOTKEY", "keys": ["hyper9"]}', '"hyper9"'),
        ('```json\n{"action_type": "WAIT"}\n```\n```json\n{"action_type": "WAIT"}\n```', "2 code blocks"),
        ('<think>{"action_type": "WAIT"}</think>', "not JSON"),
        ('<think>{"action_type": "WAIT"}', "not JSON"),
    ],
)
def test_refusals_say_what_is_wrong(text, says):
    with pytest.raises(ActionInvalid) as caught:
        OSWORLD.parse(text, SIZE)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (LeftClickDrag(start=AT, end=AT), "starts at the pointer"),
        (Scroll(at=AT, pixels=100), "has no point"),
        (Scroll(pixels=-50), "-50 pixels can't be written: a wheel turns by 100"),
        (HScroll(pixels=0), "no direction"),
        (Wait(seconds=1), "computer_13 waits 2 seconds"),
    ],
)
def test_what_a_type_can_not_say_is_not_written(action, says):
    with pytest.raises(ActionUnsupported, match=says):
        OSWORLD.encode(Decision(action=action), SIZE)
