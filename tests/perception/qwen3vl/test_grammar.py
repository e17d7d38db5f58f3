"""A schema lets through the tokens of exactly its own texts, whatever vocabulary cuts them."""

import json

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from actions.space import reply_schema
from agent.training.vocabulary import build
from perception.errors import ModelError
from perception.qwen3vl.grammar import Constraint, Grammar

CLICK = '{"thought": "Click \\"Größe\\"", "action": "left_click", "coordinate": [512, 1000]}'
REPLIES = [
    CLICK,
    '{"thought": "", "action": "type", "text": "a\\nb \\u0007 ☺"}',
    '{"thought": "x", "action": "key", "keys": ["ctrl", "a"]}',
    '{"thought": "Finished", "action": "terminate", "status": "success"}',
    '{"thought": "x", "action": "left_click_drag", "coordinate": [0, 7], "coordinate2": [10, 99]}',
]


def merged() -> Tokenizer:
    """A byte-level vocabulary with merges, as the released models have."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|im_end|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(REPLIES * 5, trainer)
    return tokenizer


@pytest.fixture(scope="module", params=["nano", "merged"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return build() if request.param == "nano" else merged()


@pytest.fixture
def grammar(tokenizer: Tokenizer) -> Grammar:
    end = tokenizer.token_to_id("<|im_end|>")
    assert end is not None
    return Grammar(tokenizer.to_str(), num_words=tokenizer.get_vocab_size() + 9, end_ids=[end])


def follow(constraint: Constraint, ids: list[int]) -> int:
    """Walks the tokens one by one; gives how many of them were forced."""
    at, forced = 0, len(constraint.forced())
    at = forced
    while at < len(ids):
        assert constraint.allowed()[ids[at]]
        constraint.accept(ids[at])
        at += 1
        more = constraint.forced()
        assert ids[at : at + len(more)] == more, "forced tokens are cut as the tokenizer cuts the whole text"
        at, forced = at + len(more), forced + len(more)
    return forced


def accept_all(constraint: Constraint, ids: list[int]) -> None:
    for token in ids:
        constraint.accept(token)


@pytest.mark.parametrize("text", REPLIES)
def test_every_reply_of_the_action_space_passes_in_the_tokenizers_own_cutting(
    tokenizer: Tokenizer, grammar: Grammar, text: str
) -> None:
    constraint = grammar.start(reply_schema("browser"))
    forced = follow(constraint, tokenizer.encode(text).ids)
    assert constraint.finished
    assert forced > 0 or "coordinate" not in text


def test_a_coordinate_is_one_token_where_the_vocabulary_has_it() -> None:
    tokenizer = build()
    ids = tokenizer.encode(CLICK).ids
    assert {tokenizer.token_to_id("512"), tokenizer.token_to_id("1000")} <= set(ids)


@pytest.mark.parametrize(
    "text",
    [
        '{"thought":"x"',
        '{"action": "wait"',
        '{"thought": "x", "action": "fly"',
        '{"thought": "x", "action": "left_click", "coordinate": [1001',
        '{"thought": "x", "action": "left_click", "coordinate": [5,6',
        '{"thought": "x", "action": "terminate", "status": "success"} ',
    ],
)
def test_what_the_schema_does_not_say_is_stopped(tokenizer: Tokenizer, grammar: Grammar, text: str) -> None:
    constraint = grammar.start(reply_schema("browser"))
    with pytest.raises(ModelError, match="does not fit"):
        accept_all(constraint, tokenizer.encode(text).ids)


def test_a_constant_is_forced_to_its_end(grammar: Grammar, tokenizer: Tokenizer) -> None:
    constraint = grammar.start({"const": {"a": [1, 2]}})
    forced = constraint.forced()
    while not constraint.finished:
        token = int(constraint.allowed().argmax())
        constraint.accept(token)
        forced += [token, *constraint.forced()]
    assert json.loads(tokenizer.decode(forced)) == {"a": [1, 2]}
    assert constraint.forced() == []


def test_two_replies_of_one_schema_do_not_disturb_each_other(grammar: Grammar, tokenizer: Tokenizer) -> None:
    schema = reply_schema("browser")
    first, second = grammar.start(schema), grammar.start(schema)
    follow(first, tokenizer.encode(CLICK).ids)
    assert first.finished
    assert not second.finished


def test_a_schema_that_says_nothing_sensible_is_a_value_error(grammar: Grammar) -> None:
    with pytest.raises(ValueError, match="can't constrain a reply"):
        grammar.start({"type": "no such type"})


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"not": {"type": "string"}}, "not"),
        ({"type": "array", "uniqueItems": True}, "uniqueItems"),
        ({"type": "object", "properties": {"a": {"if": {}, "then": {}}}}, "if, then"),
        ({"oneOf": [{"type": "string"}, {"type": "string", "minLength": 2}]}, "oneOf"),
        ({"type": "string", "pattern": "(?=a)b"}, "look-around"),
    ],
)
def test_what_a_schema_can_not_hold_is_named(grammar: Grammar, schema: dict, keyword: str) -> None:
    with pytest.raises(ValueError, match=keyword) as caught:
        grammar.start(schema)
    assert "\n" not in str(caught.value)


def test_a_regular_expression_is_held(grammar: Grammar, tokenizer: Tokenizer) -> None:
    constraint = grammar.start(regex=r"\d{2}:\d{2}")
    follow(constraint, tokenizer.encode("12:45").ids)
    assert constraint.finished
    with pytest.raises(ModelError, match="does not fit"):
        accept_all(grammar.start(regex=r"\d{2}"), tokenizer.encode("1x").ids)
    with pytest.raises(ValueError, match=r"regular expression .*repetition"):
        grammar.start(regex="*")


def test_a_reply_has_one_form(grammar: Grammar) -> None:
    with pytest.raises(ValueError, match="schema and regex"):
        grammar.start({"const": 1}, regex="1")
    with pytest.raises(ValueError, match="none is given"):
        grammar.start()
