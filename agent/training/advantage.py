"""How much better a reply was than others to the same question: what rewards mean for the policy."""

from torch import Tensor

_LEAST = 1e-4


def group_advantages(rewards: Tensor, *, scaled: bool = True) -> Tensor:
    """rewards float [groups, G], of G tries at one task each -> advantages of the same shape, of mean 0 in each group.

    scaled: divided by the group's standard deviation (of a sample, as GRPO has it), so that hard and easy tasks push
    equally. A group of equal rewards says nothing: all 0. Raises ValueError for groups of fewer than two.
    """
    if rewards.ndim != 2 or rewards.shape[1] < 2:
        raise ValueError(f"rewards are [groups, tries] with at least two tries, not {list(rewards.shape)}")
    rewards = rewards.float()
    advantages = rewards - rewards.mean(1, keepdim=True)
    return advantages / (rewards.std(1, keepdim=True) + _LEAST) if scaled else advantages


def is_informative(rewards: Tensor, *, most: float = 0.9) -> Tensor:
    """rewards float [groups, G], 1 for a success -> bool [groups]: somebody succeeded, and not more than `most` did."""
    share = (rewards >= 1).float().mean(1)
    return (share > 0) & (share <= most)
