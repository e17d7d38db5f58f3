"""Logits, gradients, names and shapes equal those of the reference implementation."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from perception.qwen3vl.model import Qwen3VL
from tests.perception.qwen3vl.conftest import END, START, VIDEO, Film, Grid, pixels_for, reference_logits, row

MODELS = {"tied": {"tied": True}, "untied": {"tied": False}, "sparse": {"tied": False, "sparse": True}}


@pytest.fixture(scope="module", params=MODELS.values(), ids=list(MODELS))
def pair(request: pytest.FixtureRequest, make_pair: Any) -> Any:
    return make_pair(**request.param)


CASES: dict[str, list[Any]] = {
    "one image": [3, (1, 4, 6), 9],
    "small image": [(1, 2, 2), 5],
    "wide image": [1, (1, 2, 20), 7],
    "larger than the table": [2, (1, 18, 12), 3],
    "several sizes": [2, (1, 4, 6), 1, (1, 8, 2), 4, (1, 8, 2)],
    "equal sizes": [2, (1, 4, 6), 1, (1, 4, 6), 4],
    "video": [3, Film(3, 4, 6), 5],
    "short video": [Film(1, 4, 4), 5],
    "several videos": [2, Film(2, 4, 6), 3, Film(3, 2, 4), 1],
    "images and videos": [2, (1, 4, 6), 1, Film(2, 4, 2), 3, (1, 2, 2), 1, Film(2, 2, 2), 4],
}


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_logits_with_images_and_videos(pair: Any, case: str) -> None:
    ours, reference = pair
    torch.manual_seed(1)
    ids, seen = torch.tensor([row(*CASES[case])]), [part for part in CASES[case] if not isinstance(part, int)]
    pixels = pixels_for(ours, seen)
    expected = reference_logits(reference, ids, pixels, seen)
    torch.testing.assert_close(ours(ids, pixel_values=pixels, grid_thw=seen), expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_logits_of_text_only(pair: Any) -> None:
    ours, reference = pair
    ids = torch.tensor([row(17)])
    torch.testing.assert_close(ours(ids), reference_logits(reference, ids), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
@torch.no_grad()
def test_logits_of_padded_batch(pair: Any, side: str) -> None:
    ours, reference = pair
    grids: list[Grid] = [(1, 4, 6), Film(2, 6, 4), (1, 2, 4)]
    rows = [row(2, grids[0], 5), row(9, grids[1], 1, grids[2], 2), row(4)]
    length = max(map(len, rows))
    pad = [[0] * (length - len(ids)) for ids in rows]
    kept = [[1] * len(ids) for ids in rows]
    join = (lambda a, b: a + b) if side == "left" else (lambda a, b: b + a)
    ids = torch.tensor([join(p, r) for p, r in zip(pad, rows, strict=True)])
    mask = torch.tensor([join(p, k) for p, k in zip(pad, kept, strict=True)])
    pixels = pixels_for(ours, grids)
    expected = reference_logits(reference, ids, pixels, grids, mask)
    found = ours(ids, pixel_values=pixels, grid_thw=grids, attention_mask=mask)
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_gradients(make_pair: Any, sparse: bool) -> None:
    """Our rotation has a gradient of its own, so gradients are compared too."""
    ours, reference = make_pair(tied=False, sparse=sparse)
    torch.manual_seed(2)
    grids: list[Grid] = [(1, 4, 6), (1, 4, 6)]
    ids = torch.tensor([row(2, grids[0], 5), row(2, grids[1], 5)])
    pixels = pixels_for(ours, grids)
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


def test_wrong_number_of_patches(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    with pytest.raises(ValueError, match="holds 10 patches and its grids say 24"):
        ours.encode_images(torch.zeros(10, ours.config.vision.patch_dim), [(1, 4, 6)])
    with pytest.raises(ValueError, match="multiple of 2"):
        ours.encode_images(torch.zeros(15, ours.config.vision.patch_dim), [(1, 3, 5)])


def test_wrong_number_of_image_tokens(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    pixels = torch.zeros(24, ours.config.vision.patch_dim)
    with pytest.raises(ValueError, match="fewer visual tokens"):
        ours(torch.tensor([row(1, (1, 2, 4), 1)]), pixel_values=pixels, grid_thw=[(1, 4, 6)])


def switched(model: Qwen3VL, part: str = "", **changes: Any) -> Qwen3VL:
    """The model with some fields of its config, or of a part of it, replaced, and the same weights."""
    config = model.config
    if part:
        changes = {part: replace(getattr(config, part), **changes)}
    again = Qwen3VL(replace(config, **changes)).eval()
    again.load_state_dict({name: tensor for name, tensor in model.state_dict().items() if name in again.state_dict()})
    return again


IMAGE_PARTS = [3, (1, 4, 6), 9]


@torch.no_grad()
def test_chunked_mrope_changes_images_alone(make_pair: Any) -> None:
    """A text token has one position on all axes, so it does not matter which frequency turns with which."""
    ours, _ = make_pair(tied=True)
    chunked = switched(ours, "text", mrope_interleaved=False)
    words, ids = torch.tensor([row(12)]), torch.tensor([row(*IMAGE_PARTS)])
    pixels = pixels_for(ours, [(1, 4, 6)])
    torch.testing.assert_close(chunked(words), ours(words), atol=1e-5, rtol=1e-5)
    before, after = (model(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)]) for model in (ours, chunked))
    torch.testing.assert_close(after[:, :4], before[:, :4], atol=1e-5, rtol=1e-5)
    assert (after - before)[:, 4:].abs().max() > 1e-3


@torch.no_grad()
def test_deepstack_and_its_levels(make_pair: Any) -> None:
    """Off, and with one level of two: the decoder answers as for features that are nothing, or lack a level."""
    ours, _ = make_pair(tied=True)
    ids, pixels = torch.tensor([row(*IMAGE_PARTS)]), pixels_for(ours, [(1, 4, 6)])
    features, mask = ours.encode_images(pixels, [(1, 4, 6)]), ours.visual_mask(ids)
    for levels in ((), (0,)):
        model = switched(ours, "vision", deepstack_visual_indexes=levels)
        assert len(model.model.visual.deepstack_merger_list) == len(levels)
        seen = model.encode_images(pixels, [(1, 4, 6)])
        torch.testing.assert_close(seen.tokens, features.tokens)
        torch.testing.assert_close(seen.deepstack, features.deepstack[: len(levels)])
        x, positions = ours.embed(ids, mask, features), ours.position_ids(ids, [(1, 4, 6)])
        expected = ours.hidden(x, positions, visual=(mask, features.deepstack[: len(levels)]))
        torch.testing.assert_close(model(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)]), ours.logits(expected))
        whole = ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)])
        assert (ours.logits(expected) - whole).abs().max() > 1e-3


@torch.no_grad()
def test_rotary_positions_alone(make_pair: Any) -> None:
    """As if the learned positions were nothing; the names of the weights stay."""
    ours, _ = make_pair(tied=True)
    model = switched(ours, "vision", interpolated_positions=False)
    assert model.state_dict().keys() == ours.state_dict().keys()
    pixels = pixels_for(ours, [(1, 4, 6)])
    found, before = (one.encode_images(pixels, [(1, 4, 6)]).tokens for one in (model, ours))
    assert (found - before).abs().max() > 1e-3
    ours.model.visual.pos_embed.weight.zero_()
    torch.testing.assert_close(found, ours.encode_images(pixels, [(1, 4, 6)]).tokens)


@torch.no_grad()
def test_times_as_positions_change_videos_alone(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True)
    model = switched(ours, text_timestamps=False)
    ids, pixels = torch.tensor([row(*IMAGE_PARTS)]), pixels_for(ours, [(1, 4, 6)])
    expected = ours(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)])
    assert torch.equal(model(ids, pixel_values=pixels, grid_thw=[(1, 4, 6)]), expected)
    ids, pixels = torch.tensor([[5, START, *[VIDEO] * 8, END, 7]]), pixels_for(ours, [(2, 4, 4)])
    answers = [
        model(ids, pixel_values=pixels, grid_thw=[(2, 4, 4)], seconds=[times]) for times in ([0.0, 1.0], [0.0, 9.0])
    ]
    assert (answers[0] - answers[1])[:, 6:].abs().max() > 1e-3
    torch.testing.assert_close(answers[0][:, :6], answers[1][:, :6])
    times = model.position_ids(ids, [(2, 4, 4)], seconds=[[0.0, 1.0]])[0, 0, 2:10]
    assert times.tolist() == [2] * 4 + [4] * 4
    with pytest.raises(ValueError, match="give the seconds of each video"):
        model(ids, pixel_values=pixels, grid_thw=[(2, 4, 4)])
