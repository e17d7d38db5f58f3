"""A task: what is asked, where it starts, and how an outsider can tell whether it was done."""

from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from perception.geometry import Size


class Task(BaseModel):
    """What is asked of the agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    id: str
    instruction: str
    environment: str = "browser"
    """A name of `sandboxes.catalog`."""
    url: str = ""
    viewport: Size | None = None
    seed: int = 0
    settings: dict[str, Any] = Field(default_factory=dict)
    """What this environment alone understands; never shown to the model."""


class Score(BaseModel):
    """A checker's reading of the world."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reward: float
    """1.0 for done; a benchmark may give parts or penalties."""
    success: bool
    facts: dict[str, Any] = Field(default_factory=dict)
    """What was read to come to this, in plain data."""


class Checker(Protocol):
    """Tells from the world, never from the model's words, whether a task is done."""

    async def check(self) -> Score:
        """Read the world as it is now."""
        ...
