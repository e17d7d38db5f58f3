"""Models that `transformers` runs: a Qwen3-VL as our engine would, and another kind by its own processor."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import torch

from agent.training.vocabulary import build
from perception.clients.client import ImagePart, Message, Sampling, TextPart, VideoPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.transformers import TransformersClient
from perception.errors import ClientError, ModelError
from perception.observation import Frame
from tests.tiny_model import CHAT_TEMPLATE, write_folder

FRAME = Frame(np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8))
ASK = [Message(role="user", parts=(ImagePart(frame=FRAME), TextPart(text="Click Save")))]
SCHEMA = {
    "type": "object",
    "properties": {"n": {"enum": [1, 2]}, "word": {"enum": ["left", "right"]}},
    "required": ["n", "word"],
    "additionalProperties": False,
}
OPEN = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 3000}


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny-qwen")


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random LLaVA with a CLIP tower, a Llama decoder and nano's vocabulary."""
    import transformers as hf

    hf.utils.logging.disable_progress_bar()
    folder = tmp_path_factory.mktemp("models") / "tiny-llava"
    words = build()
    image_token = words.token_to_id("<|image_pad|>")
    assert image_token is not None
    hf.LlavaProcessor(
        image_processor=hf.CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer=hf.PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<|im_end|>", pad_token="<|endoftext|>"),
        patch_size=16,
        vision_feature_select_strategy="default",
        image_token="<|image_pad|>",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
    shape: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = hf.LlavaConfig(
        vision_config=hf.CLIPVisionConfig(**shape, num_attention_heads=2, image_size=32, patch_size=16),
        text_config=hf.LlamaConfig(
            **shape, vocab_size=words.get_vocab_size() + 5, num_attention_heads=2, max_position_embeddings=32_768
        ),
        image_token_index=image_token,
        vision_feature_layer=-1,
    )
    torch.manual_seed(0)
    model = hf.LlavaForConditionalGeneration(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(5)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(params=["qwen", "llava"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[TransformersClient]:
    folder: Path = request.getfixturevalue(request.param)
    client = TransformersClient(folder, sampling=Sampling(max_tokens=24))
    yield client
    await client.close()


async def test_a_schema_holds(client: TransformersClient) -> None:
    completion = await client.generate(ASK, schema=SCHEMA, sampling=Sampling(max_tokens=64))
    assert json.loads(completion.text).keys() == {"n", "word"}
    assert (completion.finish, completion.model) == ("stop", client.name)
    assert len(completion.logprobs) == len(completion.token_ids) == completion.usage.completion_tokens
    assert all(math.isfinite(logprob) and logprob <= 1e-5 for logprob in completion.logprobs)


async def test_a_reply_may_be_free(client: TransformersClient) -> None:
    first, again = [await client.generate(ASK) for _ in range(2)]
    assert first.token_ids == again.token_ids
    assert 0 < first.usage.completion_tokens <= 24
    assert (first.finish == "length") is (first.usage.completion_tokens == 24)


async def test_the_image_is_seen(client: TransformersClient) -> None:
    other = Frame(255 - FRAME.pixels)
    asked = [Message(role="user", parts=(ImagePart(frame=other), TextPart(text="Click Save")))]
    assert (await client.generate(ASK)).logprobs != (await client.generate(asked)).logprobs


async def test_a_seed_draws_the_same_and_another_does_not(client: TransformersClient) -> None:
    drawn = [
        (await client.generate(ASK, sampling=Sampling(temperature=1.5, top_p=0.99, seed=seed, max_tokens=24))).token_ids
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


async def test_a_video_is_its_frames(client: TransformersClient) -> None:
    video = VideoPart(frames=(FRAME, FRAME), seconds=(0.0, 0.5))
    completion = await client.generate([Message(role="user", parts=(video, TextPart(text="What changes?")))])
    alone = await client.generate(ASK)
    assert completion.usage.prompt_tokens > alone.usage.prompt_tokens


async def test_a_cancelled_question_ends_between_tokens(client: TransformersClient) -> None:
    await client.generate(ASK, sampling=Sampling(max_tokens=1))
    long = Sampling(max_tokens=5_000, max_seconds=60)
    question = asyncio.create_task(client.generate(ASK, schema=ENDLESS, sampling=long))
    await asyncio.sleep(0.3)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    begun = perf_counter()
    await client.generate(ASK, sampling=Sampling(max_tokens=1))
    assert perf_counter() - begun < 5


async def test_time_ends_a_reply(client: TransformersClient) -> None:
    short = Sampling(max_tokens=5_000, max_seconds=0.3)
    assert (await client.generate(ASK, schema=ENDLESS, sampling=short)).finish == "time"


async def test_it_draws_what_our_engine_draws(qwen: Path) -> None:
    mine, theirs = EmbeddedClient(qwen, dtype="float32"), TransformersClient(qwen)
    sampling = Sampling(max_tokens=24)
    ours, other = [await client.generate(ASK, sampling=sampling) for client in (mine, theirs)]
    for client in (mine, theirs):
        await client.close()
    # Our engine ends a reply without spending a pass on the token that says so.
    assert other.token_ids[: len(ours.token_ids)] == ours.token_ids
    assert np.allclose(ours.logprobs, other.logprobs[: len(ours.logprobs)], atol=1e-3)


@pytest.mark.parametrize(
    ("sampling", "finish"),
    [(Sampling(max_tokens=48), "length"), (Sampling(max_tokens=2_000, loop_tokens=32), "loop")],
)
@pytest.mark.parametrize("schema", [None, OPEN])
async def test_it_ends_a_reply_where_our_engine_does(
    qwen: Path, schema: dict[str, Any] | None, sampling: Sampling, finish: str
) -> None:
    mine, theirs = EmbeddedClient(qwen, dtype="float32"), TransformersClient(qwen)
    ours, other = [await client.generate(ASK, schema=schema, sampling=sampling) for client in (mine, theirs)]
    for client in (mine, theirs):
        await client.close()
    assert (other.text, other.finish) == (ours.text, finish)
    assert ours.finish == finish
    if schema:
        assert json.loads(other.text)


async def test_what_can_not_be_asked_or_loaded_is_one_line(client: TransformersClient, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="JSON Schema"):
        await client.generate(ASK, schema={"type": "no such type"})
    nothing = TransformersClient(tmp_path)
    with pytest.raises(ModelError, match="can't load") as caught:
        await nothing.generate(ASK)
    assert "\n" not in str(caught.value)
    await nothing.close()


async def test_closing_ends_what_runs_and_is_final(qwen: Path) -> None:
    client = TransformersClient(qwen)
    await client.generate(ASK, sampling=Sampling(max_tokens=1))
    long = Sampling(max_tokens=5_000, max_seconds=60)
    question = asyncio.create_task(client.generate(ASK, schema=ENDLESS, sampling=long))
    await asyncio.sleep(0.2)
    await client.close()
    assert (await question).finish == "time"
    await client.close()
    with pytest.raises(ClientError, match="was closed"):
        await client.generate(ASK)
