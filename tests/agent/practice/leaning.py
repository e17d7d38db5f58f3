"""A course that a random model sometimes passes: on a drawn screen any action ends the episode, and pointing at its
left half is a success.

    python -m tests.agent.practice.leaning MODEL FOLDER --steps 4
"""

import argparse
import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from actions.action import Action
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.run import walk
from agent.policy import Policy
from agent.practice.practice import practise
from agent.settings import RunSettings
from agent.training.model_folder import CARD_FILE
from agent.training.rl import RlConfig
from agent.training.sft import SftConfig, sft
from perception.geometry import Point
from perception.observation import Observation
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Score, Task
from tests.agent.training.played import record
from tests.tiny_model import write_folder
from tests.walk.toy import SIZE

SMALL: dict[str, Any] = {
    "groups": 2,
    "group_size": 4,
    "max_tokens": 96,
    "max_steps": 1,
    "save_every": 1,
    "rate": 1e-3,
    "rest": 0,
}
"""A run of moments."""


def taught(folder: Path) -> Path:
    """A small model that has learned to click, and not where: a random one fine-tuned on clicks all over the screen."""
    rng, frame = random.Random(0), asyncio.run(Leaning(1, True).reset(Task(id="lean", instruction=""))).frame
    for number in range(24):
        point = Point(x=rng.randrange(SIZE.width), y=rng.randrange(SIZE.height))
        record(folder / "runs" / str(number), task=Task(id="lean", instruction="Lean"), points=[point], frame=frame)
    model = write_folder(folder / "random")
    # Asked as nano is: what a released model is asked is 2,700 of these tokens.
    card = {"name": "leaning", "version": "1", "codec": "qwen3vl", "prompt": "compact"}
    (model / CARD_FILE).write_text(json.dumps(card))
    config = SftConfig(str(model), str(folder / "runs"), str(folder / "sft"), steps=50, batch_size=8, rate=3e-3)
    return sft(replace(config, warmup_steps=5, num_workers=0))


class Leaning(PaintedEnvironment):
    """The drawn form, on which every action is the last."""

    def __init__(self, share: float, checked: bool) -> None:
        super().__init__()
        self._share, self._checked = share, checked
        self._last: Action | None = None

    async def reset(self, task: Task) -> Observation:
        """The form of every task."""
        self._last = None
        return await super().reset(task.model_copy(update={"settings": {}}))

    async def step(self, action: Action) -> Transition:
        """Over at once."""
        self._last = action
        return Transition(await self.observe(), terminated=True)

    async def score(self) -> Score | None:
        """Whether it pointed within the left share; nobody knows where it is not checked."""
        if not self._checked:
            return None
        at = getattr(self._last, "at", None) or getattr(self._last, "start", None)
        good = isinstance(at, Point) and at.x < self._share * SIZE.width
        return Score(reward=float(good), success=good)


class Leanings:
    """A benchmark of such screens."""

    name = "leaning"

    def episodes(self) -> Sequence[Episode]:
        """Practice asks for its own."""
        return []

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Through the walk."""
        share, checked = float(episode.task.settings["share"]), bool(episode.task.settings["checked"])
        return await walk(episode, Leaning(share, checked), policy, RunSettings(max_steps=1), folder)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class LeaningCourse:
    """Tasks are shares of the screen's width: 0 can't be won, 1 is won wherever one points."""

    names: tuple[str, ...] = ("0.6", "0.8")
    checked: bool = True

    def task(self, name: str, seed: int) -> Task:
        """The same screen for every seed."""
        settings = {"share": name, "checked": self.checked}
        return Task(id=name, instruction="Lean", environment="painted", seed=seed, settings=settings)

    def benchmark(self) -> Leanings:
        """Plays them."""
        return Leanings()


def main() -> None:
    """A run to be killed from outside."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    config = RlConfig(
        model=options.model, folder=options.folder, steps=options.steps, deterministic=True, workers=1, **SMALL
    )
    practise(config, lambda figures: print(figures["step"], flush=True), LeaningCourse())


if __name__ == "__main__":
    main()
