"""A suite of drawn forms that any process or machine can play: two of three can be done, the third asks for what the
policy does not do. What was begun is written into a file, a line each, so that nothing is played twice unseen.

    python -m tests.walk.forms FOLDER --episodes 12 --pause 0.1 [--parallel 2]
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from actions.action import Action
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.conduct import conduct
from agent.evaluation.manifest import Manifest, manifest_of
from agent.evaluation.playing import Crew, Programme
from agent.evaluation.processes import players
from agent.evaluation.report import Report
from agent.evaluation.run import walk
from agent.policy import Policy
from agent.settings import RunSettings, Settings
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, follower, plan, policy_of

ADA, BOB = {"Name": "Ada", "Agree": True}, {"Name": "Bob", "Agree": True}


class SlowForm(PaintedEnvironment):
    """A drawn form that takes its time."""

    def __init__(self, pause: float) -> None:
        super().__init__()
        self._pause = pause

    async def step(self, action: Action) -> Transition:
        """After a pause."""
        await asyncio.sleep(self._pause)
        return await super().step(action)


class Forms:
    """So many forms."""

    name = "forms"

    def __init__(self, number: int, pause: float, log: Path | None) -> None:
        self._number, self._pause, self._log = number, pause, log

    def episodes(self) -> Sequence[Episode]:
        """Every third can't be done."""
        return [self._episode(seed) for seed in range(self._number)]

    def _episode(self, seed: int) -> Episode:
        impossible = seed % 3 == 2
        settings = {"wanted": BOB if impossible else ADA}
        task = TASK.model_copy(update={"id": f"form-{seed}", "seed": seed, "settings": settings})
        return Episode(name="bob" if impossible else "ada", task=task)

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Through the walk; begun is written down first."""
        if self._log is not None:
            with self._log.open("a") as log:  # a short line goes into a file whole, whoever else appends
                log.write(f"{os.getpid()} {episode.task.seed}\n")
        return await walk(episode, SlowForm(self._pause), policy, RunSettings(max_steps=8), folder)

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def crew(number: int, pause: float, log: Path | None) -> AsyncIterator[tuple[Forms, Policy]]:
    """The forms and who fills them in."""
    yield Forms(number, pause, log), policy_of(follower(await plan(), num_replies=100_000))


def crew_of(number: int, *, pause: float = 0.0, log: Path | None = None) -> Crew:
    """A crew that goes to other processes."""
    return partial(crew, number, pause, log)


def pin(programme: Programme, *, repeats: int = 1, keep: bool = False) -> Manifest:
    """The manifest of the forms."""
    return manifest_of(programme, Settings(), {}, started="now", seed=0, repeats=repeats, retries=2, keep=keep)


async def play(folder: Path, crew: Crew, *, parallel: int = 1, repeats: int = 1) -> Report:
    """Conduct it, and say every episode on a line."""
    return await conduct(
        players(crew, parallel),
        folder,
        partial(pin, repeats=repeats),
        progress=lambda played, total, result: print(played, total, result.name, flush=True),
        say=lambda line: print(line, flush=True),
    )


def begun(log: Path) -> list[tuple[int, int]]:
    """The process and the seed of every episode that was ever begun."""
    lines = (line.split() for line in log.read_text().splitlines())
    return [(int(pid), int(seed)) for pid, seed in lines]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--episodes", type=int, default=12)
    parser.add_argument("--pause", type=float, default=0.1)
    parser.add_argument("--parallel", type=int, default=1)
    options = parser.parse_args()
    log = options.folder.parent / "begun.txt"
    made = crew_of(options.episodes, pause=options.pause, log=log)
    report = asyncio.run(play(options.folder, made, parallel=options.parallel))
    sys.stdout.write(f"{report.success}\n")


if __name__ == "__main__":
    main()
