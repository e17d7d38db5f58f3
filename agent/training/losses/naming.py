"""The naming loss: each visual token says what stands in it, by kind, colour and name.

Reading tells words apart; this tells a red circle from a green one and a gear from a bell before anything asks for it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

NONE_WEIGHT = 0.03
"""How much a token counts that has nothing of an attribute: most have not."""


class NamingLoss(NamedTuple):
    """The loss, and the share of colours and names that are right where there are any."""

    loss: Tensor
    accuracy: float


def naming_loss(logits: Tensor, labels: Tensor, classes: Sequence[int]) -> NamingLoss:
    """logits float [M, sum of classes], one block an attribute; labels int64 [M, attributes], 0 for none."""
    losses, right = [], []
    for block, label in zip(logits.float().split(list(classes), -1), labels.unbind(-1), strict=True):
        weights = torch.where(label > 0, 1.0, NONE_WEIGHT)
        losses.append((F.cross_entropy(block, label, reduction="none") * weights).sum() / weights.sum())
        right.append((block.argmax(-1) == label)[label > 0])
    found = torch.cat(right[1:])
    accuracy = found.float().mean().item() if len(found) else 0.0
    return NamingLoss(torch.stack(losses).sum(), accuracy)
