"""Random JSON Schemas: a small part of what the command runs through."""

from collections import Counter

import pytest
from jsonschema import Draft202012Validator

from agent.evaluation.schemas import Schema, Tally, judge, measure, random_engine, schemas
from perception.qwen3vl.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return random_engine()


@pytest.mark.slow
def test_replies_keep_to_their_schemas(engine: Engine) -> None:
    said: list[str] = []
    tally = measure(engine, "random weights", 12, 7, said.append)
    assert said == []
    assert tally.good
    assert tally.counts["valid"] >= 10
    assert sum(tally.counts.values()) == 12


def test_what_is_not_supported_is_named(engine: Engine) -> None:
    [result] = judge(engine, [{"type": "array", "items": {}, "contains": {"type": "integer"}}], [0])
    assert result.verdict == "refused"
    assert "contains is not supported" in result.words


def test_schemas_are_schemas_and_of_many_kinds() -> None:
    made: list[Schema] = list(schemas(200, 0))
    for schema in made:
        Draft202012Validator.check_schema(schema)
    text = str(made)
    assert all(word in text for word in ("anyOf", "pattern", "enum", "$ref", "prefixItems", "minimum", "maxLength"))
    assert made[:5] == list(schemas(5, 0))
    assert made[:5] != list(schemas(5, 1))


def test_a_reply_that_is_wrong_is_a_defect() -> None:
    assert not Tally("m", Counter({"valid": 99, "invalid": 1}), Counter()).good
    assert Tally("m", Counter({"valid": 99, "refused": 1}), Counter()).good
