"""Attention scores of the tower are brought within their limit, and nothing else changes."""

from typing import cast

import pytest
import torch

from agent.training.saturation import clip_scores
from agent.training.vocabulary import build
from perception.qwen3vl.vision import VisionTower
from tests.tiny_model import SMALL, tiny_config

GRIDS = [(1, 4, 6), (1, 4, 6)]


@pytest.fixture
def tower() -> VisionTower:
    torch.manual_seed(0)
    return VisionTower(tiny_config(build(), SMALL).vision)


@pytest.fixture
def pixels(tower: VisionTower) -> torch.Tensor:
    vision = tower.config
    return torch.rand(48, vision.in_channels * vision.patch_size**2) * 2 - 1


def qkv_of(tower: VisionTower, layer: int) -> torch.nn.Linear:
    return cast(torch.nn.Linear, tower.get_submodule(f"blocks.{layer}.attn.qkv"))


def louder(tower: VisionTower, layer: int, head: int, factor: float) -> None:
    """Makes one head's queries larger."""
    with torch.no_grad():
        qkv = qkv_of(tower, layer)
        qkv.weight.view(3, tower.config.num_heads, -1, qkv.in_features)[0, head] *= factor


def test_scores_within_the_limit_are_left_alone(tower: VisionTower, pixels: torch.Tensor) -> None:
    before = {name: value.clone() for name, value in tower.state_dict().items()}
    highest = clip_scores(tower, pixels, GRIDS, limit=1000.0)
    assert 0 < highest < 1000
    assert all(torch.equal(before[name], value) for name, value in tower.state_dict().items())


def test_a_loud_head_is_brought_down_and_its_neighbours_are_not(tower: VisionTower, pixels: torch.Tensor) -> None:
    limit = 2 * clip_scores(tower, pixels, GRIDS, limit=1000.0)
    louder(tower, 0, 1, 500.0)
    before = qkv_of(tower, 0).weight.clone().view(3, tower.config.num_heads, -1)
    assert clip_scores(tower, pixels, GRIDS, limit) > limit
    after = qkv_of(tower, 0).weight.view_as(before)
    changed = (before != after).any(-1)
    assert changed[:, 1].tolist() == [True, True, False]
    assert not changed[:, [head for head in range(tower.config.num_heads) if head != 1]].any()
    assert clip_scores(tower, pixels, GRIDS, limit) <= limit * 1.001


def test_gradients_flow_as_before(tower: VisionTower, pixels: torch.Tensor) -> None:
    clip_scores(tower, pixels, GRIDS, limit=0.001)
    tower(pixels, GRIDS).tokens.sum().backward()
    assert all(p.grad is not None for p in tower.blocks.parameters())
