"""What losses of reinforcement learning are given and what they give.

B replies, T places; shorter replies end in padding, and tokens that the policy did not sample (what an environment
said in between) are masked out too.

A reply's tokens share one advantage. What a loss moves is the ratio r = p / p_old of the probability that the policy
gives a token now to the one that it had when it was sampled.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Sampled(NamedTuple):
    """Replies that a policy wrote, and how good they were."""

    logprobs: Tensor
    """float [B, T]: of the tokens, by the policy as it is now; gradients flow through these."""
    old: Tensor
    """float [B, T]: as they were sampled."""
    advantages: Tensor
    """float [B]."""
    mask: Tensor
    """bool [B, T]: what counts."""

    @property
    def ratios(self) -> Tensor:
        """float [B, T]: r; 1 where nothing counts, whatever stands there."""
        return torch.where(self.mask, self.logprobs - self.old, 0.0).exp()


class PolicyLoss(NamedTuple):
    """The loss, and two readings for the log."""

    loss: Tensor
    """Scalar, to be made small."""
    held: float
    """Share of tokens at which the loss holds the policy back: it is flat there, or nearly."""
    divergence: float
    """Estimate of KL(old, now) a token, r - 1 - log r: never negative, and 0 when nothing has moved."""


def policy_loss(losses: Tensor, held: Tensor, sampled: Sampled, *, of_replies: bool) -> PolicyLoss:
    """The mean of losses [B, T]; of_replies: every reply counts the same, however long, otherwise every token does.

    held: bool [B, T].
    """
    mask = sampled.mask
    counted, number = (losses * mask).sum(-1), mask.sum(-1)
    if of_replies:
        loss = (counted / number.clamp(min=1)).mean()
    else:
        loss = counted.sum() / number.sum().clamp(min=1)
    with torch.no_grad():
        ratios, tokens = sampled.ratios, number.sum().clamp(min=1)
        share = (held & mask).sum() / tokens
        divergence = ((ratios - 1 - ratios.log()) * mask).sum() / tokens
    return PolicyLoss(loss, float(share), float(divergence))


def clipped(sampled: Sampled, below: float, above: float) -> tuple[Tensor, Tensor]:
    """The loss of PPO, [B, T]: min(r A, clip(r, 1 - below, 1 + above) A), negated; where it is flat, bool [B, T]."""
    ratios, advantages = sampled.ratios, sampled.advantages[:, None]
    free, bound = ratios * advantages, ratios.clamp(1 - below, 1 + above) * advantages
    return -torch.minimum(free, bound), bound < free
