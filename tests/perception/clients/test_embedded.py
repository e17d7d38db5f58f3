"""The embedded client: loaded at the first question, cut when its asker goes away, closed twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from actions.space import reply_schema
from perception.clients.client import Completion, ImagePart, Message, Piece, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.errors import ClientError, ModelError
from perception.observation import Frame
from tests.tiny_model import write_folder

ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 600}
LONG = Sampling(max_tokens=100_000, max_seconds=60, loop_tokens=0)


def ask(text: str = "Click Save") -> list[Message]:
    frame = Frame(np.full((64, 96, 3), 200, np.uint8))
    return [Message(role="user", parts=(ImagePart(frame=frame), TextPart(text=text)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[EmbeddedClient]:
    client = EmbeddedClient(folder, name="tiny 1", dtype="float32", sampling=Sampling(max_tokens=24))
    yield client
    await client.close()


async def test_it_answers_under_a_schema_and_signs(client: EmbeddedClient) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2]}}, "required": ["n"], "additionalProperties": False}
    completion = await client.generate(ask(), schema=schema)
    assert json.loads(completion.text)["n"] in (1, 2)
    assert (completion.model, completion.finish) == (client.name, "stop")
    assert completion.timings.vision_ms > 0


async def test_its_own_sampling_counts_where_the_question_has_none(client: EmbeddedClient) -> None:
    free = await client.generate(ask(), schema=reply_schema("browser"))
    assert free.usage.completion_tokens <= 24
    short = await client.generate(ask(), schema=reply_schema("browser"), sampling=Sampling(max_tokens=5))
    assert (short.finish, short.usage.completion_tokens) == ("length", 5)


async def test_a_batch_answers_in_order(client: EmbeddedClient) -> None:
    alone = [await client.generate(ask(text)) for text in ("Click Save", "Tick the box")]
    batch = await client.generate_batch([ask("Click Save"), ask("Tick the box")])
    assert [c.token_ids for c in batch] == [c.token_ids for c in alone]


async def test_the_walk_goes_on_while_the_model_thinks(client: EmbeddedClient) -> None:
    await client.load()
    question = asyncio.create_task(
        client.generate(ask(), schema=ENDLESS, sampling=Sampling(max_tokens=400, loop_tokens=0))
    )
    ticks = 0
    while not question.done():
        await asyncio.sleep(0.002)
        ticks += 1
    assert (await question).finish == "length"
    assert ticks > 5


async def test_a_cancelled_question_is_cut_and_the_next_one_does_not_wait(client: EmbeddedClient) -> None:
    await client.load()
    question = asyncio.create_task(client.generate(ask(), schema=ENDLESS, sampling=LONG))
    await asyncio.sleep(0.3)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    begun = perf_counter()
    await client.generate(ask(), sampling=Sampling(max_tokens=2))
    assert perf_counter() - begun < 10


async def test_closing_ends_what_runs_and_is_final(client: EmbeddedClient) -> None:
    await client.load()
    question = asyncio.create_task(client.generate(ask(), schema=ENDLESS, sampling=LONG))
    await asyncio.sleep(0.2)
    await client.close()
    assert (await question).finish == "time"
    await client.close()
    with pytest.raises(ClientError, match="was closed"):
        await client.generate(ask())


async def test_missing_files_are_one_line_about_the_file(tmp_path: Path, folder: Path) -> None:
    empty = EmbeddedClient(tmp_path)
    with pytest.raises(ModelError, match=r"is missing") as caught:
        await empty.generate(ask())
    assert "\n" not in str(caught.value)
    await empty.close()


async def test_a_question_that_can_not_be_asked_is_a_client_error(client: EmbeddedClient) -> None:
    with pytest.raises(ClientError, match="JSON Schema"):
        await client.generate(ask(), schema={"type": "no such type"})
    with pytest.raises(ClientError, match="images"):
        await client.generate(ask("a stray <|image_pad|>"))
    assert (await client.generate(ask(), sampling=Sampling(max_tokens=2))).usage.completion_tokens > 0


async def test_questions_at_the_same_time_are_answered_side_by_side_and_as_alone(folder: Path) -> None:
    """Eight runs of three steps each, whose prompts grow; one client for all against one for each."""

    async def run(client: EmbeddedClient, number: int) -> list[tuple[int, ...]]:
        text, found = f"Run {number}: click Save.", []
        for step in range(3):
            sampling = Sampling(temperature=1.0, seed=number, max_tokens=6 + number)
            completion = await client.generate(ask(text), sampling=sampling)
            found.append(completion.token_ids)
            text += f" Step {step}: clicked."
        return found

    alone = []
    for number in range(8):
        own = EmbeddedClient(folder, dtype="float32")
        alone.append(await run(own, number))
        await own.close()
    shared = EmbeddedClient(folder, dtype="float32")
    together = await asyncio.gather(*(run(shared, number) for number in range(8)))
    await shared.close()
    assert list(together) == alone


async def test_the_next_step_of_a_run_reuses_the_one_before(client: EmbeddedClient) -> None:
    first = await client.generate(ask("Click Save."), sampling=Sampling(max_tokens=3))
    second = await client.generate(ask("Click Save. Step 1: clicked."), sampling=Sampling(max_tokens=3))
    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens > 60, "the image of this prompt has 70 tokens"
    assert second.timings.vision_ms == 0


async def test_a_short_question_does_not_wait_for_a_long_one(client: EmbeddedClient) -> None:
    await client.load()
    long = asyncio.create_task(client.generate(ask(), schema=ENDLESS, sampling=LONG))
    await asyncio.sleep(0.1)
    short = await client.generate(ask("Tick the box"), sampling=Sampling(max_tokens=4))
    assert short.usage.completion_tokens == 4
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_a_stream_says_what_the_completion_says(client: EmbeddedClient) -> None:
    sampling = Sampling(temperature=1.0, seed=4, max_tokens=24)
    whole = await client.generate(ask(), sampling=sampling)
    parts = [part async for part in client.stream(ask(), sampling=sampling)]
    assert all(isinstance(part, Piece) and part.text for part in parts[:-1])
    assert len(parts) > 3
    last = parts[-1]
    assert isinstance(last, Completion)
    assert "".join(part.text for part in parts[:-1]) == last.text == whole.text
    assert (last.token_ids, last.model) == (whole.token_ids, client.name)


async def test_a_stream_that_is_left_is_cut(client: EmbeddedClient) -> None:
    async with aclosing(client.stream(ask(), schema=ENDLESS, sampling=LONG)) as stream:
        async for part in stream:
            assert isinstance(part, Piece)
            break
    begun = perf_counter()
    await client.generate(ask(), sampling=Sampling(max_tokens=2))
    assert perf_counter() - begun < 10
    with pytest.raises(ClientError, match="JSON Schema"):
        await anext(client.stream(ask(), schema={"type": "no such type"}))


async def test_token_ids_go_in_and_out(client: EmbeddedClient) -> None:
    first = await client.generate_ids([5, 6, 7], sampling=Sampling(max_tokens=4))
    assert (first.usage.prompt_tokens, len(first.token_ids)) == (3, 4)
    again = await client.generate_ids([5, 6, 7, *first.token_ids[:2]], sampling=Sampling(max_tokens=2))
    assert again.token_ids == first.token_ids[2:]
    with pytest.raises(ClientError, match="token ids"):
        await client.generate_ids([-1])


async def test_other_forms_of_a_reply(client: EmbeddedClient) -> None:
    assert (await client.generate(ask(), regex="[0-9]{3}")).text.isdigit()
    assert (await client.generate(ask(), ebnf='root ::= "left" | "right"')).text in ("left", "right")
    with pytest.raises(ClientError, match="one form"):
        await client.generate(ask(), schema={"const": 1}, regex="1")


async def test_new_weights_answer_what_is_asked_after_them(client: EmbeddedClient, tmp_path: Path) -> None:
    sampling = Sampling(max_tokens=12)
    asked = asyncio.create_task(client.generate(ask(), sampling=sampling))
    await asyncio.sleep(0)
    await client.reload(write_folder(tmp_path / "other", seed=9))
    other = await client.generate(ask(), sampling=sampling)
    assert len((await asked).token_ids) == 12
    assert (await asked).token_ids != other.token_ids
    assert other.usage.cached_tokens == 0, "keys of other weights are not taken over"
    with pytest.raises(ModelError, match="is missing"):
        await client.reload(tmp_path)
    assert (await client.generate(ask(), sampling=sampling)).token_ids == other.token_ids


def tensors_of(folder: Path) -> dict[str, torch.Tensor]:
    """As the folder's file holds them, and as a policy in training would give them."""
    return load_file(folder / "model.safetensors")


async def drawn(client: EmbeddedClient) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """A reply in which weights can be told apart."""
    completion = await client.generate(ask(), sampling=Sampling(max_tokens=12))
    assert completion.model == client.name
    return completion.token_ids, completion.logprobs


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
async def test_weights_from_memory_answer_as_the_same_ones_from_a_folder(
    folder: Path, tmp_path: Path, dtype: Literal["float32", "bfloat16", "int8"]
) -> None:
    """All of them, then some of each part of the model, which leave the others as the first step left them."""
    other, third = write_folder(tmp_path / "other", seed=9), write_folder(tmp_path / "third", seed=10)
    all_new, newer = tensors_of(other), tensors_of(third)
    some = {name: newer[name] for name in newer if any(word in name for word in PART)}
    assert len(some) >= len(PART)
    mixed = write_folder(tmp_path / "mixed")
    save_file(all_new | some, mixed / "model.safetensors")
    client, fresh = EmbeddedClient(folder, name="tiny", dtype=dtype), EmbeddedClient(other, name="tiny", dtype=dtype)
    before = await drawn(client)
    await client.load_tensors(all_new, version="rl-1")
    assert client.name == "tiny rl-1"
    assert await drawn(client) == await drawn(fresh) != before
    await client.load_tensors(some, version="rl-2")
    await fresh.reload(mixed, version="rl-2")
    assert client.name == fresh.name == "tiny rl-2"
    assert await drawn(client) == await drawn(fresh)
    await fresh.reload(other)
    assert fresh.name == "tiny"
    for one in (client, fresh):
        await one.close()


PART = (
    "embed_tokens",
    "layers.0.self_attn.k_proj",
    "layers.1.mlp.up_proj",
    "layers.0.self_attn.q_norm",
    "language_model.norm",
    "patch_embed",
    "blocks.1.attn.qkv",
    "deepstack_merger_list.0.linear_fc2",
    "merger.norm",
)


async def test_nothing_that_old_weights_said_is_taken_over(client: EmbeddedClient, tmp_path: Path) -> None:
    await client.generate(ask(), sampling=Sampling(max_tokens=2))
    await client.load_tensors(tensors_of(write_folder(tmp_path / "other", seed=9)), version="2")
    completion = await client.generate(ask(), sampling=Sampling(max_tokens=2))
    assert completion.usage.cached_tokens == 0
    assert completion.timings.vision_ms > 0


async def test_tensors_are_copied(client: EmbeddedClient, tmp_path: Path) -> None:
    tensors = tensors_of(write_folder(tmp_path / "other", seed=9))
    await client.load_tensors(tensors, version="2")
    answered = await drawn(client)
    for tensor in tensors.values():
        tensor.zero_()
    await client.load_tensors({}, version="2")  # so that it is not answered from what was kept
    assert await drawn(client) == answered


WRONG = {
    "no.such.weight": (torch.zeros(3), "has no tensor no.such.weight"),
    "model.language_model.norm.weigth": (torch.zeros(64), "did you mean model.language_model.norm.weight"),
    "model.language_model.norm.weight": (torch.zeros(65), r"is \[65\] and the model's is \[64\]"),
    "model.visual.merger.norm.weight": (torch.zeros(64, dtype=torch.int8), "holds torch.int8"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
async def test_wrong_tensors_change_nothing(
    folder: Path, tmp_path: Path, name: str, dtype: Literal["float32", "bfloat16", "int8"]
) -> None:
    client = EmbeddedClient(folder, name="tiny 1", dtype=dtype)
    before = await drawn(client)
    tensor, words = WRONG[name]
    good = tensors_of(write_folder(tmp_path / "other", seed=9))
    with pytest.raises(ModelError, match=words):
        await client.load_tensors(good | {name: tensor}, version="2")
    again = await client.generate(ask(), sampling=Sampling(max_tokens=12))
    assert (again.token_ids, again.model) == (before[0], "tiny 1")
    assert again.usage.cached_tokens > 0, "what was kept is still true"
    await client.close()
    with pytest.raises(ClientError, match="was closed"):
        await client.load_tensors(good, version="2")


async def test_a_question_on_its_way_is_answered_by_the_old_weights(client: EmbeddedClient, tmp_path: Path) -> None:
    tensors = tensors_of(write_folder(tmp_path / "other", seed=9))
    sampling = Sampling(max_tokens=60, loop_tokens=0)
    alone = await client.generate(ask(), sampling=sampling)
    stream = client.stream(ask(), sampling=sampling)
    parts = [await anext(stream)]
    loading = asyncio.create_task(client.load_tensors(tensors, version="2"))
    await asyncio.sleep(0)
    late = asyncio.create_task(client.generate(ask(), sampling=sampling))
    parts += [part async for part in stream]
    last = parts[-1]
    assert isinstance(last, Completion)
    assert (last.token_ids, last.model) == (alone.token_ids, "tiny 1")
    await loading
    assert (await late).token_ids != alone.token_ids
    assert (await late).model == client.name == "tiny 1 2"


async def test_tokens_have_a_text_once_the_model_is_there(client: EmbeddedClient) -> None:
    with pytest.raises(ClientError, match="not loaded"):
        client.token_text(5)
    completion = await client.generate(ask(), regex="[a-z]{4}")
    assert "".join(map(client.token_text, completion.token_ids)) == completion.text
