"""A mixture of experts computes what is chosen, and nothing else. What it says is compared in `test_model`."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import Qwen3VLMoeTextConfig
from transformers.models.qwen3_vl_moe.modeling_qwen3_vl_moe import Qwen3VLMoeTextSparseMoeBlock

from perception.qwen3vl.config import Config
from perception.qwen3vl.moe import SparseMLP
from perception.qwen3vl.text import TextMLP
from tests.perception.qwen3vl.conftest import small_values

TEXT = Config.from_dict(small_values(tied=True, sparse=True)).text


@pytest.fixture
def block() -> SparseMLP:
    torch.manual_seed(3)
    block = SparseMLP(TEXT)
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter)
    return block


@pytest.mark.parametrize("num_tokens", [1, 7, 64])
@torch.no_grad()
def test_equals_reference(block: SparseMLP, num_tokens: int) -> None:
    values = small_values(tied=True, sparse=True)["text_config"]
    reference = Qwen3VLMoeTextSparseMoeBlock(Qwen3VLMoeTextConfig(**values))
    reference.load_state_dict(block.state_dict())
    x = torch.randn(2, num_tokens, 48)
    torch.testing.assert_close(block(x), reference(x), atol=1e-4, rtol=1e-5)


@torch.no_grad()
def test_only_chosen_experts_compute(block: SparseMLP) -> None:
    """Experts whose weights are no numbers spoil nothing as long as no token chooses them."""
    x = torch.randn(1, 2, 48)
    expected, chosen = block(x), block.gate(x[0])[0]
    others = sorted(set(range(6)) - set(chosen.flatten().tolist()))
    assert 2 <= len(others) < 6
    block.experts.gate_up_proj[others] = float("nan")
    assert torch.equal(block(x), expected)
    assert block(torch.randn(1, 200, 48)).isnan().any()


@torch.no_grad()
def test_shares_as_they_are(block: SparseMLP) -> None:
    """Without norm_topk_prob a token's shares are what the softmax over all experts gives them."""
    raw = SparseMLP(replace(TEXT, norm_topk_prob=False))
    raw.load_state_dict(block.state_dict())
    x = torch.randn(5, 48)
    experts, shares = raw.gate(x)
    torch.testing.assert_close(shares, torch.nn.functional.linear(x, raw.gate.weight).softmax(-1).gather(1, experts))
    assert torch.equal(block.gate(x)[0], experts)
    torch.testing.assert_close(block.gate(x)[1].sum(-1), torch.ones(5))
    expected = sum(
        (share[:, None] * torch.stack([raw.experts.answer(int(e), row) for e, row in zip(chosen, x, strict=True)]))
        for chosen, share in zip(experts.T, shares.T, strict=True)
    )
    torch.testing.assert_close(raw(x[None])[0], expected, atol=1e-4, rtol=1e-4)


def test_layers_that_stay_dense(make_pair: Any) -> None:
    ours, _ = make_pair(tied=True, sparse=True)
    kinds = [type(layer.mlp) for layer in ours.model.language_model.layers]
    assert kinds == [SparseMLP, TextMLP, SparseMLP]


def test_only_chosen_experts_learn(block: SparseMLP) -> None:
    x = torch.randn(1, 1, 48)
    block(x).sum().backward()
    assert block.gate.weight.grad is not None
    assert block.experts.down_proj.grad is not None
    learned = block.experts.down_proj.grad.abs().amax((1, 2)).nonzero().flatten().tolist()
    assert learned == sorted(block.gate(x[0])[0][0].tolist())
