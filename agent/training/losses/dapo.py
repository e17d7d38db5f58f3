"""The clip of DAPO (arXiv 2503.14476): wider above, so that rare tokens can become likely; a mean of all tokens."""

from agent.training.losses.policy import PolicyLoss, Sampled, clipped, policy_loss

CLIP_BELOW, CLIP_ABOVE = 0.2, 0.28


def dapo_loss(sampled: Sampled, below: float = CLIP_BELOW, above: float = CLIP_ABOVE) -> PolicyLoss:
    """The loss of replies and their advantages; r counts from 1 - below to 1 + above."""
    losses, held = clipped(sampled, below, above)
    return policy_loss(losses, held, sampled, of_replies=False)
