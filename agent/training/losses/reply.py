"""The loss of replies: square-root-normalised over tokens, with soft labels where the token is a coordinate.

    L = sum_i n_i^(-1/2) sum_t l_it / sum_i n_i^(1/2)

over replies i of n_i tokens each. Averaging per token would let long replies rule, averaging per reply would make each
token of a long one count little; the square root lies between. The Qwen3-VL technical report (arXiv 2511.21631) names
a square-root-normalised per-token loss without writing it down: this formula is our reading of it.

A coordinate's loss counts COORDINATE_SHARE times: two tokens of a reply decide whether a click lands, and most of the
others can be copied. The two tokens that name the step count more as well (`batch.STEP_SHARE`).

For a coordinate the target is not one number but a bell curve over 0 to 1000 around it: being off by one is nearly
right. Its width `sigma` shrinks while training goes on.
"""

from typing import NamedTuple

import torch
from torch import Tensor

COORDINATE_SHARE = 2.0


class ReplyLoss(NamedTuple):
    """The loss and two readings for the log."""

    loss: Tensor
    """Scalar."""
    token_accuracy: float
    """Share of tokens other than coordinates whose likeliest token is right."""
    coordinate_error: float
    """Median distance of the likeliest number from the true one, on the 0 to 1000 grid."""


def reply_loss(
    logits: Tensor, targets: Tensor, weights: Tensor, coordinates: Tensor, numbers: Tensor, sigma: float
) -> ReplyLoss:
    """Loss over the learned places N of a batch.

    logits float [N, vocabulary]; targets int64 [N]; weights [N], see `Batch`; coordinates bool [N];
    numbers int64 [1001], the token of each coordinate; sigma on the 0 to 1000 grid, 0 for hard labels.
    """
    logs = logits.float().log_softmax(-1)
    losses = -logs.gather(1, targets[:, None]).squeeze(1)
    error = 0.0
    if coordinates.any():
        number_logs = logs[coordinates][:, numbers]
        values = (targets[coordinates][:, None] == numbers[None]).int().argmax(-1)
        if sigma > 0:
            losses = losses.masked_scatter(coordinates, -(bell(values, sigma) * number_logs).sum(-1))
        with torch.no_grad():
            error = (number_logs.argmax(-1) - values).abs().float().median().item()
    with torch.no_grad():
        words = ~coordinates
        right = (logits[words].argmax(-1) == targets[words]).float().mean().item() if words.any() else 0.0
    counted = torch.where(coordinates, COORDINATE_SHARE * weights, weights)
    total = (counted * losses).sum() / normaliser(weights)
    return ReplyLoss(total, right, error)


def normaliser(weights: Tensor) -> Tensor:
    """sum_i n_i^(1/2): every one of the n_i tokens of reply i carries n_i^(-1/2), so it is the sum of the weights, and
    a little more by the two tokens that name the step."""
    return weights.sum().clamp_min(1e-6)


def bell(values: Tensor, sigma: float) -> Tensor:
    """Normal distributions around values [N], over the numbers 0 to 1000: float [N, 1001], each row sums to 1."""
    grid = torch.arange(1001, device=values.device)
    return torch.softmax(-(((grid[None] - values[:, None]).float() / sigma) ** 2) / 2, -1)
