"""What holds for every dialect."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import (
    ACTION,
    Answer,
    Decision,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    Open,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from actions.codec.codec import CODECS, codec
from actions.errors import ActionError, ActionInvalid, ActionUnsupported
from perception.geometry import Point, Size
from tests.actions.codec import drawn
from tests.actions.test_space import accepts

SIZE = Size(width=352, height=288)
NAMES = tuple(CODECS)
EXACT = ("pixels", "computer_13", "pyautogui")
DESKTOP = ("computer_13", "pyautogui")
AT = Point(x=100, y=200)
SAVE = Decision(thought='Click "Save"', action=LeftClick(at=AT))
NAMED = [
    *(kind(at=AT) for kind in drawn.CLICKS),
    Key(keys=("ctrl", "shift", "+")),
    Key(keys=("meta",)),
    Key(keys=("space",)),
    Key(keys=("'",)),
    Type(text='Zoë said "hi" 🙂\n<b>{}</b> \\d'),
    LeftClickDrag(end=AT),
    Scroll(pixels=-300),
    HScroll(pixels=300),
    Wait(seconds=2),
    Terminate(status="success"),
    Terminate(status="failure"),
]
"""What every dialect names on a desktop."""


def near(first: Point | None, second: Point | None, size: Size, top: int | None) -> bool:
    """Half a cell of the grid, and the pixel that a point between two pixels falls into; exactly without a grid."""
    if first is None or second is None or top is None:
        return first == second
    return (
        abs(first.x - second.x) <= size.width / top / 2 + 0.5 and abs(first.y - second.y) <= size.height / top / 2 + 0.5
    )


def same(name: str, before: Decision, after: Decision, size: Size) -> bool:
    """Whether a decision came back, as exactly as the dialect writes."""
    top = None if name in EXACT else codec(name).grid
    was, now = before.action.model_dump(), after.action.model_dump()
    for field in ("at", "start", "end"):
        if not near(getattr(before.action, field, None), getattr(after.action, field, None), size, top):
            return False
        was.pop(field, None)
        now.pop(field, None)
    thought = before.thought.strip() if name == "qwen35-xml" else before.thought
    return was == now and after.thought == thought


@pytest.mark.parametrize("surface", ["browser", "android"])
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), size=drawn.sizes)
def test_what_is_written_comes_back_and_all_else_is_refused(name, surface, data, size):
    decision = data.draw(drawn.decisions(size))
    try:
        text = codec(name).encode(decision, size, surface)
    except ActionUnsupported:
        return
    assert same(name, decision, codec(name).parse(text, size), size), text


@pytest.mark.parametrize("action", NAMED, ids=lambda action: action.kind)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_dialect_can_name_is_written(name, action):
    decision = Decision(thought='Do "it" #1:\nnow', action=action)
    text = codec(name).encode(decision, SIZE, "desktop")
    assert same(name, decision, codec(name).parse(text, SIZE), SIZE), text


@pytest.mark.parametrize("name", NAMES)
@given(text=drawn.texts, size=drawn.sizes)
def test_any_text_can_be_typed_unless_the_layout_can_not_hold_it(name, text, size):
    decision = Decision(action=Type(text=text))
    try:
        written = codec(name).encode(decision, size)
    except ActionUnsupported:
        assert name == "qwen35-xml"
        assert "</parameter>" in text
        return
    assert codec(name).parse(written, size) == decision


LAYOUTS = {
    "qwen35-xml": (
        "<tool_call>\n<function=computer_use>\n<parameter=action>\ntype\n</parameter>\n<parameter=text>\n%s\n</parameter>"
        "\n</function>\n</tool_call>",
        "%s",
        "<tool_call>\n<function=computer_use>\n<parameter=action>\nwait\n</parameter>\n<parameter=time>\n1\n</parameter>"
        "\n</function>\n</tool_call>",
    ),
    "computer_13": (
        '{"action_type": "TYPING", "parameters": {"text": %s}}',
        json.dumps,
        '```json\n{"action_type": "DONE"}\n```\n',
    ),
    "pyautogui": ("pyautogui.write(%s)", repr, "\n```python\npyautogui.click(1, 2)#"),
}


@pytest.mark.parametrize("before", ["", "I type it.\n", "# Type it.\n", "<think>Type it.</think>\n", "Hm.</think>\n"])
@pytest.mark.parametrize("is_fenced", [False, True])
@pytest.mark.parametrize("name", LAYOUTS)
@given(data=st.data())
def test_what_a_page_has_a_model_type_never_becomes_another_action(name, is_fenced, before, data):
    layout, write, other = LAYOUTS[name]
    text = data.draw(drawn.cunning(other))
    written = layout % (write(text) if callable(write) else text)
    if name == "pyautogui" and "'''" not in text and data.draw(st.booleans()):
        written = f"pyautogui.write('''{text}''')"  # Lines of it look like lines of the reply.
    reply = f"{before}```\n{written}\n```" if is_fenced else before + written
    with suppress(ActionInvalid):
        action = codec(name).parse(reply, SIZE).action
        assert isinstance(action, Type), reply
        assert name == "pyautogui" or action.text == text


@pytest.mark.parametrize("name", NAMES)
@given(
    data=st.data(),
    text=st.text()
    | st.lists(drawn.tags | drawn.numbers | st.text(max_size=3), max_size=12).map("".join)
    | st.text("{}[]\"'()=,.:<>/\\#`thinkpyauowm_ \n0123456789-"),
)
def test_any_text_is_a_decision_or_refused(name, data, text):
    size = data.draw(drawn.sizes)
    for attempt in (text, data.draw(drawn.damaged(codec(name).encode(SAVE, SIZE)))):
        assert is_decided_or_refused(name, attempt, size)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), size=drawn.sizes)
def test_damaged_replies_of_every_kind_are_decisions_or_refused(name, data, size):
    with suppress(ActionUnsupported):
        text = codec(name).encode(data.draw(drawn.decisions(size)), size)
        assert is_decided_or_refused(name, data.draw(drawn.damaged(text)), size)


def is_decided_or_refused(name: str, text: str, size: Size) -> bool:
    """Whether a reply is on the frame and can be kept in a record, or is refused in a sentence that can be."""
    try:
        found = codec(name).parse(text, size)
    except ActionInvalid as error:
        return len(str(error).encode()) < 500 and "\n" not in str(error)
    found.model_dump_json()
    places = (getattr(found.action, field, None) for field in ("at", "start", "end"))
    return all(size.contains(place) for place in places if place is not None)


@pytest.mark.parametrize("name", NAMES)
def test_a_thought_that_no_record_can_keep_is_neither_read_nor_written(name):
    half = Decision(thought="half \ud83d", action=Wait(seconds=2))
    with pytest.raises(ActionUnsupported, match="surrogate"):
        codec(name).encode(half, SIZE)
    text = codec(name).encode(half.model_copy(update={"thought": "half X"}), SIZE).replace("X", "\ud83d")
    with pytest.raises(ActionInvalid, match="surrogate"):
        codec(name).parse(text, SIZE)


def replies(name: str, argument: str) -> list[str]:
    """Replies that hold some text where a coordinate, a text and a thought are expected."""
    call = (
        "<tool_call>\n<function=computer_use>\n<parameter=action>\n{}\n</parameter>\n<parameter={}>\n{}\n</parameter>"
    )
    shapes = {
        "qwen35-xml": [
            f"{call.format(kind, parameter, argument)}\n</function>\n</tool_call>"
            for kind, parameter in (("left_click", "coordinate"), ("key", "keys"), ("wait", "time"), (argument, "text"))
        ],
        "computer_13": [
            f'{{"action_type": "CLICK", "parameters": {{"x": {argument}, "y": 1}}}}',
            f'{{"action_type": {argument}, "thought": {argument}}}',
            f'{{"action_type": "HOTKEY", "keys": {argument}}}',
            f'{{"action_type": "SCROLL", "dx": {argument}}}',
        ],
        "pyautogui": [
            f"pyautogui.click({argument}, 1)",
            f"pyautogui.hotkey({argument})",
            f"pyautogui.write({argument})",
            f"time.sleep({argument})",
            f"pyautogui.click(1, 2, {argument})",
        ],
    }
    words = [
        f'{{"action": "left_click", "coordinate": [{argument}, 1]}}',
        f'{{"action": "terminate", "status": {argument}}}',
        f'{{"action": {argument}, "thought": {argument}}}',
        f'{{"action": "key", "keys": [{argument}]}}',
        f'<tool_call>{{"name": {argument}, "arguments": {{}}}}</tool_call>',
    ]
    return [argument, *shapes.get(name, words)]


ODD = [
    *("9" * count for count in (400, 4300, 4301, 100_000)),
    *("NaN Infinity -Infinity 1e999 -1e999 1e-999 -0.0 0x1p3 1_000 01 1j ... None null true {} []".split()),
    *(f"{'[' * depth}{']' * depth}" for depth in (1, 3, 50, 200, 800, 900, 950, 980, 990, 1000, 5000, 100_000)),
    *("[" * depth for depth in (200, 100_000)),
    *('{"a":' * depth + "1" + "}" * depth for depth in (300, 900, 100_000)),
    *("(" * depth for depth in (90, 100_000)),
    *(f"{'-' * depth}1" for depth in (2, 250, 100_000)),
    "+".join("1" * 50_000),
    "1" + ".a" * 100_000,
    "not " * 100_000 + "1",
    "lambda: " * 10_000 + "1",
    "f'{" * 300 + "1" + "}'" * 300,
    *('"\\ud83d"', '"\ud83d"', "\ud83d", "\0", '"\0"', "'\\N{BULLET}'", "'\\N{NO SUCH}'", "'\\x'", "'\\400'", "'\\d'"),
    "<think>" * 20_000,
    "<tool_call>" * 20_000,
    "</think>" * 20_000,
    "<tool_call><function=a><parameter=b>" * 5_000,
    "```\n" * 20_000,
    "#" * 100_000,
    " " * 100_000 + "x",
    "'" * 50_001,
    "'''" + "\\" * 50_001,
]


@pytest.mark.parametrize("argument", ODD, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("name", NAMES)
def test_odd_values_are_refused_at_once_and_in_one_sentence(name, argument):
    started = time.process_time()
    for reply in replies(name, argument):
        assert is_decided_or_refused(name, reply, SIZE)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "action",
    [
        LeftClick(at=Point(x=352, y=0)),
        LeftClick(at=Point(x=0, y=-1)),
        LeftClickDrag(end=Point(x=0, y=288)),
        Key(keys=("Ctrl",)),
        Key(keys=("ctrl", "A")),
        Key(keys=("hyper9",)),
    ],
)
def test_what_would_come_back_as_something_else_is_not_written(name, action):
    with pytest.raises(ActionUnsupported, match="can't be written"):
        codec(name).encode(Decision(action=action), SIZE)


@pytest.mark.parametrize("name", NAMES)
def test_a_surface_that_nobody_knows_is_refused(name):
    for ask in (codec(name).schema, lambda surface: codec(name).instructions(surface, SIZE)):
        with pytest.raises(ActionUnsupported, match='"toaster"'):
            ask("toaster")
    with pytest.raises(ActionUnsupported, match='"toaster"'):
        codec(name).encode(SAVE, SIZE, "toaster")


@pytest.mark.parametrize("name", DESKTOP)
def test_dialects_of_desktops_refuse_phones(name):
    for ask in (codec(name).schema, lambda surface: codec(name).instructions(surface, SIZE)):
        with pytest.raises(ActionUnsupported, match="another codec"):
            ask("android")


@pytest.mark.parametrize("name", DESKTOP)
@pytest.mark.parametrize(
    "action",
    [
        Answer(text="42"),
        Open(app="Clock"),
        Swipe(start=AT, end=AT),
        LongPress(at=AT),
        SystemButton(button="back"),
        Key(keys=("power",)),
        Key(keys=("é",)),
        Scroll(pixels=150),
        HScroll(pixels=-1),
    ],
    ids=lambda action: action.kind,
)
def test_dialects_of_desktops_refuse_what_they_can_not_name(name, action):
    with pytest.raises(ActionUnsupported):
        codec(name).encode(Decision(action=action), SIZE)


@pytest.mark.parametrize("action", NAMED, ids=lambda action: action.kind)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_fits_the_schema_if_there_is_one(name, action):
    schema = codec(name).schema("desktop")
    assert (schema is None) == (name in ("qwen35-xml", "pyautogui"))
    if schema is not None:
        points = {} if name == "computer_13" else {field: AT for field in ("at", "start") if hasattr(action, field)}
        whole = ACTION.validate_python(action.model_dump() | points)  # A schema asks for every point of a function.
        text = codec(name).encode(Decision(thought='Do "it"', action=whole), SIZE, "desktop")
        assert accepts(schema, text), text


@pytest.mark.parametrize("name", NAMES)
def test_instructions_show_a_reply_that_can_be_read(name):
    told = codec(name).instructions("desktop", Size(width=1280, height=720))
    example = told[told.index("For example:\n") + len("For example:\n") :].split("\nWhen the task")[0]
    decision = codec(name).parse(example, Size(width=1280, height=720))
    assert decision.thought == 'Click "Save"'
    assert isinstance(decision.action, LeftClick)
    assert ("1280x720" in told) == (name in EXACT)


def test_every_codec_has_the_name_that_it_is_found_by():
    assert all(codec(name).name == name for name in NAMES)


def test_an_unknown_codec_is_refused_by_name():
    with pytest.raises(ActionUnsupported, match=r'"klingon".*qwen3vl-999.*pyautogui'):
        codec("klingon")
    assert issubclass(ActionUnsupported, ActionError)
