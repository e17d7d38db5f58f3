"""The seam to a person who holds a run between deciding and acting: paused, told something, or taken over.

A `Person` that is one of these too is asked before every action of the model. Nothing was done yet then, so whatever
they say, nothing has to be taken back.
"""

from typing import Literal, NamedTuple, Protocol, runtime_checkable


class Turn(NamedTuple):
    """What comes of a decision."""

    kind: Literal["go", "think_again", "take_over"] = "go"
    said: tuple[str, ...] = ()
    """What the person tells the model; it holds from here to the run's end."""
    waited: bool = False
    """Whether time went by, in which the screen may have changed."""


@runtime_checkable
class Steering(Protocol):
    """Somebody who may hold the run."""

    async def steer(self) -> Turn:
        """Called with a decision that was told to the watcher; returns when they let it go."""
        ...
