"""Texts longer than a model was trained on, and prompts that are read in pieces."""

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import Qwen3VLTextConfig
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRotaryEmbedding

from perception.clients.client import Sampling
from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.config import TextConfig, Yarn
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.reply import Request
from perception.qwen3vl.text import Decoder
from tests.perception.qwen3vl.conftest import YARN, Film, linux, most_memory, pixels_for, reference_logits, row
from tests.perception.qwen3vl.tiny_engine import small_model, small_tokenizer

PARTS = [5, (1, 4, 6), 7, Film(3, 4, 4), 11, (1, 2, 8), 30]
SEEN = [part for part in PARTS if not isinstance(part, int)]
KINDS: dict[str, dict[str, Any]] = {
    "dense": {"tied": True},
    "sparse": {"tied": False, "sparse": True},
    "yarn": {"tied": True, "rope_scaling": YARN},
}


@pytest.fixture(scope="module", params=KINDS.values(), ids=list(KINDS))
def pair(request: pytest.FixtureRequest, make_pair: Any) -> Any:
    return make_pair(**request.param)


class Watched:
    """A cache that writes down how many tokens came, and how many they could look at."""

    def __init__(self, num_layers: int, num_rows: int = 1) -> None:
        self.inner = KeyValueCache(num_layers, num_rows=num_rows, capacity=1)
        self.num_rows = num_rows
        self.passes: list[tuple[int, int]] = []

    def place(self, width: int) -> Tensor | None:
        return self.inner.place([width] * self.num_rows)

    def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        found = self.inner.update(layer_index, k, v)
        self.passes.append((k.shape[2], found[0].shape[2]))
        return found


def in_pieces(ours: Qwen3VL, ids: Tensor, pixels: Tensor, seen: Any, chunk: int) -> tuple[Tensor, Watched]:
    """Logits of all tokens, read chunk by chunk, and the cache."""
    features, visual = ours.encode_images(pixels, seen), ours.visual_mask(ids)
    embeds, positions = ours.embed(ids, visual, features), ours.position_ids(ids, seen)
    cache, hidden = Watched(3, len(ids)), []
    order = visual.flatten().cumsum(0).view_as(visual) - 1  # features lie row by row: which of them a place has
    for start in range(0, ids.shape[1], chunk):
        part = slice(start, min(start + chunk, ids.shape[1]))
        here = visual[:, part]
        added = here, [level[order[:, part][here]] for level in features.deepstack]
        mask = cache.place(part.stop - part.start)
        hidden.append(ours.hidden(embeds[:, part], positions[:, :, part], mask=mask, visual=added, cache=cache))
    return ours.logits(torch.cat(hidden, 1)), cache


@pytest.mark.parametrize("chunk", [1, 7, 16, 1000])
@torch.no_grad()
def test_in_pieces_equals_reference(pair: Any, chunk: int) -> None:
    ours, reference = pair
    torch.manual_seed(1)
    ids, pixels = torch.tensor([row(*PARTS)]), pixels_for(ours, SEEN)
    expected = reference_logits(reference, ids, pixels, SEEN)
    found, cache = in_pieces(ours, ids, pixels, SEEN, chunk)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    total = ids.shape[1]
    assert [new for new, _ in cache.passes] == [
        min(chunk, total - start) for start in range(0, total, chunk) for _ in range(3)
    ]
    assert max(held for _, held in cache.passes) == total


@torch.no_grad()
def test_several_rows_in_pieces(pair: Any) -> None:
    """Chunks cut through the images of both rows at other places."""
    ours, reference = pair
    torch.manual_seed(2)
    seen = [(1, 4, 6), Film(2, 4, 4), Film(2, 4, 4), (1, 4, 6)]
    ids = torch.tensor([row(5, seen[0], 2, seen[1], 9), row(1, seen[2], 8, seen[3], 7)])
    pixels = pixels_for(ours, seen)
    expected = reference_logits(reference, ids, pixels, seen)
    found, _ = in_pieces(ours, ids, pixels, seen, 8)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@linux
def test_memory_does_not_grow_with_the_square() -> None:
    """In bfloat16 scores are really there: 4 heads x 4,000 x 4,000 at once are 128 MB."""
    model = deepcopy(small_model()).bfloat16()

    def peak(chunk: int) -> int:
        engine = Engine(model, small_tokenizer(), ImageProcessor(), chunk=chunk, keep_bytes=0)
        asked = Request(engine.prompt_of_ids([5] * 4000), None, Sampling(max_tokens=1))
        return most_memory(lambda: engine.generate(asked))[1]

    whole, parts = peak(4096), peak(256)
    assert whole > 100e6
    assert parts < whole / 3


ROPES: dict[str, tuple[dict[str, Any], Yarn]] = {
    "to 1M": ({"factor": 3.0}, Yarn(3.0, 262_144)),
    "attention factor": ({"factor": 2.0, "attention_factor": 1.3}, Yarn(2.0, 262_144, attention_factor=1.3)),
    "borders": (
        {"factor": 4.0, "beta_fast": 20.0, "beta_slow": 2.0},
        Yarn(4.0, 262_144, beta_fast=20.0, beta_slow=2.0),
    ),
    "whole": ({"factor": 4.0, "truncate": False}, Yarn(4.0, 262_144, truncate=False)),
    "one": ({"factor": 1.0}, Yarn(1.0, 262_144)),
}


@pytest.mark.parametrize("name", ROPES)
def test_angles_of_a_released_model_equal_reference(name: str) -> None:
    rope, yarn = ROPES[name]
    rope = {"rope_type": "yarn", "original_max_position_embeddings": 262_144, "rope_theta": 5_000_000.0, **rope}
    rope |= {"mrope_section": [24, 20, 20], "mrope_interleaved": True}
    longest = int(262_144 * yarn.factor)
    config: Any = Qwen3VLTextConfig(rope_parameters=rope, max_position_embeddings=longest, head_dim=128)
    places = torch.tensor([0, 1, 2, 3, 100, 4_000, 262_143, 500_000, longest - 1, 1_000_000])
    positions = torch.stack([places, places.flip(0), places // 3])[:, None]
    cos, sin = Qwen3VLTextRotaryEmbedding(config)(torch.zeros(1), positions)
    with torch.device("meta"):
        decoder = Decoder(TextConfig(num_hidden_layers=1, yarn=yarn))
    found = decoder.angles(positions)
    torch.testing.assert_close(found[0], cos[..., :64], atol=1e-6, rtol=0)
    torch.testing.assert_close(found[1], sin[..., :64], atol=1e-6, rtol=0)


@torch.no_grad()
def test_a_model_that_reads_further(make_pair: Any) -> None:
    """Logits with YaRN far behind the original length of 32 tokens, and that it makes a difference."""
    ours, reference = make_pair(tied=True, rope_scaling=YARN)
    plain, _ = make_pair(tied=True)
    ids = torch.tensor([row(300)])
    expected = reference_logits(reference, ids)
    torch.testing.assert_close(ours(ids), expected, atol=1e-4, rtol=1e-4)
    assert (plain(ids) - expected).abs().max() > 0.01
