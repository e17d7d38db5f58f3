"""Streamed pieces are whole characters and join to the reply; thoughts are kept apart from the answer."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.clients.client import Completion, Piece, Sampling
from perception.qwen3vl.draft import Marks, Memory
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reply import Reply, Request
from perception.qwen3vl.stream import Stream, split
from perception.qwen3vl.thinking import ThinkTokens
from tests.perception.qwen3vl.tiny_engine import engine_of, hot, small_tokenizer

TOKENIZER = small_tokenizer(thinking=True)
THINK = ThinkTokens.of(TOKENIZER)
assert THINK is not None
CHOICE = {"enum": ["yes", "no"]}


def reply_to(prompt: str, ids: list[int], *, finished: bool = True) -> Reply:
    """A reply whose tokens were drawn so."""
    assert THINK is not None
    request = Request(Prompt(TOKENIZER.encode(prompt)))
    reply = Reply(request, None, [TOKENIZER.turn_end_id], Memory(Marks(TOKENIZER)), together=True, think=THINK)
    opens = reply.thinking or ids[:1] == [THINK.start]
    reply.token_ids = ids
    reply.num_thinking = ids.index(THINK.end) + 1 if opens and THINK.end in ids else 0
    reply.thinking = opens and not reply.num_thinking
    reply.finish = "stop" if finished else None
    return reply


def streamed(reply: Reply, cuts: list[int]) -> list[Piece]:
    """The pieces of a reply that grows to these lengths."""
    stream, ids, pieces = Stream(TOKENIZER), reply.token_ids, []
    ended, num_thinking, thinking = reply.finish, reply.num_thinking, reply.thinking
    for cut in [*sorted(cuts), len(ids)]:
        last = cut == len(ids)
        reply.token_ids = ids[:cut]
        reply.num_thinking = num_thinking if cut >= num_thinking else 0
        reply.thinking = thinking or (num_thinking > 0 and cut < num_thinking)
        reply.finish = ended if last else None
        pieces += stream.more(reply)
    return pieces


def test_characters_of_several_tokens_come_whole() -> None:
    ids = TOKENIZER.encode("Größe ☺ \U0001f600!")
    pieces = streamed(reply_to("Say it", ids), list(range(len(ids))))
    assert "".join(piece.text for piece in pieces) == "Größe ☺ \U0001f600!"
    assert not any("\ufffd" in piece.text for piece in pieces)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, TOKENIZER.vocab_size - 1), max_size=30),
    st.lists(st.integers(0, 30), max_size=6),
    st.sampled_from(["plain", "thinks", "thought", "prompted"]),
)
def test_pieces_join_to_the_completion(ids: list[int], cuts: list[int], kind: str) -> None:
    assert THINK is not None
    ids = [token for token in ids if token not in (THINK.start, THINK.end)]
    if kind in ("thinks", "thought"):
        ids = [THINK.start, *ids]
    if kind in ("thought", "prompted"):
        ids = [*ids[: len(ids) // 2], THINK.end, *ids[len(ids) // 2 :]] if len(ids) > 2 else [*ids, THINK.end]
    reply = reply_to("<think>\n" if kind == "prompted" else "Go", ids)
    thoughts, answer = split(reply, TOKENIZER)
    pieces = streamed(reply, [cut for cut in cuts if cut < len(ids)])
    assert "".join(piece.text for piece in pieces if not piece.thinking) == answer
    assert "".join(piece.text for piece in pieces if piece.thinking) == thoughts
    kinds = [piece.thinking for piece in pieces]
    assert kinds == sorted(kinds, reverse=True), "thoughts go before the answer"


@pytest.mark.parametrize(
    ("prompt", "is_open"),
    [
        ("<|im_start|>assistant\n<think>\n", True),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", False),
        ("<|im_start|>user\n<think><|im_end|>\n<|im_start|>assistant\n", False),
        ("hello", False),
    ],
)
def test_a_prompt_that_ends_within_thoughts_is_known(prompt: str, is_open: bool) -> None:
    assert THINK is not None
    assert THINK.is_open(TOKENIZER.encode(prompt)) is is_open


def think(seed: int, *, budget: int | None, max_tokens: int = 60, **form: Any) -> Completion:
    prompt = Prompt(TOKENIZER.encode("<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n<think>\n"))
    sampling = hot(seed, max_tokens).model_copy(update={"thinking_budget": budget})
    return engine_of(thinking=True).generate(Request(prompt, sampling=sampling, **form))


@pytest.mark.parametrize("budget", [0, 1, 12])
def test_thoughts_end_with_their_budget_and_the_answer_keeps_to_the_schema(budget: int) -> None:
    assert THINK is not None
    completion = think(1, budget=budget, schema=CHOICE)
    assert json.loads(completion.text) in ("yes", "no")
    assert completion.finish == "stop"
    assert completion.token_ids.index(THINK.end) <= budget
    assert len(completion.token_ids) == len(completion.logprobs)
    assert bool(completion.thinking) is (budget > 0)


def test_thoughts_without_a_budget_are_cut_by_length() -> None:
    completion = think(2, budget=None, max_tokens=20, schema=CHOICE)
    assert (completion.finish, completion.text) == ("length", "")
    assert completion.thinking


def test_without_thoughts_nothing_is_split_off() -> None:
    prompt = Prompt(TOKENIZER.encode("<|im_start|>user\nIs it?<|im_end|>\n<|im_start|>assistant\n"))
    completion = engine_of(thinking=True).generate(Request(prompt, CHOICE, Sampling(thinking_budget=3)))
    assert (json.loads(completion.text) in ("yes", "no"), completion.thinking) == (True, "")


def test_a_runaway_ends_as_a_loop_and_may_be_let_run() -> None:
    prompt = Prompt(TOKENIZER.encode("Go"))
    free = Request(prompt, None, Sampling(max_tokens=300, loop_tokens=64))
    completion = engine_of(thinking=True).generate(free)
    assert completion.finish == "loop"
    assert 64 <= len(completion.token_ids) == len(completion.logprobs) < 300
    whole = Request(prompt, None, Sampling(max_tokens=300, loop_tokens=0))
    assert engine_of(thinking=True).generate(whole).finish == "length"


def test_a_form_that_goes_in_circles_is_brought_to_its_end() -> None:
    prompt = Prompt(TOKENIZER.encode("Go"))
    form = {"type": "array", "items": {"const": "yes"}, "minItems": 40}
    sampling = Sampling(max_tokens=700, loop_tokens=32, seed=1)
    completion = engine_of(thinking=True).generate(Request(prompt, form, sampling))
    assert set(json.loads(completion.text)) == {"yes"}
    assert completion.finish in ("loop", "stop")
    endless = Request(prompt, None, Sampling(max_tokens=600, loop_tokens=32), regex="(yes )*\\.")
    completion = engine_of(thinking=True).generate(endless)
    assert completion.finish == "loop", "a form that nobody knows how to end is cut"
    assert len(completion.token_ids) < 300
