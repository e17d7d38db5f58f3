"""Layers that are computed again in the backward pass give the gradients of layers that kept everything."""

from typing import Any

import pytest
import torch
from torch import Tensor

from perception.qwen3vl.model import Qwen3VL
from tests.perception.qwen3vl.conftest import Film, pixels_for, row

PARTS: list[Any] = [3, (1, 4, 6), 5, Film(2, 4, 2), 4]


def gradients(model: Qwen3VL, *, recompute: bool, bf16: bool) -> tuple[dict[str, Tensor], int]:
    """Of every parameter, and how often a block of the tower or a layer of the decoder was passed."""
    model.zero_grad()
    model.recompute(recompute)
    passes: list[str] = []
    layers = [*model.model.visual.blocks, *model.model.language_model.layers]
    hooks = [layer.register_forward_pre_hook(lambda *_: passes.append("")) for layer in layers]
    torch.manual_seed(1)
    ids, seen = torch.tensor([row(*PARTS)]), [part for part in PARTS if not isinstance(part, int)]
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = model(ids, pixel_values=pixels_for(model, seen), grid_thw=seen)
        loss = logits.float().logsumexp(-1).mean()
    loss.backward()
    for hook in hooks:
        hook.remove()
    model.recompute(False)
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}, len(passes)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("bf16", [False, True])
def test_gradients_are_the_same(make_pair: Any, sparse: bool, bf16: bool) -> None:
    model, _ = make_pair(tied=False, sparse=sparse)
    kept, once = gradients(model, recompute=False, bf16=bf16)
    again, twice = gradients(model, recompute=True, bf16=bf16)
    num_layers = model.config.vision.depth + model.config.text.num_hidden_layers
    assert (once, twice) == (num_layers, 2 * num_layers)
    assert kept.keys() == again.keys()
    assert all(torch.equal(kept[name], again[name]) for name in kept)
    assert any(name.startswith("model.visual.blocks.0.") and grad.any() for name, grad in again.items())


@torch.no_grad()
def test_without_a_backward_pass_nothing_is_computed_twice(make_pair: Any) -> None:
    model, _ = make_pair(tied=True)
    ids, passes = torch.tensor([row(7)]), []
    expected = model(ids)
    model.recompute()
    hook = model.model.language_model.layers[0].register_forward_pre_hook(lambda *_: passes.append(""))
    assert torch.equal(model(ids), expected)
    hook.remove()
    model.recompute(False)
    assert len(passes) == 1
