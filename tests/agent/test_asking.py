"""The model that the settings name is asked as they say, whoever serves it."""

from pathlib import Path

import pytest

from agent.asking import model_of
from agent.settings import ModelSettings
from perception.clients.client import Message, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.qwen3vl.presets import PRESETS
from tests.chat_server import ChatServer, chat, models
from tests.tiny_model import write_folder

ASK = [Message(role="user", parts=(TextPart(text="Click Save"),))]


@pytest.mark.parametrize(
    ("served", "sampling", "expected"),
    [
        ("Qwen/Qwen3-VL-8B-Thinking", "auto", "thinking"),
        ("Qwen/Qwen3-VL-8B-Instruct", "auto", "instruct"),
        ("Qwen/Qwen3-VL-8B-Thinking", "instruct-text-small", "instruct-text-small"),
    ],
)
async def test_a_preset_goes_along_with_every_question(served: str, sampling: str, expected: str) -> None:
    """Only the server knows the model's name here."""
    with ChatServer(chat("{}"), pages={"/v1/models": models(served, owner="sglang")}) as server:
        settings = ModelSettings(name=server.url, sampling=sampling, timeout_seconds=60)
        async with model_of(settings) as model:
            await model.client.generate(ASK, sampling=model.sampling)
    (sent,), preset = server.requests, PRESETS[expected]
    assert model.sampling.max_seconds == 60
    for name in ("temperature", "top_p", "top_k", "presence_penalty", "max_tokens"):
        assert sent[name] == getattr(preset, name), name


async def test_without_a_preset_the_likeliest_token_is_taken(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "Qwen3-VL-2B-Thinking")
    async with model_of(ModelSettings(name=str(folder))) as model:
        assert model.sampling == Sampling(max_tokens=512)
    async with model_of(ModelSettings(name=str(folder), sampling="auto")) as model:
        assert model.sampling == PRESETS["thinking"]


async def test_the_number_format_is_that_of_the_settings(tmp_path: Path) -> None:
    """A format shows in the log-probabilities."""
    folder = write_folder(tmp_path / "model")
    heard = {}
    for dtype in ("float32", "int8"):
        async with model_of(ModelSettings(name=str(folder), dtype=dtype)) as model:
            heard[dtype] = (await model.client.generate(ASK, sampling=Sampling(max_tokens=4))).logprobs
    client = EmbeddedClient(folder, dtype="float32")
    assert (await client.generate(ASK, sampling=Sampling(max_tokens=4))).logprobs == pytest.approx(heard["float32"])
    await client.close()
    assert heard["int8"] != pytest.approx(heard["float32"], abs=1e-6)
