"""One step of a demonstration: what somebody did in a recording, told by events or inferred from pictures."""

from pydantic import BaseModel, ConfigDict, Field

from actions.action import Action
from perception.geometry import Box


class ShownStep(BaseModel):
    """One step of a demonstration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: float
    """Seconds, when it began."""
    until: float
    action: Action
    """In pixels of the recording."""
    box: Box | None = None
    """What it was done to, as far as that is known."""
    confidence: float = Field(default=1.0, ge=0, le=1)
    """1 where events tell it."""
    hidden: bool = False
    """Whether what was typed went into a password field: it is not known, and the action's text is empty."""
