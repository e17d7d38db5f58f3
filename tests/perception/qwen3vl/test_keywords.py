"""What is said in other keywords means the same, by a validator that is not ours."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from perception.qwen3vl.keywords import plainer

NAMES = st.sampled_from(["a", "b", "c", "dependentRequired"])
ASKED = st.dictionaries(NAMES, st.lists(NAMES, unique=True, max_size=2), max_size=3)
VALUES = st.dictionaries(NAMES, st.integers(0, 2), max_size=4)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "dependentRequired": draw(ASKED)}
    if draw(st.booleans()):
        schema["anyOf"] = [{"required": ["a"]}, {"maxProperties": 2, "dependentRequired": draw(ASKED)}]
    if draw(st.booleans()):
        schema["properties"] = {"dependentRequired": {"enum": [0, 1]}}
    return schema


@given(schemas(), VALUES)
def test_the_same_values_are_valid(schema: dict[str, Any], value: dict[str, int]) -> None:
    said = plainer(schema)
    assert Draft202012Validator(said).is_valid(value) == Draft202012Validator(schema).is_valid(value)
    nested = {"type": "array", "items": {"$ref": "#/$defs/part"}, "$defs": {"part": schema}}
    assert Draft202012Validator(plainer(nested)).is_valid([value]) == Draft202012Validator(schema).is_valid(value)


def test_what_is_data_or_no_schema_is_left_alone() -> None:
    for schema in (
        {"const": {"dependentRequired": {"a": ["b"]}}},
        {"enum": [{"dependentRequired": {"a": ["b"]}}]},
        {"dependentRequired": {"a": "b"}},
        {"dependentRequired": {"a": ["b"]}, "allOf": 5},
        {"properties": {"dependentRequired": {"type": "string"}}},
        True,
    ):
        assert plainer(schema) == schema


def test_nothing_is_changed_in_place() -> None:
    schema = {"properties": {"a": {"dependentRequired": {"b": ["c"]}}}, "dependentRequired": {"a": ["d"]}}
    plainer(schema)
    assert schema == {"properties": {"a": {"dependentRequired": {"b": ["c"]}}}, "dependentRequired": {"a": ["d"]}}
