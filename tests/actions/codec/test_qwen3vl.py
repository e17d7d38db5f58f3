import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import (
    Answer,
    Decision,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    MouseMove,
    Open,
    RightClick,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.codec.codec import codec
from actions.errors import ActionInvalid
from actions.keys import canonical
from perception.geometry import Point, Size

SIZE = Size(width=352, height=288)
NAMES = ("qwen3vl", "qwen3vl-999")

sizes = st.builds(Size, width=st.integers(1, 4000), height=st.integers(1, 4000))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
keys = st.sampled_from(["ctrl", "shift", "enter", "pagedown", "f5", "space", "a", "+", "é"])
fractions = st.floats(0, 1, exclude_max=True)


def points(size: Size) -> st.SearchStrategy[Point]:
    return st.builds(Point, x=st.integers(0, size.width - 1), y=st.integers(0, size.height - 1))


def actions(size: Size) -> st.SearchStrategy:
    at = points(size)
    some = st.none() | at
    pixels = st.integers(-100_000, 100_000)
    return st.one_of(
        st.builds(Key, keys=st.lists(keys, min_size=1, max_size=8).map(tuple)),
        st.builds(Type, text=texts),
        st.builds(Answer, text=texts),
        *(st.builds(kind, at=at) for kind in (MouseMove, LeftClick, RightClick, TripleClick)),
        st.builds(LeftClickDrag, start=some, end=at),
        st.builds(Scroll, at=some, pixels=pixels),
        st.builds(HScroll, at=some, pixels=pixels),
        st.builds(Wait, seconds=st.floats(0, 60)),
        st.builds(Terminate, status=st.sampled_from(["success", "failure"])),
    )


def touches(size: Size) -> st.SearchStrategy:
    """What `mobile_use` has words for."""
    at = points(size)
    return st.one_of(
        st.builds(Key, keys=st.lists(keys, min_size=1, max_size=8).map(tuple)),
        st.builds(Type, text=texts),
        st.builds(LeftClick, at=at),
        st.builds(LongPress, at=at, seconds=st.floats(0, 60)),
        st.builds(Swipe, start=at, end=at),
        st.builds(SystemButton, button=st.sampled_from(["back", "home", "menu", "enter"])),
        st.builds(Open, app=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)),
    )


def near(first: Point | None, second: Point | None, size: Size, top: int | None) -> bool:
    """Half a grid cell, and the pixel that a point between two pixels falls into; exactly without a grid."""
    if first is None or second is None or top is None:
        return first == second
    return (
        abs(first.x - second.x) <= size.width / top / 2 + 0.5 and abs(first.y - second.y) <= size.height / top / 2 + 0.5
    )


@pytest.mark.parametrize("surface", ["browser", "android"])
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), size=sizes, thought=texts)
def test_round_trip(name, surface, data, size, thought):
    dialect = codec(name)
    decision = Decision(thought=thought, action=data.draw((touches if surface == "android" else actions)(size)))
    back = dialect.parse(dialect.encode(decision, size, surface), size)
    assert back.thought == thought
    before, after = decision.action.model_dump(), back.action.model_dump()
    for field in ("at", "start", "end"):
        was, now = getattr(decision.action, field, None), getattr(back.action, field, None)
        assert near(was, now, size, dialect.grid)
        assert before.pop(field, None) is None or now is not None
        after.pop(field, None)
    assert before == after


@given(text=st.text() | st.text('{}[]":,<>/thinkolca_ \n0123456789').map(lambda text: '{"action": ' + text))
def test_any_text_is_a_decision_or_refused(text):
    with suppress(ActionInvalid):
        assert isinstance(codec("qwen3vl").parse(text, SIZE), Decision)


@given(x=st.floats(allow_nan=False, allow_infinity=False), y=st.integers())
def test_a_click_never_lands_off_the_screen(x, y):
    text = json.dumps({"action": "left_click", "coordinate": [x, y]})
    action = codec("qwen3vl").parse(text, SIZE).action
    assert isinstance(action, LeftClick)
    assert SIZE.contains(action.at)


@pytest.mark.parametrize(("name", "top"), [("qwen3vl", 1000), ("qwen3vl-999", 999)])
def test_the_far_corner_is_the_last_pixel(name, top):
    for value in (top, 1000, 5000.5):
        text = json.dumps({"action": "left_click", "coordinate": [value, value]})
        assert codec(name).parse(text, SIZE).action == LeftClick(at=Point(x=351, y=287))


def test_the_text_is_exactly_what_a_model_is_taught():
    decision = Decision(thought='Click "Save"', action=LeftClick(at=Point(x=180, y=86)))
    text = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [513, 300]}'
    assert codec("qwen3vl").encode(decision, SIZE) == text
    zoe = Decision(thought="", action=Type(text="Zoë"))
    assert codec("qwen3vl").encode(zoe, SIZE) == '{"thought": "", "action": "type", "text": "Zoë"}'


CALL = '<tool_call>\n{"name": "computer_use", "arguments": {"action": "wait", "time": 2}}\n</tool_call>'


@pytest.mark.parametrize(
    ("text", "thought"),
    [
        (CALL, ""),
        (f"Action: Wait for it.\n{CALL}", "Wait for it."),
        (f"<think>Or <tool_call>\n{{}}\n</tool_call>?</think>\n\nAction: Wait.\n{CALL}", "Wait."),
        (f"perhaps {CALL} but no</think>Wait.\n{CALL}", "Wait."),
        (CALL.removesuffix("\n</tool_call>"), ""),
        ('```json\n{"thought": "Wait.", "action": "wait", "time": 2.0}\n```', "Wait."),
        ('<think>hm</think>{"thought": "Wait.", "action": "wait", "time": 2}', "Wait."),
    ],
)
def test_layouts_that_are_read(text, thought):
    assert codec("qwen3vl").parse(text, SIZE) == Decision(thought=thought, action=Wait(seconds=2))


def test_tags_inside_typed_text_are_text():
    for text in ("</think>", "<tool_call>", "</tool_call>"):
        decision = Decision(action=Type(text=text))
        plain = codec("qwen3vl").encode(decision, SIZE)
        assert codec("qwen3vl").parse(plain, SIZE) == decision
        arguments = {"action": "type", "text": text}
        call = json.dumps({"name": "computer_use", "arguments": arguments})
        assert codec("qwen3vl").parse(f"<tool_call>\n{call}\n</tool_call>", SIZE) == decision


def test_a_drag_with_one_point_starts_at_the_pointer():
    action = codec("qwen3vl").parse('{"action": "left_click_drag", "coordinate": [500, 500]}', SIZE).action
    assert action == LeftClickDrag(end=Point(x=176, y=144))


def test_keys_are_canonical():
    action = codec("qwen3vl").parse('{"action": "key", "keys": ["Control_L", "Return"]}', SIZE).action
    assert action == Key(keys=(canonical("ctrl"), "enter"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("I am sorry.", "not JSON"),
        ("[1]", "one JSON object"),
        ('{"action": "wait", "time": 1} and more', "nothing after"),
        ('{"action": "wait", "time": 1', "not JSON"),
        ('{"thought": "x"}', "null is not an action; the actions are left_click"),
        ('{"action": "dance"}', '"dance" is not an action'),
        ('{"action": ["wait"]}', "not an action"),
        ('{"thought": 3, "action": "wait", "time": 1}', "thought must be text"),
        ('{"action": "left_click"}', "left_click needs coordinate"),
        ('{"action": "left_click", "coordinate": [1, 2], "text": "x"}', 'no parameter "text"'),
        ('{"action": "left_click", "coordinate": [1]}', "two numbers from 0 to 1000"),
        ('{"action": "left_click", "coordinate": ["1", 2]}', "must be a number"),
        ('{"action": "left_click", "coordinate": [true, 2]}', "must be a number"),
        ('{"action": "left_click", "coordinate": [NaN, 2]}', "NaN"),
        ('{"action": "left_click", "coordinate": [1e999, 2]}', "must be a number"),
        ('{"action": "wait", "time": 61}', "from 0 to 60"),
        ('{"action": "scroll", "pixels": 1e9}', "from -100000 to 100000"),
        ('{"action": "terminate", "status": "maybe"}', "success"),
        ('{"action": "type", "text": 5}', "must be text"),
        ('{"action": "type", "text": "\\ud83d"}', "type: "),
        ('{"action": "key", "keys": ["hyper9"]}', '"hyper9"'),
        ('{"action": "key", "keys": [1]}', "list of key names"),
        ('{"action": "key", "keys": []}', "No key"),
        ('{"action": "wait", "time": 1, "time": 2}', "twice"),
        ("[" * 100_000, "not JSON"),
        (CALL + CALL, "2 calls"),
        ("<tool_call>\n{oops\n</tool_call>", "not JSON"),
        ('<tool_call>{"name": "rm", "arguments": {}}</tool_call>', "Functions are computer_use and mobile_use"),
        ('<tool_call>{"name": "computer_use"}</tool_call>', "name and arguments"),
        ('<tool_call>{"name": ["computer_use"], "arguments": {}}</tool_call>', "Functions are computer_use"),
        ('{"action": "type", "text": "x", "\\ud83d": 1}', r'no parameter "\ud83d"'),
        ('{"action": "key", "keys": ["\\ud83d"]}', r'no key "\ud83d"'),
        (f"<think>{CALL}</think>", "not JSON"),
        (f"<think>{CALL}", "not JSON"),
    ],
)
def test_refusals_say_what_is_wrong(text, says):
    with pytest.raises(ActionInvalid) as caught:
        codec("qwen3vl").parse(text, SIZE)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 400
