"""The engine's replies: whole or cut with a reason, the same fast and slow, alone and in a batch."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from actions.space import reply_schema
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.errors import ModelError
from perception.observation import Frame
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reply import Request
from tests.perception.qwen3vl.tiny_engine import engine_of, hot, prompt_of, small_model
from tests.tiny_model import write_folder

SCHEMA = reply_schema("browser")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


@pytest.fixture(scope="module")
def slow() -> Engine:
    return engine_of(together=False)


SCHEMAS = [
    SCHEMA,
    {"type": "object", "properties": {"kind": {"enum": ["alpha", "beta"]}, "size": {"type": "integer"}},
     "required": ["kind", "size"], "additionalProperties": False},
    {"const": {"nothing": ["to", "choose"]}},
    {"type": "array", "items": {"enum": ["Accept", "Save"]}, "minItems": 3, "maxItems": 3},
    None,
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS)
def test_several_tokens_a_pass_give_the_text_of_one_token_a_pass(engine: Engine, slow: Engine, schema: dict) -> None:
    for number in range(8):
        sampling = hot(number) if number % 2 else Sampling(max_tokens=40)
        request = Request(prompt_of(number), schema, sampling)
        fast, one_by_one = engine.generate(request), slow.generate(request)
        assert fast.token_ids == one_by_one.token_ids
        assert (fast.text, fast.finish) == (one_by_one.text, one_by_one.finish)
        assert fast.usage.forced_tokens == one_by_one.usage.forced_tokens
        assert fast.logprobs == pytest.approx(one_by_one.logprobs, abs=1e-3)


def test_a_hundred_replies_parse_unless_their_tokens_were_spent(engine: Engine) -> None:
    num_whole = 0
    for start in range(0, 100, 20):
        requests = [Request(prompt_of(n), SCHEMA, hot(n, 48)) for n in range(start, start + 20)]
        for completion in engine.generate_batch(requests):
            assert completion.finish in ("stop", "length")
            if completion.finish == "stop" or completion.usage.completion_tokens < 48:
                num_whole += 1
                assert list(json.loads(completion.text))[:2] == ["thought", "action"]
    assert num_whole > 60


def test_a_batch_answers_as_each_alone(engine: Engine) -> None:
    shapes = [((1, 4, 6),), (), ((1, 6, 4), (1, 2, 2)), ((1, 8, 8),)]
    requests = [
        Request(prompt_of(n, grids=grids), SCHEMA if n != 3 else None, hot(n, 20 + 9 * n))
        for n, grids in enumerate(shapes)
    ]
    alone = [engine.generate(request) for request in requests]
    together = engine.generate_batch(requests)
    assert [c.token_ids for c in together] == [c.token_ids for c in alone]
    assert [c.finish for c in together] == [c.finish for c in alone]
    for one, other in zip(alone, together, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-3)


def test_the_cached_passes_are_those_of_the_whole_sequence(engine: Engine) -> None:
    prompt = prompt_of(2)
    completion = engine.generate(Request(prompt, None, Sampling(max_tokens=12)))
    ids = torch.tensor([[*prompt.token_ids, *completion.token_ids]])
    with torch.inference_mode():
        logits = small_model()(ids, None, prompt.pixel_values(), prompt.grids)[0, len(prompt.token_ids) - 1 : -1]
    expected = logits.log_softmax(-1).max(-1)
    assert completion.token_ids == tuple(expected.indices.tolist())
    assert completion.logprobs == pytest.approx(expected.values.tolist(), abs=1e-3)


def test_usage_and_timings_are_reported() -> None:
    engine = engine_of()
    prompt = prompt_of(1)
    completion = engine.generate(Request(prompt, SCHEMAS[1], Sampling(max_tokens=40)))
    usage, timings = completion.usage, completion.timings
    assert usage.prompt_tokens == len(prompt.token_ids)
    assert usage.completion_tokens == len(completion.token_ids) == len(completion.logprobs)
    assert 0 < usage.forced_tokens < usage.completion_tokens
    assert sum(logprob == 0.0 for logprob in completion.logprobs) >= usage.forced_tokens
    assert min(timings.vision_ms, timings.prefill_ms, timings.decode_ms) > 0
    assert timings.total_ms >= timings.vision_ms + timings.prefill_ms + timings.decode_ms - 1e-6


def test_a_reply_without_a_choice_needs_no_pass(engine: Engine) -> None:
    completion = engine.generate(Request(prompt_of(1), SCHEMAS[2]))
    assert json.loads(completion.text) == {"nothing": ["to", "choose"]}
    assert completion.usage.forced_tokens == completion.usage.completion_tokens
    assert completion.timings.prefill_ms == 0


def test_json_comes_to_its_end_before_the_tokens_are_spent(engine: Engine) -> None:
    """Random weights never close a string by themselves."""
    part = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/part"}}, {"type": "number"}]}
    properties = {name: {"$ref": "#/$defs/part"} for name in ("a", "b", "c")}
    schema = {"$defs": {"part": part}, "type": "object", "properties": properties, "required": ["a", "c"]}
    for seed in range(8):
        sampling = Sampling(max_tokens=120, temperature=1.0, seed=seed, loop_tokens=0)
        completion = engine.generate(Request(prompt_of(0), schema, sampling))
        assert json.loads(completion.text).keys() >= {"a", "c"}
        assert completion.finish == ("stop" if completion.usage.completion_tokens <= 60 else "length")


@pytest.mark.parametrize(
    "form",
    [
        *({"type": "string", "format": name} for name in ("time", "date-time", "duration", "uri", "email", "hostname")),
        {"type": "array", "items": {"type": "number", "exclusiveMinimum": 27, "maximum": 27.5}, "minItems": 3},
        {"type": "string", "pattern": r"^[A-Z]+\d{4}$"},
    ],
    ids=str,
)
def test_digits_come_to_their_end_before_the_tokens_are_spent(engine: Engine, form: dict[str, object]) -> None:
    """Where nothing may be closed yet, the letter or the digit comes behind which it may."""
    for seed in range(4):
        sampling = Sampling(max_tokens=120, temperature=1.0, seed=seed, loop_tokens=0)
        completion = engine.generate(Request(prompt_of(0), form, sampling))
        json.loads(completion.text)


def test_a_runaway_is_cut_by_length_and_by_time(engine: Engine) -> None:
    endless = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 500}
    by_length = engine.generate(Request(prompt_of(0), endless, Sampling(max_tokens=30)))
    assert (by_length.finish, by_length.usage.completion_tokens) == ("length", 30)
    unwatched = Sampling(max_tokens=100_000, max_seconds=0.2, loop_tokens=0)
    by_time = engine.generate(Request(prompt_of(0), endless, unwatched))
    assert by_time.finish == "time"
    assert 0 < by_time.usage.completion_tokens < 1500
    assert by_time.timings.total_ms < 5_000


def test_it_stops_when_it_is_told_to(engine: Engine) -> None:
    answers = iter([False, False, True])
    completion = engine.generate(Request(prompt_of(0), None, hot(0, 500)), stopped=lambda: next(answers, True))
    assert completion.finish == "time"
    assert 0 < completion.usage.completion_tokens < 60


def test_the_end_token_ends_a_free_reply(engine: Engine) -> None:
    prompt = prompt_of(4)
    ending = engine.generate(Request(prompt, None, Sampling(max_tokens=6))).token_ids[3]
    stopping = engine_of(end_ids=[ending])
    completion = stopping.generate(Request(prompt, None, Sampling(max_tokens=6)))
    assert completion.finish == "stop"
    assert completion.token_ids[-1] == ending
    assert len(completion.token_ids) <= 4


def test_log_probabilities_are_natural_and_sum_to_at_most_one(engine: Engine) -> None:
    completion = engine.generate(Request(prompt_of(5), SCHEMA, hot(5)))
    assert all(logprob <= 1e-5 for logprob in completion.logprobs)
    assert math.exp(min(completion.logprobs)) >= 0


def test_a_prompt_that_does_not_fit_its_images_is_a_value_error(engine: Engine) -> None:
    prompt = prompt_of(0)
    prompt.grids = [(1, 6, 6)]
    with pytest.raises(ValueError, match="patches"):
        engine.generate(Request(prompt))


def test_a_folder_answers_messages_with_images(tmp_path: Path) -> None:
    engine = Engine.load(write_folder(tmp_path / "model"), dtype=torch.float32)
    pixels = np.full((288, 352, 3), 200, np.uint8)
    parts = (ImagePart(frame=Frame(pixels)), TextPart(text='Click "Save"'))
    prompt = engine.prompt([Message(role="user", parts=parts)])
    assert prompt.grids == [(1, 18, 22)]
    assert prompt.token_ids.count(engine.tokenizer.image_id) == 99
    completion = engine.generate(Request(prompt, SCHEMA, Sampling(max_tokens=30)))
    assert completion.text.startswith('{"thought": "')


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"model\.safetensors is missing"):
        Engine.load(folder)


def test_a_prompt_beyond_the_model_is_refused(engine: Engine) -> None:
    limit = engine.model.config.text.max_position_embeddings
    with pytest.raises(ValueError, match=f"has {limit} tokens .* shorten it"):
        engine.generate(Request(Prompt([5] * limit)))
