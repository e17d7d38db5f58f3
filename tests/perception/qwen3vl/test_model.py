"""Logits, gradients, names and shapes equal those of the reference implementation."""

from typing import Any

import pytest
import torch
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from tests.perception.qwen3vl.conftest import END, IMAGE, START

Grids = list[tuple[int, int, int]]


@pytest.fixture(scope="module", params=[True, False], ids=["tied", "untied"])
def pair(request: pytest.FixtureRequest, make_pair: Any) -> Any:
    return make_pair(tied=request.param)


def row(*parts: int | tuple[int, int, int]) -> list[int]:
    """Token ids: a number is that many words, a grid is an image."""
    ids: list[int] = []
    for part in parts:
        if isinstance(part, tuple):
            ids += [START, *[IMAGE] * (part[0] * part[1] * part[2] // 4), END]
        else:
            ids += torch.randint(0, 90, (part,)).tolist()
    return ids


def reference_logits(model: Any, ids: torch.Tensor, pixels: Any, grids: Grids, mask: Any = None) -> torch.Tensor:
    extra = {} if pixels is None else {"pixel_values": pixels, "image_grid_thw": torch.tensor(grids)}
    kinds = (ids == IMAGE).int()
    return model(input_ids=ids, attention_mask=mask, mm_token_type_ids=kinds, use_cache=False, **extra).logits


CASES: dict[str, tuple[list[Any], Grids]] = {
    "one image": ([3, (1, 4, 6), 9], [(1, 4, 6)]),
    "small image": ([(1, 2, 2), 5], [(1, 2, 2)]),
    "wide image": ([1, (1, 2, 20), 7], [(1, 2, 20)]),
    "larger than the table": ([2, (1, 18, 12), 3], [(1, 18, 12)]),
    "several sizes": ([2, (1, 4, 6), 1, (1, 8, 2), 4, (1, 8, 2)], [(1, 4, 6), (1, 8, 2), (1, 8, 2)]),
    "equal sizes": ([2, (1, 4, 6), 1, (1, 4, 6), 4], [(1, 4, 6), (1, 4, 6)]),
}


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_logits_with_images(pair: Any, case: str) -> None:
    ours, reference = pair
    torch.manual_seed(1)
    parts, grids = CASES[case]
    ids = torch.tensor([row(*parts)])
    pixels = torch.randn(sum(t * h * w for t, h, w in grids), ours.config.vision.patch_dim)
    expected = reference_logits(reference, ids, pixels, grids)
    torch.testing.assert_close(ours(ids, pixel_values=pixels, grid_thw=grids), expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_logits_of_text_only(pair: Any) -> None:
    ours, reference = pair
    ids = torch.tensor([row(17)])
    torch.testing.assert_close(ours(ids), reference_logits(reference, ids, None, []), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
@torch.no_grad()
def test_logits_of_padded_batch(pair: Any, side: str) -> None:
    ours, reference = pair
    grids: Grids = [(1, 4, 6), (1, 6, 4), (1, 2, 4)]
    rows = [row(2, grids[0], 5), row(9, grids[1], 1, grids[2], 2), row(4)]
    length = max(map(len, rows))
    pad = [[0] * (length - len(ids)) for ids in rows]
    kept = [[1] * len(ids) for ids in rows]
    join = (lambda a, b: a + b) if side == "left" else (lambda a, b: b + a)
    ids = torch.tensor([join(p, r) for p, r in zip(pad, rows, strict=True)])
    mask = torch.tensor([join(p, k) for p, k in zip(pad, kept, strict=True)])
    pixels = torch.randn(sum(t * h * w for t, h, w in grids), ours.config.vision.patch_dim)
    expected = reference_logits(reference, ids, pixels, grids, mask)
    found = ours(ids, pixel_values=pixels, grid_thw=grids, attention_mask=mask)
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], atol=1e-4, rtol=1e-4)


def test_gradients(make_pair: Any) -> None:
    """Our rotation has a gradient of its own, so gradients are compared too."""
    ours, reference = make_pair(tied=False)
    torch.manual_seed(2)
    grids: Grids = [(1, 4, 6), (1, 4, 6)]
    ids = torch.tensor([row(2, grids[0], 5), row(2, grids[1], 5)])
    pixels = torch.randn(48, ours.config.vision.patch_dim)
    target = torch.randn(*ids.shape, 96)
    (ours(ids, pixel_values=pixels, grid_thw=grids) * target).mean().backward()
    (reference_logits(reference, ids, pixels, grids) * target).mean().backward()
    expected = dict(reference.named_parameters())
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(
            parameter.grad, expected[name].grad, atol=1e-6, rtol=1e-3, msg=lambda m, n=name: f"{n}: {m}"
        )


@torch.no_grad()
def test_still_patches_need_not_be_repeated(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    still = torch.randn(24, 3, 1, 16, 16)
    twice = still.expand(-1, -1, 2, -1, -1).flatten(1)
    grids = [(1, 4, 6)]
    once = ours.encode_images(still.flatten(1), grids)
    torch.testing.assert_close(once.tokens, ours.encode_images(twice, grids).tokens, atol=1e-4, rtol=1e-4)
    assert once.patches.shape == (24, 32)
    assert [level.shape for level in once.deepstack] == [(6, 48), (6, 48)]


class GrowingCache:
    """The simplest cache there is."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def update(self, layer_index: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if layer_index in self.kept:
            k, v = (torch.cat(pair, 2) for pair in zip(self.kept[layer_index], (k, v), strict=True))
        self.kept[layer_index] = (k, v)
        return k, v


@torch.no_grad()
def test_cache_in_pieces_equals_one_pass(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    ids = torch.tensor([row(11)])
    x, positions = ours.embed(ids), ours.position_ids(ids, None)
    whole = ours.hidden(x, positions)
    cache, pieces = GrowingCache(), [slice(0, 6), slice(6, 7), slice(7, 11)]
    parts = [ours.hidden(x[:, piece], positions[:, :, piece], cache=cache) for piece in pieces]
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_tap_sees_the_input_of_each_layer(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    ids = torch.tensor([row(5)])
    seen: dict[int, torch.Tensor] = {}
    x = ours.embed(ids)
    ours.hidden(x, ours.position_ids(ids, None), tap=seen.__setitem__)
    assert list(seen) == [0, 1, 2]
    torch.testing.assert_close(seen[0], x)


@torch.no_grad()
def test_bfloat16_autocast_stays_close(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    ours.initialise(torch.Generator().manual_seed(3))
    ids = torch.tensor([row(2, (1, 4, 6), 5)])
    pixels = torch.randn(24, ours.config.vision.patch_dim)
    expected = ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)])
    with torch.autocast("cpu", torch.bfloat16):
        found = ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)])
    torch.testing.assert_close(found.float(), expected, atol=0.02, rtol=0.05)


def test_training_after_inference_mode(make_pair: Any) -> None:
    """What is kept between calls was made in inference mode here, and is needed for a gradient after it."""
    ours, _ = make_pair(tied=True)
    ids, pixels = torch.tensor([row(2, (1, 4, 6), 5)]), torch.randn(24, ours.config.vision.patch_dim)
    with torch.inference_mode():
        ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)])
    ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)]).sum().backward()
    assert all(parameter.grad is not None for parameter in ours.parameters())


def released(name: str) -> dict[str, Any]:
    """What the released dense checkpoints say in their config.json (huggingface.co/Qwen/Qwen3-VL-…-Instruct)."""
    rope = {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"}
    text: dict[str, Any] = {
        "vocab_size": 151936,
        "head_dim": 128,
        "num_key_value_heads": 8,
        "rope_theta": 5000000,
    }
    text |= {"rope_scaling": rope, "rms_norm_eps": 1e-06, "max_position_embeddings": 262144}
    sizes = {
        "2B": (2048, 6144, 28, 16),
        "4B": (2560, 9728, 36, 32),
        "8B": (4096, 12288, 36, 32),
        "32B": (5120, 25600, 64, 64),
    }
    keys = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    text |= dict(zip(keys, sizes[name], strict=True))
    large = {
        "depth": 24,
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "deepstack_visual_indexes": [5, 11, 17],
    }
    so400m = {
        "depth": 27,
        "hidden_size": 1152,
        "intermediate_size": 4304,
        "deepstack_visual_indexes": [8, 16, 24],
    }
    vision = {
        "num_heads": 16,
        "out_hidden_size": text["hidden_size"],
        **(large if name in ("2B", "4B") else so400m),
    }
    return {"text_config": text, "vision_config": vision, "tie_word_embeddings": name in ("2B", "4B")}


@pytest.mark.parametrize("name", ["2B", "4B", "8B", "32B"])
def test_released_shapes(name: str) -> None:
    with torch.device("meta"):
        ours = Qwen3VL(Config.from_dict(released(name)))
        reference = Qwen3VLForConditionalGeneration(Qwen3VLConfig(**released(name)))
    expected = {key: value.shape for key, value in reference.state_dict().items()}
    if name in ("2B", "4B"):
        expected.pop("lm_head.weight")  # the reference lists the tied table twice and stores it once
    assert {key: value.shape for key, value in ours.state_dict().items()} == expected


def test_wrong_number_of_patches(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    with pytest.raises(ValueError, match="holds 10 patches and its grids say 24"):
        ours.encode_images(torch.zeros(10, ours.config.vision.patch_dim), [(1, 4, 6)])
    with pytest.raises(ValueError, match="multiple of 2"):
        ours.encode_images(torch.zeros(15, ours.config.vision.patch_dim), [(1, 3, 5)])


def test_wrong_number_of_image_tokens(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    pixels = torch.zeros(24, ours.config.vision.patch_dim)
    with pytest.raises(ValueError, match="image tokens"):
        ours(torch.tensor([row(1, (1, 2, 4), 1)]), pixel_values=pixels, grid_thw=[(1, 4, 6)])
