"""What is practised on: tasks by name, and the benchmark that plays them.

A course goes to other processes, so it is made of plain data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.errors import BenchmarkError, SettingsError
from agent.evaluation.benchmark import Benchmark
from agent.evaluation.miniwob import MiniWobBenchmark, named_tasks
from agent.evaluation.miniwob_tasks import HELDOUT_TASKS
from agent.settings import EvaluationSettings
from sandboxes.chromium import find_chromium
from sandboxes.environment import Environment
from sandboxes.miniwob import MiniWobEnvironment, miniwob_task
from sandboxes.task import Task


class Course(Protocol):
    """Tasks to practise."""

    @property
    def names(self) -> Sequence[str]:
        """Of the tasks."""
        ...

    def task(self, name: str, seed: int) -> Task:
        """The episode of a task that a seed draws."""
        ...

    def benchmark(self) -> Benchmark:
        """Plays them; made in the process that does."""
        ...


@dataclass(frozen=True)
class MiniWobCourse:
    """MiniWoB++ in Chromium."""

    names: tuple[str, ...]
    max_steps: int = 10
    max_seconds: float = 60.0
    chromium: str = ""

    @classmethod
    def named(
        cls, tasks: str, *, max_steps: int = 10, max_seconds: float = 60.0, chromium: str = ""
    ) -> "MiniWobCourse":
        """From names and suites with commas between. Raises SettingsError for a task that there is not, and for one
        that is for measuring alone, SandboxMissing without the pages or a browser."""
        names = named_tasks(tasks)
        if held := [name for name in names if name in HELDOUT_TASKS]:
            raise SettingsError(f"{held[0]} is for measuring alone, and nothing is trained on it: leave it out")
        course = cls(names, max_steps, max_seconds, chromium)
        try:
            course.benchmark()
        except BenchmarkError as error:
            raise SettingsError(str(error)) from error
        find_chromium(chromium or None)
        return course

    def task(self, name: str, seed: int) -> Task:
        """The page's episode."""
        return miniwob_task(name, seed)

    def benchmark(self) -> MiniWobBenchmark:
        """In a browser of its own."""
        limits = EvaluationSettings(max_steps=self.max_steps, max_seconds=self.max_seconds)
        return MiniWobBenchmark(self.names, seed=1, episodes=1, settings=limits, make=self._environment)

    def _environment(self) -> Environment:
        return MiniWobEnvironment(chromium=self.chromium or None)
