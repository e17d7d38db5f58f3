"""Texts longer than a model was trained on, and prompts that are read in pieces."""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import Qwen3VLTextConfig
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRotaryEmbedding

from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.config import TextConfig, Yarn
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.prefill import prefill
from perception.qwen3vl.text import Decoder
from tests.perception.qwen3vl.conftest import YARN, Film, linux, most_memory, pixels_for, reference_logits, row

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


def in_pieces(ours: Qwen3VL, ids: Tensor, pixels: Tensor, seen: Any, chunk: int, wanted: int) -> tuple[Tensor, Watched]:
    """Logits of the last tokens, and the cache."""
    features, mask = ours.encode_images(pixels, seen), ours.visual_mask(ids)
    embeds, positions = ours.embed(ids, mask, features), ours.position_ids(ids, seen)
    cache, visual = Watched(3, len(ids)), (mask, features.deepstack)
    hidden = prefill(ours, embeds, positions, cache, chunk=chunk, visual=visual, place=cache.place, wanted=wanted)
    return ours.logits(hidden), cache


@pytest.mark.parametrize("chunk", [1, 7, 16, 1000])
@torch.no_grad()
def test_in_pieces_equals_reference(pair: Any, chunk: int) -> None:
    ours, reference = pair
    torch.manual_seed(1)
    ids, pixels = torch.tensor([row(*PARTS)]), pixels_for(ours, SEEN)
    expected = reference_logits(reference, ids, pixels, SEEN)
    found, cache = in_pieces(ours, ids, pixels, SEEN, chunk, ids.shape[1])
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    total = ids.shape[1]
    assert [new for new, _ in cache.passes] == [
        min(chunk, total - start) for start in range(0, total, chunk) for _ in range(3)
    ]
    assert max(held for _, held in cache.passes) == total


@torch.no_grad()
def test_the_last_tokens_of_several_rows(pair: Any) -> None:
    """Chunks cut through the images of both rows at other places."""
    ours, reference = pair
    torch.manual_seed(2)
    seen = [(1, 4, 6), Film(2, 4, 4), Film(2, 4, 4), (1, 4, 6)]
    ids = torch.tensor([row(5, seen[0], 2, seen[1], 9), row(1, seen[2], 8, seen[3], 7)])
    pixels = pixels_for(ours, seen)
    expected = reference_logits(reference, ids, pixels, seen)[:, -12:]
    found, _ = in_pieces(ours, ids, pixels, seen, 8, 12)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_simple_cache_needs_no_place(make_pair: Any) -> None:
    class Growing:
        kept: dict[int, tuple[Tensor, Tensor]] = {}  # noqa: RUF012

        def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
            held = self.kept.get(layer_index, (k[:, :, :0], v[:, :, :0]))
            self.kept[layer_index] = (torch.cat([held[0], k], 2), torch.cat([held[1], v], 2))
            return self.kept[layer_index]

    ours, _ = make_pair(tied=True)
    ids = torch.tensor([row(40)])
    embeds, positions = ours.embed(ids), ours.position_ids(ids, None)
    found = prefill(ours, embeds, positions, Growing(), chunk=9)
    torch.testing.assert_close(found, ours.hidden(embeds, positions)[:, -1:], atol=1e-5, rtol=1e-5)
    with pytest.raises(ValueError, match="a chunk has 0 tokens"):
        prefill(ours, embeds, positions, Growing(), chunk=0)


@linux
@torch.no_grad()
def test_memory_does_not_grow_with_the_square(make_pair: Any) -> None:
    """In bfloat16 scores are really there: 6 heads x 3,072 x 3,072 at once are 113 MB, several times over."""
    ours = make_pair(tied=True)[0].bfloat16()
    ids = torch.tensor([row(3072)])
    embeds, positions = ours.embed(ids), ours.position_ids(ids, None)
    cache = Watched(3)
    whole, much = most_memory(lambda: ours.hidden(embeds, positions)[:, -1:])
    parts, little = most_memory(lambda: prefill(ours, embeds, positions, cache, chunk=256, place=cache.place))
    assert much > 200e6
    assert little < much / 3
    torch.testing.assert_close(parts, whole, atol=0.1, rtol=0.1)


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
