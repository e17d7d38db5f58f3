"""The reading loss: each 16 px patch says which characters lie in it, and each visual token those of its patches.

It teaches the tower to tell words apart long before a decoder could ask for that; without it, clicking on named text
does not take off. What a patch knows may still be lost on its way into a visual token, and that is all a decoder sees.
Places with text all count; of the empty ones a random part, so that blank does not rule.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

EMPTY_SHARE = 0.12
EMPTY_WEIGHT = 0.3


class ReadingLoss(NamedTuple):
    """The loss, and the share of characters that are right."""

    loss: Tensor
    accuracy: float


def sampled_places(glyphs: Tensor, generator: torch.Generator) -> Tensor:
    """bool [N]: places to learn from. glyphs int64 [N, slots], 0 for no character."""
    filled = (glyphs > 0).any(-1)
    drawn = torch.rand(filled.shape, generator=generator).to(filled.device) < EMPTY_SHARE
    return filled | drawn


def reading_loss(logits: Tensor, glyphs: Tensor) -> ReadingLoss:
    """logits float [M, slots, characters]; glyphs int64 [M, slots] of the same places."""
    losses = F.cross_entropy(logits.float().flatten(0, 1), glyphs.flatten(), reduction="none")
    filled = glyphs.flatten() > 0
    weights = torch.where(filled, 1.0, EMPTY_WEIGHT)
    with torch.no_grad():
        right = (logits.argmax(-1).flatten() == glyphs.flatten())[filled]
        accuracy = right.float().mean().item() if filled.any() else 0.0
    return ReadingLoss((losses * weights).sum() / weights.sum().clamp_min(1e-6), accuracy)
