import pytest
from hypothesis import given

from actions.action import Decision, Key, LeftClick, LeftClickDrag, Scroll, Terminate, Type, Wait
from actions.codec.codec import codec
from actions.errors import ActionInvalid, ActionUnsupported
from perception.geometry import Point, Size
from tests.actions.codec import drawn

SIZE = Size(width=1920, height=1080)
XML = codec("qwen35-xml")
CLICK = """<tool_call>
<function=computer_use>
<parameter=action>
left_click
</parameter>
<parameter=coordinate>
[512, 300]
</parameter>
</function>
</tool_call>"""
SAVE = LeftClick(at=Point(x=983, y=324))


def call(*parameters: tuple[str, str], function: str = "computer_use") -> str:
    lines = "".join(f"<parameter={name}>\n{value}\n</parameter>\n" for name, value in parameters)
    return f"<tool_call>\n<function={function}>\n{lines}</function>\n</tool_call>"


def test_the_text_is_exactly_what_models_write():
    decision = Decision(thought='Click "Save"', action=SAVE)
    assert XML.encode(decision, SIZE) == f'Click "Save"\n{CLICK}'
    assert XML.encode(Decision(action=SAVE), SIZE) == CLICK


@pytest.mark.parametrize(
    ("text", "thought"),
    [
        (CLICK, ""),
        (f"Action: Click it.\n{CLICK}\n", "Click it."),
        (f"Thought: Action: Click it.\n\n{CLICK}", "Action: Click it."),
        (f"<think>Or {call(('action', 'wait'), ('time', '1'))}?</think>\n\nClick it.\n{CLICK}", "Click it."),
        (f"perhaps {CLICK} but no</think>Click it.\n{CLICK}", "Click it."),
        (CLICK.removesuffix("\n</tool_call>"), ""),
        (CLICK.replace("\n", ""), ""),
        (CLICK.replace("\n", "\r\n"), ""),
        (f"{CLICK}\nThat was it.", ""),
    ],
)
def test_layouts_that_are_read(text, thought):
    assert XML.parse(text, SIZE) == Decision(thought=thought, action=SAVE)


@pytest.mark.parametrize(
    ("parameters", "action"),
    [
        ([("action", "type"), ("text", "42")], Type(text="42")),
        ([("action", "type"), ("text", '["a"]')], Type(text='["a"]')),
        ([("action", "type"), ("text", "")], Type(text="")),
        ([("action", "type"), ("text", "\n\n a \n")], Type(text="\n\n a \n")),
        ([("action", "type"), ("text", "</function>\n</tool_call>")], Type(text="</function>\n</tool_call>")),
        ([("action", "type"), ("text", "<think></think>")], Type(text="<think></think>")),
        ([("action", "key"), ("keys", '["ctrl", "c"]')], Key(keys=("ctrl", "c"))),
        ([("action", "key"), ("keys", '"ctrl"')], Key(keys=("ctrl",))),
        ([("action", "key"), ("keys", "ctrl+c")], Key(keys=("ctrl", "c"))),
        ([("action", "key"), ("keys", "1")], Key(keys=("1",))),
        ([("action", "wait"), ("time", "2.5")], Wait(seconds=2.5)),
        ([("action", "scroll"), ("pixels", "-300")], Scroll(pixels=-300)),
        ([("action", "terminate"), ("status", "failure")], Terminate(status="failure")),
        ([("coordinate2", "[0, 0]"), ("action", "left_click_drag"), ("coordinate", "[1000, 1000]")],
         LeftClickDrag(start=Point(x=1919, y=1079), end=Point(x=0, y=0))),
    ],
)  # fmt: skip
def test_values_are_json_where_that_is_what_the_parameter_takes(parameters, action):
    assert XML.parse(call(*parameters), SIZE).action == action


def test_a_text_loses_no_more_than_one_newline_at_each_end():
    close = call(("action", "type"), ("text", "x")).replace("\nx\n", " x \n\n")
    assert XML.parse(close, SIZE).action == Type(text=" x \n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no call"),
        ("left_click [1, 2]", "has no call"),
        (f"<think>{CLICK}</think>", "has no call"),
        (f"<think>{CLICK}", "has no call"),
        (CLICK + CLICK, "2 calls"),
        ('<tool_call>\n{"name": "computer_use"}\n</tool_call>', "must begin with <function="),
        (call(("action", "wait"), function="rm"), "Functions are computer_use and mobile_use"),
        (call(), "null is not an action"),
        (call(("action", "dance")), '"dance" is not an action'),
        (call(("action", "wait"), ("time", "1"), ("time", "2")), "given twice"),
        (call(("action", "wait"), ("time", "soon")), 'must be a number, not "soon"'),
        (call(("action", "wait"), ("time", "NaN")), 'must be a number, not "NaN"'),
        (call(("action", "left_click"), ("coordinate", "512, 300")), "two numbers from 0 to 1000"),
        (call(("action", "type"), ("text", "x"), ("pace", "1")), 'no parameter "pace"'),
        (CLICK.replace("</parameter>\n</function>", "</function>"), "has no </parameter>"),
        (CLICK.replace("</function>", ""), "must end with </function>"),
        (CLICK.replace("</tool_call>", "and then"), "must end with </function>"),
        (call(("action", "type"), ("text", "a</parameter>b")), "must end with </function>"),
        (call(("action", "type"), ("text", "a\n</parameter>\n</function>\n</tool_call> b")), "tags outside"),
        (call(("action", "type"), ("text", f"</parameter></function></tool_call>{CLICK}")), "tags outside"),
        (call(("action", "type"), ("text", f"</parameter></function></tool_call></think>{CLICK}")), "tags outside"),
        (call(("action", "type"), ("text", f"</parameter></think>{CLICK}")), "must end with </function>"),
        (f"<parameter=action>{CLICK}", "tags outside"),
        (f"\ud83d{CLICK}", "thought"),
    ],
)
def test_refusals_say_what_is_wrong(text, says):
    with pytest.raises(ActionInvalid) as caught:
        XML.parse(text, SIZE)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 400


@given(text=drawn.texts)
def test_any_text_comes_back_but_one_that_holds_the_end_of_a_value(text):
    decision = Decision(action=Type(text=text))
    if "</parameter>" in text:
        with pytest.raises(ActionUnsupported, match="holds </parameter>"):
            XML.encode(decision, SIZE)
    else:
        assert XML.parse(XML.encode(decision, SIZE), SIZE) == decision


@given(text=drawn.cunning(CLICK))
def test_a_text_that_a_model_typed_is_read_whole_or_not_at_all(text):
    try:
        found = XML.parse(call(("action", "type"), ("text", text)), SIZE)
    except ActionInvalid:
        assert "</parameter>" in text
        return
    assert found.action == Type(text=text)


@pytest.mark.parametrize("thought", ["<tool_call>", "a </think> b", "</parameter>", "<function=x>"])
def test_a_thought_of_tags_is_not_written(thought):
    with pytest.raises(ActionUnsupported, match="tags of a call"):
        XML.encode(Decision(thought=thought, action=SAVE), SIZE)


def test_phones_are_worked_by_their_own_function():
    text = XML.encode(Decision(action=Key(keys=("ctrl", "+"))), SIZE, "android")
    assert text == call(("action", "key"), ("text", "ctrl+plus"), function="mobile_use")
    assert XML.parse(text, SIZE).action == Key(keys=("ctrl", "+"))
