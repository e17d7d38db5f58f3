"""Tasks that an environment words itself from a seed alone, such as the counter for parcels: one row an environment.

So whoever adds an environment (`sandboxes.catalog`) whose task the seed draws can have it measured, and a model
promoted on it, beside everything else.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Benchmark, Episode, EpisodeResult
from agent.evaluation.miniwob import MAX_STEPS
from agent.evaluation.run import walk
from agent.policy import Policy
from agent.settings import EvaluationSettings, RunSettings
from agent.trajectory import Outcome
from sandboxes.environment import Environment, Posing
from sandboxes.task import Task


class PosedBenchmark:
    """Every environment with the same seeds."""

    name = "posed"

    def __init__(
        self,
        names: Sequence[str],
        *,
        seed: int,
        episodes: int,
        settings: EvaluationSettings,
        make: Callable[[str], Environment],
    ) -> None:
        """Raises BenchmarkError for an environment that poses no task, SandboxError for one that there is not."""
        for name in names:
            if not isinstance(make(name), Posing):
                raise BenchmarkError(f'the environment "{name}" draws no task from a seed, so it can\'t be measured')
        self._names, self._seeds, self._settings = tuple(names), range(seed, seed + episodes), settings
        self._make = make
        self._environments: dict[str, Environment] = {}

    def episodes(self) -> Sequence[Episode]:
        """Environment after environment, seed after seed."""
        return [Episode(name=name, task=posed_task(name, seed)) for name in self._names for seed in self._seeds]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Play in the one environment of that name, which is made anew after a crash."""
        name = episode.task.environment
        environment = self._environments.setdefault(name, self._make(name))
        limits = RunSettings(max_steps=self._settings.max_steps or MAX_STEPS, max_seconds=self._settings.max_seconds)
        try:
            result = await walk(episode, environment, policy, limits, folder, success=_succeeded)
        except BaseException:
            await self.close()
            raise
        if result.crashed:
            await self.close()
        return result

    async def close(self) -> None:
        """End the environments."""
        while self._environments:
            _, environment = self._environments.popitem()
            await environment.close()


class Together:
    """Several benchmarks as one; it bears the name of the first."""

    def __init__(self, *parts: Benchmark) -> None:
        self.name = parts[0].name
        self._parts = parts
        self._of = {episode.name: part for part in parts for episode in part.episodes()}

    def episodes(self) -> Sequence[Episode]:
        """Part after part."""
        return [episode for part in self._parts for episode in part.episodes()]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """By the part that it is of."""
        return await self._of[episode.name].play(episode, policy, folder)

    async def close(self) -> None:
        """Close every part."""
        for part in self._parts:
            await part.close()


def posed_task(name: str, seed: int) -> Task:
    """What an environment draws from a seed; the words are known once it is reset."""
    return Task(id=f"{name}-{seed}", instruction="", environment=name, seed=seed)


def _succeeded(outcome: Outcome) -> bool:
    return outcome.success is True
