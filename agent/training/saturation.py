"""Attention scores of the tower held where softmax still learns (QK-clip, arXiv 2507.20534, section 2.1).

Nothing in a Qwen3-VL tower bounds what queries and keys multiply to, and Muon lets them grow: scores of several hundred
were seen, where a softmax is all or nothing, hands back no gradient, and bfloat16 cannot tell neighbours apart. Where a
head's highest score passes the limit, its queries and keys are both made smaller by the same factor.

H heads, L patches of a screen, d width of a head, Dv width of the tower.
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from agent.training import replicas
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.vision import VisionAttention, VisionBlock, VisionTower

LIMIT = 20.0
"""Highest distance of a score from its row's mean. Cutting a trained tower back to 25 changed none of its losses for
the worse, and to 16 most of them a little."""
EVERY = 50
"""Steps from one look to the next."""


@torch.no_grad()
def clip_scores(tower: VisionTower, pixels: Tensor, grids: Sequence[Grid], limit: float = LIMIT) -> float:
    """Bring every head's scores on these screens within the limit, and say how high they were.

    pixels [N, C*P*P] of screens of one size. All replicas do the same, by the highest scores that any of them saw.
    """
    highest = _highest_scores(tower, pixels, grids)
    replicas.maximum(highest)
    for block, scores in zip(tower.blocks, highest, strict=True):
        _scale(cast(VisionBlock, block).attn, (limit / scores).clamp(max=1.0))
    return float(highest.max())


def _highest_scores(tower: VisionTower, pixels: Tensor, grids: Sequence[Grid]) -> Tensor:
    """[layers, H]: of every head the highest distance of a score from the mean of its row."""
    found: list[Tensor] = []

    def look(attention: VisionAttention, arguments: tuple[Tensor, Tensor, Tensor, Sequence[tuple[int, int]]]) -> None:
        x, cos, sin, runs = arguments
        q, k, _ = attention.project(x, cos, sin)
        frames = runs[0][0]
        q, k = (heads.float().unflatten(1, (frames, -1)) for heads in (q, k))
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        found.append((scores - scores.mean(-1, keepdim=True)).abs().amax((1, 2, 3)))

    hooks = [cast(VisionBlock, block).attn.register_forward_pre_hook(look) for block in tower.blocks]
    try:
        tower(pixels, grids)
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack(found)


def _scale(attention: VisionAttention, factors: Tensor) -> None:
    """Multiply each head's scores by its factor [H], half of it in the queries and half in the keys."""
    layer = attention.qkv
    roots = factors.sqrt()[:, None]
    for rows in (layer.weight.view(3, len(factors), -1, layer.in_features), layer.bias.view(3, len(factors), -1, 1)):
        rows[:2] *= roots[..., None]
