"""The seam to whoever looks at the screen itself before something lasting is done, beyond what rules can say.

The guard asks it about every action that may send, buy, delete, publish or run, and a person where it has a reason
against it. It can make an action stricter and never give leave.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from actions.action import Action
from agent.effects import Intent
from perception.observation import Frame, ImageRef


class Held(NamedTuple):
    """What is about to be done."""

    effect_id: str
    action: Action
    frame: Frame
    """The screen that it was decided on."""
    image: ImageRef
    """That screen's name in the run."""
    earlier: Sequence[Intent]
    """Lasting actions of this run that were carried out, or may have been."""
    typed: Sequence[str] = ()
    """What this run typed, a text for each time."""
    look: Callable[[], Awaitable[Frame]] | None = None
    """The screen as it is now; None where it can't be looked at again."""


class Holding(Protocol):
    """Looks before something lasting is done."""

    async def reason(self, held: Held) -> str:
        """Why a person has to be asked, in words; empty where nothing speaks against it."""
        ...
