"""SAPO, soft adaptive policy optimisation (arXiv 2511.20347): instead of a clip, a gate that closes by and by.

Made large is the mean over replies of the mean over their tokens of f(r) A, with

    f(r) = 4 / tau * sigmoid(tau * (r - 1))

whose slope is 1 at r = 1 and falls on both sides of it. tau is larger, and the gate the narrower, where A is negative:
pushing a token down raises all others a little, and that is what makes training drift.
"""

import torch

from agent.training.losses.policy import PolicyLoss, Sampled, policy_loss

TAU_GOOD, TAU_BAD = 1.0, 1.05
"""The paper's temperatures for advantages above 0, and for all others."""
_HELD = 0.5
"""Of the slope: below it a token counts as held back."""


def sapo_loss(sampled: Sampled, tau_good: float = TAU_GOOD, tau_bad: float = TAU_BAD) -> PolicyLoss:
    """The loss of replies and their advantages."""
    advantages = sampled.advantages[:, None]
    tau = torch.where(advantages > 0, tau_good, tau_bad)
    gate = torch.sigmoid(tau * (sampled.ratios - 1))
    slope = 4 * gate.detach() * (1 - gate.detach())
    return policy_loss(-4 / tau * gate * advantages, slope < _HELD, sampled, of_replies=True)
