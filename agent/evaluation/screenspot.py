"""Grounding: the policy is shown a picture and told what to find on it; a point on the target counts.

The targets come from a folder in one of the formats of `agent.evaluation.targets`, which the user brings. The policy
answers through `perception.grounding`: its point, or the middle of its box, on its codec's grid or in pixels. Where
nothing on the picture fits, saying so counts. A reply that names no place is a miss.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.screens import Locator
from agent.evaluation.targets import Target, read_targets
from agent.policy import Policy
from perception.errors import GroundingInvalid
from perception.geometry import Point
from perception.observation import Frame
from perception.screenshot import decode_png
from sandboxes.task import Task


class ScreenSpotBenchmark:
    """One episode a target, in the order of the annotation files."""

    name = "screenspot"

    def __init__(self, folder: Path, *, layout: str = "", most: int | None = None, seed: int = 0) -> None:
        """`layout`: a format's name, else found by its files; `most`: so many targets at most, drawn by the seed.

        Raises BenchmarkError for annotations that can't be read.
        """
        self._targets = read_targets(folder, layout)
        self._seed = seed
        numbers = range(len(self._targets))
        count = len(numbers) if most is None else min(most, len(numbers))
        self._chosen = sorted(random.Random(f"screenspot:{seed}").sample(numbers, count))

    def episodes(self) -> Sequence[Episode]:
        """The same seed chooses the same."""
        return [self._episode(number) for number in self._chosen]

    def target(self, episode: Episode) -> Target:
        """What an episode asks for."""
        return self._targets[episode.task.settings["number"]]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Ask once, without a run to record. Raises BenchmarkError for a policy that can't locate."""
        if not isinstance(policy, Locator):
            raise BenchmarkError("this policy can't locate anything: it has no method locate")
        target = self.target(episode)
        frame = _picture(target)
        begun = time.perf_counter()
        try:
            found = await policy.locate(frame, target.instruction)
            success = target.is_hit(_as_annotated(found.point, frame, target) if found else None)
        except GroundingInvalid:
            success = False
        seconds = time.perf_counter() - begun
        return EpisodeResult(name=episode.name, success=success, reward=float(success), steps=1, seconds=seconds)

    async def close(self) -> None:
        """Nothing is open."""

    def _episode(self, number: int) -> Episode:
        target = self._targets[number]
        task = Task(
            id=f"screenspot-{number}",
            instruction=target.instruction,
            environment="screenspot",
            seed=self._seed,
            settings={"number": number},
        )
        return Episode(name=target.row, task=task)


def _picture(target: Target) -> Frame:
    return decode_png(target.image.read_bytes())


def _as_annotated(point: Point, frame: Frame, target: Target) -> Point:
    """The point on a picture of the size that was annotated: copies of a data set may be smaller."""
    if target.size is None or target.size == frame.size:
        return point
    x = (point.x + 0.5) * target.size.width / frame.size.width
    y = (point.y + 0.5) * target.size.height / frame.size.height
    return Point(x=int(x), y=int(y))
