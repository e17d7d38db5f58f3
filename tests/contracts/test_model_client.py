"""What every ModelClient keeps to, whoever answers."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from perception.clients.client import Completion, ImagePart, Message, ModelClient, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.scripted import ScriptedClient
from perception.clients.sglang import OpenAIClient
from perception.observation import Frame
from tests.chat_server import ChatServer, chat
from tests.tiny_model import write_folder

SCHEMA = {
    "type": "object",
    "properties": {"thought": {"const": "Finished"}, "action": {"const": "terminate"}},
    "required": ["thought", "action"],
    "additionalProperties": False,
}
REPLY = '{"thought": "Finished", "action": "terminate"}'
ASK = [
    Message(
        role="user",
        parts=(ImagePart(frame=Frame(np.full((64, 64, 3), 90, np.uint8))), TextPart(text="Click Save")),
    )
]
Make = Callable[[], ModelClient]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(params=["scripted", "embedded", "server"])
def make(request: pytest.FixtureRequest, folder: Path) -> Iterator[Make]:
    with ExitStack() as stack:
        if request.param == "scripted":
            yield lambda: ScriptedClient([REPLY] * 3)
        elif request.param == "embedded":
            yield lambda: EmbeddedClient(folder, dtype="float32")
        else:
            server = stack.enter_context(ChatServer(chat(REPLY)))
            yield lambda: OpenAIClient(server.url, model="served")


@pytest.fixture
async def client(make: Make) -> AsyncIterator[ModelClient]:
    client = make()
    yield client
    await client.close()


async def test_the_text_is_one_value_of_the_schema(client: ModelClient) -> None:
    completion = await client.generate(ASK, schema=SCHEMA, sampling=Sampling(max_tokens=64))
    assert isinstance(completion, Completion)
    assert completion.text == REPLY
    assert completion.finish == "stop"


async def test_records_get_a_name(client: ModelClient) -> None:
    assert client.name
    assert (await client.generate(ASK, schema=SCHEMA)).model == client.name


async def test_questions_leave_no_trace_in_the_messages(client: ModelClient) -> None:
    messages = list(ASK)
    await client.generate(messages, schema=SCHEMA)
    await client.generate(messages, schema=SCHEMA)
    assert messages == ASK


async def test_a_completion_can_be_written_down(client: ModelClient) -> None:
    completion = await client.generate(ASK, schema=SCHEMA)
    assert Completion.model_validate_json(completion.model_dump_json()) == completion


async def test_close_may_be_called_twice_and_without_a_question(make: Make) -> None:
    client = make()
    await client.close()
    await client.close()
