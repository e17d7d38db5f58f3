"""Imitation of what went well: more of every token of a successful reply, as supervised fine-tuning on a policy's own
successes has it. Beside the losses of reinforcement learning it is the control: the same play, and nothing learned from
what failed."""

import torch

from agent.training.losses.policy import PolicyLoss, Sampled, policy_loss


def imitation_loss(sampled: Sampled) -> PolicyLoss:
    """The loss of replies whose advantages are 1 for a success and 0 for all others."""
    losses = torch.where(sampled.mask, -sampled.logprobs, 0.0) * sampled.advantages[:, None]
    return policy_loss(losses, torch.zeros_like(sampled.mask), sampled, of_replies=True)
