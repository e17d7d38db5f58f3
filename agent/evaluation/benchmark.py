"""The seam to every benchmark: a list of episodes, and how one of them is played by a policy.

A benchmark that happens in an environment plays through `run.walk`, which is the same walk that a user's run
takes. One that asks a single question a screen may ask the policy directly (`Policy.decide`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.policy import Policy
from sandboxes.task import Task


class Episode(BaseModel):
    """One try at one task; equal episodes pose equal problems."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The row of the report that it counts in, such as `click-button`."""
    task: Task
    """Its `seed` makes the episode what it is."""


class EpisodeResult(BaseModel):
    """How one episode went."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    success: bool = False
    reward: float = 0.0
    """As the benchmark gives it; parts and penalties are possible."""
    steps: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)
    tokens: int = Field(default=0, ge=0)
    crashed: str = ""
    """What broke, in one sentence; a crashed episode is counted apart and is neither success nor failure."""
    solved_before: bool = False
    """The check was fulfilled before the first action: counted apart, and never a success."""
    outcome: str = ""
    """The kind of the walk's outcome, where there was a walk."""
    folder: str = ""
    """Where the run was recorded, where it was."""


class Benchmark(Protocol):
    """A suite of episodes."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def episodes(self) -> Sequence[Episode]:
        """All episodes in the order in which they are played."""
        ...

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Play one episode; with a folder, record the run there.

        Whatever it raises counts as a crash of this episode.
        """
        ...

    async def close(self) -> None:
        """Leave nothing running; may be called twice."""
        ...
