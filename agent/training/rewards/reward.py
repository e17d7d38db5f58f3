"""What a run is worth: the checker's word, less what the other rules take off."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from agent.training.rewards.checker import checked
from agent.training.rewards.format import malformed
from agent.training.rewards.length import overlong
from agent.training.rewards.mixing import mixed
from agent.training.rewards.repetition import repeated
from agent.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Prices:
    """What the worst of each fault takes off; a success is 1, so all together should stay well below that."""

    format: float = 0.2
    length: float = 0.1
    repetition: float = 0.1
    mixing: float = 0.1
    free_tokens: int = 128
    """Of a reply: so many cost nothing."""
    most_tokens: int = 256
    """Of a reply: it is cut there."""


class Reward(NamedTuple):
    """A run's reward and its parts."""

    total: float
    success: float
    """1 or 0."""
    malformed: float
    overlong: float
    repeated: float
    mixed: float


def reward_of(trajectory: Trajectory, folder: Path, prices: Prices) -> Reward:
    """The reward of a run that has ended; folder: where it lies."""
    success, form, again = checked(trajectory, folder), malformed(trajectory), repeated(trajectory)
    tongues = mixed(trajectory)
    length = overlong(trajectory, prices.free_tokens, prices.most_tokens)
    taken = prices.format * form + prices.length * length + prices.repetition * again + prices.mixing * tongues
    return Reward(success - taken, success, form, length, again, tongues)
