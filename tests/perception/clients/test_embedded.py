"""The embedded client: loaded at the first question, cut when its asker goes away, closed twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from actions.space import reply_schema
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.errors import ClientError, ModelError
from perception.observation import Frame
from tests.tiny_model import write_folder

ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 600}


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
    question = asyncio.create_task(client.generate(ask(), schema=ENDLESS, sampling=Sampling(max_tokens=400)))
    ticks = 0
    while not question.done():
        await asyncio.sleep(0.002)
        ticks += 1
    assert (await question).finish == "length"
    assert ticks > 5


async def test_a_cancelled_question_is_cut_and_the_next_one_does_not_wait(client: EmbeddedClient) -> None:
    await client.load()
    question = asyncio.create_task(
        client.generate(ask(), schema=ENDLESS, sampling=Sampling(max_tokens=100_000, max_seconds=60))
    )
    await asyncio.sleep(0.3)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    begun = perf_counter()
    await client.generate(ask(), sampling=Sampling(max_tokens=2))
    assert perf_counter() - begun < 10


async def test_closing_ends_what_runs_and_is_final(client: EmbeddedClient) -> None:
    await client.load()
    question = asyncio.create_task(
        client.generate(ask(), schema=ENDLESS, sampling=Sampling(max_tokens=100_000, max_seconds=60))
    )
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
