"""OSWorld as a benchmark: its own tasks, set up and judged by its own `desktop_env`, on our guest.

A success is a score of 1 that was below 1 before anything was done. With a folder, the record is in OSWorld's layout;
see `agent.evaluation.osworld`.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.osworld import Place
from agent.evaluation.osworld_examples import Example
from agent.evaluation.osworld_process import Conduct, DesktopEnvProcess
from agent.osworld_agent import OSWorldAgent
from agent.policy import Policy
from sandboxes.task import Task


class OSWorldBenchmark:
    """One episode a task."""

    name = "osworld"

    def __init__(
        self,
        examples: Sequence[Example],
        python: Path,
        *,
        conduct: Conduct | None = None,
        most: int | None = None,
        seed: int = 0,
    ) -> None:
        """python: of desktop_env's environment; most: so many tasks at most, drawn by the seed, which is that of
        sampling too."""
        count = len(examples) if most is None else min(most, len(examples))
        chosen = sorted(random.Random(f"osworld:{seed}").sample(range(len(examples)), count))
        self._examples = {examples[number].task["id"]: examples[number] for number in chosen}
        self._process = DesktopEnvProcess(python)
        self._conduct = conduct or Conduct()
        self._seed = seed

    def episodes(self) -> Sequence[Episode]:
        """In the order in which they were given."""
        return [
            Episode(
                name=example.domain,
                task=Task(id=name, instruction=example.task["instruction"], environment="osworld", seed=self._seed),
            )
            for name, example in self._examples.items()
        ]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """By desktop_env's process, which is started for the first. Raises BenchmarkError when that breaks."""
        if folder is None:
            with TemporaryDirectory(prefix="handeye-") as place:
                return (await self.play(episode, policy, Path(place))).model_copy(update={"folder": ""})
        example = self._examples[episode.task.id]
        place = Place(policy.identity.model.replace("/", "-"), example.domain)
        agent = OSWorldAgent(policy, seed=episode.task.seed)
        begun = time.perf_counter()
        try:
            agent.reset()
            played = await self._process.play(example.task, folder, place, self._conduct, agent.answer)
            tokens = sum(reply.usage.total_tokens for step in agent.steps for reply in step.replies)
        finally:
            agent.close()
        return EpisodeResult(
            name=episode.name,
            success=played.success,
            reward=played.after,
            steps=played.steps,
            seconds=time.perf_counter() - begun,
            tokens=tokens,
            solved_before=played.before >= 1.0,
            folder=str(folder),
        )

    async def close(self) -> None:
        """End the guest and desktop_env's process."""
        await self._process.close()
