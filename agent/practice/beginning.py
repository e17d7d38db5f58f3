"""A benchmark whose policy is told which episode begins: to take up new weights, to draw otherwise than in another try,
or to know which page a script is for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from agent.evaluation.benchmark import Benchmark, Episode, EpisodeResult
from agent.policy import Policy


@runtime_checkable
class Beginning(Protocol):
    """A policy that wants to know."""

    async def begin(self, episode: Episode) -> None:
        """Is awaited before the episode's world is made."""
        ...


class Announced:
    """Plays what another benchmark does."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._benchmark = benchmark

    @property
    def name(self) -> str:
        """The other's."""
        return self._benchmark.name

    def episodes(self) -> Sequence[Episode]:
        """The other's."""
        return self._benchmark.episodes()

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Tell the policy, then play."""
        if isinstance(policy, Beginning):
            await policy.begin(episode)
        return await self._benchmark.play(episode, policy, folder)

    async def close(self) -> None:
        """Close the other."""
        await self._benchmark.close()
