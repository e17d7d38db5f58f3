"""The model that the settings name is asked as they say, whoever serves it."""

from pathlib import Path

import pytest

from agent.settings import ModelSettings
from perception.clients.client import Message, Sampling, TextPart
from perception.qwen3vl.presets import PRESETS
from tests.chat_server import ChatServer, chat, models
from tests.tiny_model import write_folder
from ui.asking import model_of

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
