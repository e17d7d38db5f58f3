"""The seam to places that can say what an action would meet: facts for a guard, never for a model."""

from typing import Protocol, runtime_checkable

from actions.action import Action
from actions.risk import Under
from perception.geometry import Point


@runtime_checkable
class Describing(Protocol):
    """An environment that knows what lies under a point, and what has the focus."""

    async def under(self, action: Action) -> Under:
        """What the action would meet, as it is now. Raises SandboxError when the place is gone."""
        ...


def point_of(action: Action) -> Point | None:
    """Where an action lands; None for what goes to the focus. A drag lands at its end."""
    for name in ("at", "end"):
        if isinstance(point := getattr(action, name, None), Point):
            return point
    return None
