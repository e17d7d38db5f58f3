"""GRPO, group relative policy optimisation (arXiv 2402.03300), without its KL term: PPO's clip, a mean of replies."""

from agent.training.losses.policy import PolicyLoss, Sampled, clipped, policy_loss

CLIP = 0.2


def grpo_loss(sampled: Sampled, clip: float = CLIP) -> PolicyLoss:
    """The loss of replies and their advantages; r counts from 1 - clip to 1 + clip."""
    losses, held = clipped(sampled, clip, clip)
    return policy_loss(losses, held, sampled, of_replies=True)
