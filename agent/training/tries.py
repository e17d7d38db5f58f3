"""Tries at a task as the learner gets them: what was sampled, what could have been, and what it was worth.

W bytes of a vocabulary's bits.
"""

from dataclasses import dataclass

import numpy as np

from agent.training.dialogue import Dialogue
from agent.training.rewards.reward import Reward


@dataclass(slots=True)
class SampledReply:
    """One reply of a try."""

    dialogue: Dialogue
    drawn: np.ndarray
    """bool [tokens of the reply]: drawn by the policy; the others were forced by the form of replies."""
    logprobs: np.ndarray
    """float32 [drawn tokens]: as they were sampled, among the tokens that were allowed."""
    allowed: np.ndarray
    """uint8 [drawn tokens, W]: which tokens were allowed, a bit each, lowest first."""


@dataclass(slots=True)
class Try:
    """One episode."""

    replies: list[SampledReply]
    reward: Reward
    version: int
    """Of the weights that played it, all through."""

    @property
    def num_drawn(self) -> int:
        """Tokens that the policy drew."""
        return sum(int(reply.drawn.sum()) for reply in self.replies)

    @property
    def num_tokens(self) -> int:
        """Of all prompts and replies."""
        return sum(len(reply.dialogue.token_ids) for reply in self.replies)


@dataclass(slots=True)
class Group:
    """Tries at one and the same episode."""

    task: str
    seed: int
    tries: list[Try]

    @property
    def version(self) -> int:
        """The oldest of its tries'."""
        return min(one.version for one in self.tries)

    @property
    def success(self) -> float:
        """Share of tries that succeeded."""
        return sum(one.reward.success for one in self.tries) / len(self.tries)
