"""The embedded client: loaded at the first question, cut when its asker goes away, closed twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

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


async def test_tokens_have_a_text_once_the_model_is_there(client: EmbeddedClient) -> None:
    with pytest.raises(ClientError, match="not loaded"):
        client.token_text(5)
    completion = await client.generate(ask(), regex="[a-z]{4}")
    assert "".join(map(client.token_text, completion.token_ids)) == completion.text
