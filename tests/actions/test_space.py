import json

import llguidance
import pytest

from actions.action import (
    ACTION,
    Decision,
    LeftClickDrag,
    Scroll,
)
from actions.codec.codec import codec
from actions.errors import ActionUnsupported
from actions.space import COMPUTER, MOBILE, WORDS, function_spec, reply_schema
from perception.clients.openai_payload import unbounded
from perception.geometry import Point, Size

SIZE = Size(width=352, height=288)
AT = {"x": 100, "y": 200}
ACTIONS = [
    {"kind": "key", "keys": ["ctrl", "a"]},
    {"kind": "type", "text": 'Zoë said "hi" 🙂\n{}'},
    *(
        {"kind": kind, "at": AT}
        for kind in (
            "mouse_move",
            "left_click",
            "right_click",
            "middle_click",
            "double_click",
            "triple_click",
        )
    ),
    {"kind": "left_click_drag", "start": AT, "end": {"x": 0, "y": 287}},
    {"kind": "scroll", "at": AT, "pixels": -300},
    {"kind": "hscroll", "at": AT, "pixels": 40},
    {"kind": "wait", "seconds": 2},
    {"kind": "terminate", "status": "failure"},
    {"kind": "answer", "text": "42"},
]
TOUCHES = [
    {"kind": "key", "keys": ["volumeup"]},
    {"kind": "type", "text": "Zoë"},
    {"kind": "left_click", "at": AT},
    {"kind": "swipe", "start": AT, "end": {"x": 0, "y": 287}},
    {"kind": "long_press", "at": AT, "seconds": 2},
    {"kind": "system_button", "button": "back"},
    {"kind": "open", "app": "Clock"},
    {"kind": "wait", "seconds": 2},
    {"kind": "terminate", "status": "failure"},
    {"kind": "answer", "text": "42"},
]


def matcher(schema: dict) -> llguidance.LLMatcher:
    grammar = llguidance.LLMatcher.grammar_from_json_schema(
        json.dumps(schema),
        defaults={"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "},
    )
    return llguidance.LLMatcher(llguidance.LLTokenizer("byte"), grammar)


def accepts(schema: dict, text: str) -> bool:
    found = matcher(schema)
    assert not found.is_error(), found.get_error()
    tokens = list(text.encode())
    return found.validate_tokens(tokens) == len(tokens) and found.consume_tokens(tokens) and found.is_accepting()


@pytest.mark.parametrize(
    ("surface", "given"),
    [*(("browser", given) for given in ACTIONS), *(("android", given) for given in TOUCHES)],
    ids=lambda given: given["kind"] if isinstance(given, dict) else given,
)
def test_what_the_codec_writes_fits_the_schema_in_llguidance(surface, given):
    decision = Decision(thought='Click "Save"', action=ACTION.validate_python(given))
    text = codec("qwen3vl").encode(decision, SIZE, surface)
    assert accepts(reply_schema(surface), text)
    assert codec("qwen3vl").parse(text, SIZE).action.kind == given["kind"]


def test_every_action_of_the_tables_is_covered_here():
    assert {given["kind"] for given in ACTIONS} == set(COMPUTER)
    assert {given["kind"].replace("left_", "") for given in TOUCHES} == set(MOBILE)


@pytest.mark.parametrize(
    ("surface", "given"),
    [("browser", TOUCHES[3]), ("desktop", TOUCHES[5]), ("android", ACTIONS[2]), ("android", ACTIONS[8])],
)
def test_what_a_function_has_no_word_for_is_not_written(surface, given):
    with pytest.raises(ActionUnsupported, match="has no word for"):
        codec("qwen3vl").encode(Decision(action=ACTION.validate_python(given)), SIZE, surface)


@pytest.mark.parametrize(
    "text",
    [
        '{"thought": "", "action": "left_click", "coordinate": [1001, 0]}',
        '{"thought": "", "action": "left_click", "coordinate": [5]}',
        '{"thought": "", "action": "left_click"}',
        '{"action": "left_click", "thought": "", "coordinate": [5, 5]}',
        '{"thought": "", "action": "dance"}',
        '{"thought": "", "action": "terminate", "status": "maybe"}',
        '{"thought": "", "action": "left_click", "coordinate": [5, 5], "text": "x"}',
        '{"thought":"","action":"left_click","coordinate":[5,5]}',
        '{"thought": "' + "x" * 201 + '", "action": "wait", "time": 1}',
    ],
)
def test_llguidance_refuses_what_is_no_reply(text):
    assert not accepts(reply_schema("browser"), text)


def test_the_grid_of_999_ends_there():
    text = '{"thought": "", "action": "left_click", "coordinate": [999, %d]}'
    assert accepts(reply_schema("browser", grid=999), text % 999)
    assert not accepts(reply_schema("browser", grid=999), text % 1000)


def test_after_the_action_is_told_apart_the_grammar_forces_the_rest():
    found = matcher(reply_schema("browser"))
    assert bytes(found.compute_ff_tokens()) == b'{"thought": "'
    found.consume_tokens(list(b'{"thought": "Click", "action": "left_click"'))
    assert bytes(found.compute_ff_tokens()) == b', "coordinate": ['


@pytest.mark.slow
def test_the_schema_compiles_in_xgrammar():
    xgrammar = pytest.importorskip("xgrammar")
    schema = unbounded(reply_schema("browser"))  # As it is sent to servers.
    grammar = xgrammar.Grammar.from_json_schema(json.dumps(schema), any_whitespace=False)
    match = xgrammar.testing._is_grammar_accept_string
    for given in ACTIONS:
        decision = Decision(thought='Click "Save"', action=ACTION.validate_python(given))
        assert match(grammar, codec("qwen3vl").encode(decision, SIZE)), given
    assert not match(grammar, '{"thought": "", "action": "left_click", "coordinate": [1001, 0]}')


def test_an_action_without_its_point_is_outside_the_schema_but_within_the_codec():
    for action in (Scroll(pixels=10), LeftClickDrag(end=Point(x=1, y=1))):
        text = codec("qwen3vl").encode(Decision(action=action), SIZE)
        assert codec("qwen3vl").parse(text, SIZE).action.kind == action.kind


@pytest.mark.parametrize(("surface", "name"), [("browser", "computer_use"), ("android", "mobile_use")])
def test_the_function_of_a_full_prompt_names_every_action_and_parameter(surface, name):
    function = function_spec(surface)["function"]
    properties = function["parameters"]["properties"]
    assert function["name"] == name
    assert properties["action"]["enum"] == list(WORDS[name])
    assert set(properties) == {"action"} | {part for names in WORDS[name].values() for part in names}
    assert all(properties[part]["description"] for part in properties)
    assert all(f"`{word}`" in properties["action"]["description"] for word in WORDS[name])
    assert "999x999" in function_spec(surface, grid=999)["function"]["description"]
    json.dumps(function)


def test_an_unknown_surface_is_refused_by_name():
    with pytest.raises(ActionUnsupported, match=r'"toaster".*browser'):
        reply_schema("toaster")
