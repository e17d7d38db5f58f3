"""Small random models under the real SGLang server: a mixture of experts, new weights from memory, and the router."""

import asyncio
import io
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import torch
from safetensors.torch import load_file

from agent.cluster.installation import Installation
from agent.cluster.serving import Serving
from perception.clients.catalog import NANO
from perception.clients.client import Completion, ImagePart, Message, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.sglang import OpenAIClient
from perception.clients.sglang_admin import SGLangAdmin
from perception.observation import Frame
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from tests.sglang.conftest import serving
from tests.tiny_model import Shape, write_folder

pytestmark = [pytest.mark.sglang, pytest.mark.asyncio(loop_scope="module")]
SAMPLING = Sampling(max_tokens=12, max_seconds=300)


def write_sparse(folder: Path, seed: int = 0) -> Path:
    """A folder with a mixture of experts, and three levels of DeepStack, which SGLang counts on."""
    write_folder(folder, Shape(64, 4, 64, 4, 4, 2))
    config = Config.load(folder)
    text = replace(
        config.text, num_experts=8, num_experts_per_tok=2, moe_intermediate_size=48
    )  # not square: then files say which width is which
    vision = replace(config.vision, deepstack_visual_indexes=(0, 1, 2))
    model = Qwen3VL(replace(config, text=text, vision=vision))
    model.initialise(torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter *= 5  # so that different prompts get different replies
    weights.save(model, folder, torch.float32)
    # A tokenizer of the class Qwen2Tokenizer is split by `transformers` as Qwen's is; this vocabulary is another.
    shutil.copy(NANO / "tokenizer_config.json", folder)
    return folder


def asked(text: str) -> list[Message]:
    """A question about a frame of a size that is not resized: resizers round otherwise, and a model's router that is
    in two minds picks another expert for it."""
    frame = Frame(np.random.default_rng(len(text)).integers(0, 255, (256, 256, 3), dtype=np.uint8))
    return [Message(role="user", parts=(ImagePart(frame=frame), TextPart(text=text)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sparse(tmp_path_factory.mktemp("models") / "sparse")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(
    installation: Installation, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Serving]:
    """Two replicas behind the router."""
    async with serving(installation, folder, tmp_path_factory.mktemp("logs"), num_replicas=2) as found:
        yield found


async def ask(address: str, text: str) -> Completion:
    client = OpenAIClient(address)
    try:
        return await client.generate(asked(text), sampling=SAMPLING)
    finally:
        await client.close()


async def test_a_mixture_of_experts_says_what_it_says_under_our_engine(servers: Serving, folder: Path) -> None:
    ours = EmbeddedClient(folder, dtype="float32", sampling=SAMPLING)
    try:
        for text in ("Click Save", "Type a name", "Close the dialog"):
            here, there = await ours.generate(asked(text)), await ask(servers.workers[0].address, text)
            assert there.usage.prompt_tokens == here.usage.prompt_tokens
            assert there.token_ids[: len(here.token_ids)] == here.token_ids
            assert there.logprobs[: len(here.logprobs)] == pytest.approx(here.logprobs, abs=1e-4)
    finally:
        await ours.close()


async def test_chat_goes_through_the_router_to_both(servers: Serving) -> None:
    client = OpenAIClient(servers.address)
    found = await client.capabilities()
    await client.close()
    assert found.routed
    assert not found.token_ids
    texts = [f"Question {number}" for number in range(8)]
    routed = await asyncio.gather(*(ask(servers.address, text) for text in texts))
    direct = [await ask(servers.workers[1].address, text) for text in texts[:3]]
    assert [one.text for one in routed[:3]] == [one.text for one in direct]


async def test_weights_from_memory_change_the_answer(servers: Serving, folder: Path, tmp_path: Path) -> None:
    address = servers.workers[0].address
    before, other = await ask(address, "Click"), write_sparse(tmp_path / "other", seed=1)
    async with SGLangAdmin(address) as admin:
        async with admin.loading():
            await admin.load_tensors([_serialized(other)], version="new")
        assert await admin.version() == "new"
        assert (await ask(address, "Click")).text != before.text
        await admin.load_folder(folder, version="old")
        assert (await ask(address, "Click")).text == before.text


def _serialized(folder: Path) -> bytes:
    """Named weights as the server's own serializer writes them: a pickle, of plain tensors on a CPU."""
    import pickle

    found = load_file(folder / "model.safetensors")
    buffer = io.BytesIO()
    pickle.Pickler(buffer).dump([(name, tensor.clone()) for name, tensor in found.items()])
    return buffer.getvalue()
