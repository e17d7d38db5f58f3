"""Whether "finished" is to be believed: by a checker that reads the world, else by a second look at the screen.

The second look is a model call of its own that knows the goal and the screen, and neither what was done nor what the
agent says of it. How often such a look is wrong is measured (`python -m agent.evaluation.goals`). The yes of a model
that was never measured is not worth the name, and one that is wrong too often is not asked.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

from agent.policy import Policy
from agent.trajectory import Belief
from perception.errors import HandEyeError
from perception.observation import Frame
from sandboxes.task import Score


class Mistakes(NamedTuple):
    """How often a model's second look was wrong."""

    accepted: float
    """Share of failed runs that it took for successes."""
    denied: float
    """Share of good runs that it did not believe."""


MOST = Mistakes(accepted=0.05, denied=0.2)
"""Beyond these a look tells nothing."""
JUDGES: Mapping[str, Mistakes] = MappingProxyType({"handeye-nano": Mistakes(accepted=0.0, denied=1.0)})
"""What was measured, by the model's name."""


@runtime_checkable
class Judging(Protocol):
    """A policy that can say whether a goal is reached on a screen."""

    async def is_reached(self, frame: Frame, goal: str) -> bool | None:
        """Whether the screen shows that the goal is reached; None when it can't say."""
        ...


async def belief(policy: Policy, score: Score | None, frame: Frame, goal: str) -> Belief:
    """What to make of "finished"."""
    if score is not None:
        return "checked"
    known = JUDGES.get(policy.identity.model)
    blind = known is not None and (known.accepted > MOST.accepted or known.denied > MOST.denied)
    if blind or not isinstance(policy, Judging):
        return "unverified"
    try:
        reached = await policy.is_reached(frame, goal)
    except HandEyeError:
        return "unverified"
    if reached is None:
        return "unverified"
    if not reached:
        return "denied"
    return "seen" if known is not None else "unverified"
