"""Requests that come and go while others are decoded are answered as each alone, whatever is reused or cut up."""

from typing import Any

import numpy as np
import pytest
import torch

from actions.space import reply_schema
from perception.clients.client import Completion, ImagePart, Message, Sampling, TextPart
from perception.observation import Frame
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reply import Request
from perception.qwen3vl.schedule import Ticket
from tests.perception.qwen3vl.tiny_engine import engine_of, hot, pictures, prompt_of, small_model

SCHEMA = reply_schema("browser")
GRIDS: list[tuple[tuple[int, int, int], ...]] = [((1, 4, 6),), (), ((1, 6, 4), (1, 2, 2)), ((1, 8, 8),)]


def request(number: int, **options: Any) -> Request:
    prompt = prompt_of(number, grids=GRIDS[number % len(GRIDS)])
    return Request(prompt, SCHEMA if number % 2 else None, hot(number, 8 + 5 * (number % 4)), **options)


@pytest.fixture(scope="module")
def alone() -> list[Completion]:
    """What each is answered by an engine that has seen nothing else."""
    return [engine_of(chunk=4096, keep_bytes=0).generate(request(number)) for number in range(8)]


def finish(engine: Engine, tickets: list[Ticket]) -> list[Completion]:
    while not all(ticket.over for ticket in tickets):
        engine.step()
    return [engine.completion(ticket) for ticket in tickets]


def same(found: list[Completion], expected: list[Completion]) -> None:
    assert [c.token_ids for c in found] == [c.token_ids for c in expected]
    assert [(c.text, c.finish) for c in found] == [(c.text, c.finish) for c in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-3)


@pytest.mark.parametrize("options", [{}, {"max_rows": 3}, {"chunk": 7}, {"chunk": 16, "together": False}])
def test_requests_that_come_at_any_time_are_answered_as_alone(alone: list[Completion], options: dict) -> None:
    engine = engine_of(**options)
    tickets = []
    for number in range(8):
        tickets.append(engine.submit(request(number)))
        for _ in range(number % 3):
            engine.step()
    same(finish(engine, tickets), alone)


def test_a_prompt_that_comes_again_is_not_read_again(alone: list[Completion]) -> None:
    engine = engine_of()
    for number in range(4):
        engine.generate(request(number))
    encoded = engine.num_encoded
    again = [engine.generate(request(number)) for number in range(4)]
    same(again, alone[:4])
    for completion in again:
        assert completion.usage.cached_tokens == completion.usage.prompt_tokens - 1
        assert completion.timings.vision_ms == 0
    assert engine.num_encoded == encoded == 4


def longer(pixels: int, text: str, *, after: str = "") -> Prompt:
    """A conversation with two images, of which the second and the text behind may differ."""
    prompt = prompt_of(
        0, grids=((1, 6, 4), (1, 4, 6)), before="You see a screen, and then another. ", after=after + text
    )
    first = torch.randn(24, 1536, generator=torch.Generator().manual_seed(77))
    second = torch.randn(24, 1536, generator=torch.Generator().manual_seed(pixels))
    prompt.pictures = pictures(torch.cat([first, second]), prompt.grids)
    return prompt


@pytest.mark.parametrize("chunk", [5, 1024])
def test_what_two_prompts_share_is_taken_over_images_included(chunk: int) -> None:
    engine = engine_of(chunk=chunk)
    sampling = Sampling(max_tokens=10)
    engine.generate(Request(longer(1, " now"), SCHEMA, sampling))
    seen = engine.num_encoded
    for pixels, text in ((1, " soon"), (2, " now"), (2, " later")):
        prompt = longer(pixels, text)
        found = engine.generate(Request(prompt, SCHEMA, sampling))
        same([found], [engine_of(keep_bytes=0).generate(Request(prompt, SCHEMA, sampling))])
        assert found.usage.cached_tokens >= (16 if (pixels, text) == (2, " now") else 40)
    assert engine.num_encoded == seen + 1, "only the one new image is looked at"


def test_prompts_that_run_at_the_same_time_share_too() -> None:
    engine = engine_of()
    requests = [Request(prompt_of(3), SCHEMA, hot(seed, 12)) for seed in range(4)]
    expected = [engine_of(keep_bytes=0).generate(one) for one in requests]
    found = engine.generate_batch(requests)
    same(found, expected)
    assert [c.usage.cached_tokens for c in found] == [0] + [found[0].usage.prompt_tokens - 1] * 3


def test_another_image_of_the_same_size_is_not_taken_for_the_first(alone: list[Completion]) -> None:
    engine = engine_of()
    other = request(0)
    other.prompt.pictures = pictures(other.prompt.pixel_values() + 1, other.prompt.grids)
    engine.generate(other)
    found = engine.generate(request(0))
    same([found], alone[:1])
    assert found.usage.cached_tokens < 10


def test_memory_stays_flat_over_many_steps() -> None:
    limit = 400_000
    engine = engine_of(keep_bytes=limit, chunk=64)
    sizes = []
    for number in range(120):
        prompt = prompt_of(number, before=f"Step {number % 7}. ")
        engine.generate(Request(prompt, None, Sampling(max_tokens=3)))
        sizes.append(engine.num_bytes)
    assert max(sizes) <= limit * 1.25
    assert sizes[-1] > limit / 4, "what fits is kept"


def test_a_long_prompt_does_not_hold_up_who_is_being_answered() -> None:
    engine = engine_of(chunk=16)
    first = engine.submit(Request(prompt_of(1), None, hot(1, 30)))
    engine.step()
    engine.step()
    second = engine.submit(Request(prompt_of(2, grids=((1, 32, 32),)), None, hot(2, 3)))
    lengths = []
    while second.filled is None:
        engine.step()
        lengths.append(len(first.reply.token_ids))
    assert len(lengths) > 10
    assert lengths[8] > lengths[0]


def test_the_one_who_goes_is_cut_and_the_others_stay(alone: list[Completion]) -> None:
    engine = engine_of(chunk=16)
    gone: list[int] = []
    tickets = [engine.submit(request(number), stopped=lambda number=number: number in gone) for number in range(5)]
    for _ in range(3):
        engine.step()
    gone += [1, 4]
    completions = finish(engine, tickets)
    assert [c.finish for c in completions][1] == [c.finish for c in completions][4] == "time"
    same([completions[n] for n in (0, 2, 3)], [alone[n] for n in (0, 2, 3)])
    assert engine.generate(request(1)).token_ids == alone[1].token_ids


def test_an_error_belongs_to_its_own_request(alone: list[Completion]) -> None:
    engine = engine_of()
    broken = request(0)
    broken.prompt.grids = [(1, 6, 6)]
    ticket, other = engine.submit(broken), engine.submit(request(1))
    same(finish(engine, [other]), alone[1:2])
    with pytest.raises(ValueError, match="24 patches and the grids ask for 36"):
        engine.completion(ticket)
    assert engine.generate_batch([request(2)])[0].token_ids == alone[2].token_ids


def test_who_waits_too_long_for_a_place_is_told_so() -> None:
    engine = engine_of(max_rows=1)
    first = engine.submit(Request(prompt_of(1), None, hot(1, 60)))
    late = engine.submit(Request(prompt_of(2), None, Sampling(max_seconds=1e-6)))
    engine.step()
    assert late.over
    assert engine.completion(late).finish == "time"
    assert not first.over


def test_a_listener_hears_of_growth_and_of_the_end() -> None:
    engine = engine_of()
    heard: list[tuple[int, bool]] = []
    ticket = engine.submit(
        Request(prompt_of(1), None, hot(1, 12)), listener=lambda t: heard.append((len(t.reply.token_ids), t.over))
    )
    finish(engine, [ticket])
    assert heard == sorted(heard)
    assert [over for _, over in heard] == [False] * (len(heard) - 1) + [True]
    assert heard[-1][0] == len(ticket.reply.token_ids)


def test_a_prompt_of_ids_may_name_an_image_once_or_whole() -> None:
    engine = engine_of()
    frame, image = Frame(np.full((288, 352, 3), 9, np.uint8)), engine.tokenizer.image_id
    short, whole = engine.prompt_of_ids([1, image, 2], [frame]), engine.prompt_of_ids([1, *[image] * 99, 2], [frame])
    assert short.token_ids == whole.token_ids == [1, *[image] * 99, 2]
    with pytest.raises(ValueError, match="names 2 images and 1 are given"):
        engine.prompt_of_ids([image, image], [frame])
    with pytest.raises(ValueError, match="token ids are from 0"):
        engine.prompt_of_ids([small_model().config.text.vocab_size])


@pytest.mark.parametrize("chunk", [3, 4096])
def test_videos_are_read_as_in_one_pass_and_taken_over(chunk: int) -> None:
    """Two frames with their times between them, an image behind, and a question."""
    engine, model = engine_of(chunk=chunk), small_model()
    frame = "<|vision_start|>" + "<|video_pad|>" * 6 + "<|vision_end|>"
    image = "<|vision_start|>" + "<|image_pad|>" * 4 + "<|vision_end|>"
    ids = engine.tokenizer.encode(f"<|im_start|>user\n<0.0 seconds>{frame}<1.0 seconds>{frame}{image}What is it?")
    pixels = torch.randn(48 + 16, 1536, generator=torch.Generator().manual_seed(3))
    grids = [(2, 4, 6), (1, 4, 4)]
    prompt = Prompt(ids, pictures(pixels, grids), grids)
    with torch.inference_mode():
        scores = model(torch.tensor([ids]), None, pixels, prompt.grids)[0, -1]
    first = engine.generate(Request(prompt, None, Sampling(max_tokens=3)))
    assert first.token_ids[0] == int(scores.argmax())
    assert first.logprobs[0] == pytest.approx(float(scores.log_softmax(-1).max()), abs=1e-3)
    again = engine.generate(Request(prompt, None, Sampling(max_tokens=3)))
    assert again.token_ids == first.token_ids
    assert (again.usage.cached_tokens, engine.num_encoded) == (len(ids) - 1, 3)


def test_a_prompt_of_turns_is_that_of_the_messages() -> None:
    engine, frame = engine_of(), Frame(np.full((288, 352, 3), 9, np.uint8))
    message = Message(role="user", parts=(ImagePart(frame=frame), TextPart(text="Click")))
    turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Click"}]}
    found, expected = engine.prompt_of_turns([turn], [frame]), engine.prompt([message])
    assert (found.token_ids, found.grids) == (expected.token_ids, expected.grids)
    assert [picture.key for picture in found.pictures] == [picture.key for picture in expected.pictures]
    with pytest.raises(ValueError, match="1 images and 0"):
        engine.prompt_of_turns([turn])
