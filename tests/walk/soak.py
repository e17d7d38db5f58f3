"""Many episodes, one after another, while what they happen in is killed now and then.

    python -m tests.walk.soak --episodes 500 [--kill-every 8] [--seed 7]

Most are MiniWoB++ tasks, worked by scripted solvers; one in twenty-five is a desktop's and one a phone's, where Xvfb
and adb are installed. Every so many episodes the first try loses its Chromium, its X server or its adb server to
SIGKILL. Prints one JSON object: how many were won, tried again and given up, the memory of this process at a tenth, at
half and at the end, and what was left running. Exit code 1 when an episode is missing or was lost to something else
than a kill, when more than 2% were given up, when memory grew, or when anything was left.
"""

import argparse
import asyncio
import ctypes
import gc
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from actions.action import Decision, Key, LeftClick, Terminate, Type
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.memory import resident_mb
from agent.evaluation.playing import Finished, Here, jobs_of, play_all
from agent.evaluation.report import MOST_CRASHED
from agent.evaluation.run import walk
from agent.history import full
from agent.policy import Choice, Identity, Policy, Situation
from agent.settings import RunSettings
from agent.trajectory import Reply
from perception.geometry import Point, Size
from sandboxes.chromium import find_chromium
from sandboxes.demos.paper_phone.environment import PaperPhoneEnvironment
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.desktop import DesktopEnvironment
from sandboxes.environment import Environment
from sandboxes.miniwob import MiniWobEnvironment, miniwob_task
from sandboxes.oracles.oracle import SOLVERS, UNSURE
from sandboxes.oracles.scene import Scene
from sandboxes.task import Score, Task
from tests.processes import processes

LIMITS = RunSettings(max_steps=100, max_seconds=120, stuck_after=100)
DEADLINE = 180.0
RARE = 25
"""One in so many is a desktop's, and one a phone's."""
GROWTH_MB, GROWTH = 12.0, 0.05
"""From half to the end memory may grow by the larger of the two, in MB and as a share."""
WARM = 200
"""With fewer episodes than these, what is loaded on first use still comes in the second half: memory is only told."""
_SUBREAPER = 36
"""Of Linux's prctl: whoever loses its parent below this process becomes its child, and so is found."""

VICTIMS = {"miniwob": ("chromium",), "desktop": ("xvfb",), "paper_phone": ("adb", "chromium")}
_LOOKS: dict[str, Callable[[str], bool]] = {
    "chromium": lambda words: "--remote-debugging-pipe" in words and "--type=" not in words,
    "xvfb": lambda words: words.startswith("Xvfb "),
    "adb": lambda words: "nodaemon server" in words,
}

EDITOR = {"files": {"a.txt": "hello"}, "launch": [["mousepad", "a.txt"]]}


class Solving:
    """Decides as a solver says; the benchmark gives it one for each try."""

    identity = Identity(policy="solver", model="solver")

    def __init__(self) -> None:
        self._make: Callable[[], AsyncIterator[Decision]] | None = None
        self._moves: AsyncIterator[Decision] | None = None

    def take_up(self, make: Callable[[], AsyncIterator[Decision]]) -> None:
        """The moves of the next try, made when its world is there."""
        self._make, self._moves = make, None

    async def decide(self, situation: Situation) -> Choice:
        """The next move, and the end when there is none."""
        if self._moves is None:
            assert self._make is not None
            self._moves = self._make()
        decision = await anext(self._moves, Decision(thought="Finished", action=Terminate(status="success")))
        reply = Reply(text=decision.model_dump_json(), finish="stop")
        return Choice(decision, (reply,), full(situation.steps))


class Soak:
    """The episodes, and who kills while they are played."""

    name = "soak"

    def __init__(self, number: int, *, kill_every: int, seed: int, chromium: Path | None = None) -> None:
        self._chance, self._number, self._chromium = random.Random(seed), number, chromium
        self._marked = {n for n in range(number) if n % kill_every == kill_every - 1}
        self._rare = [kind for kind, program in (("desktop", "Xvfb"), ("paper_phone", "adb")) if shutil.which(program)]
        self._environment: tuple[str, Environment] | None = None
        self.killed: list[str] = []
        """What was killed, in that order."""

    def episodes(self) -> Sequence[Episode]:
        """In an order that the seed draws."""
        return [self._episode(number) for number in range(self._number)]

    def _episode(self, number: int) -> Episode:
        place = number % RARE - 1
        if 0 <= place < len(self._rare):
            kind = self._rare[place]
            task = Task(
                id=f"{number}",
                instruction="Do as the solver says.",
                environment=kind,
                seed=number,
                settings=EDITOR if kind == "desktop" else {},
            )
            return Episode(name=kind, task=task)
        name = self._chance.choice(sorted(SOLVERS.keys() - UNSURE.keys()))
        task = miniwob_task(name, number).model_copy(update={"id": f"{number}"})
        return Episode(name=name, task=task)

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Through the walk; in the first try of some episodes something dies."""
        kind, number = episode.task.environment, int(episode.task.id)
        if self._environment is None or self._environment[0] != kind:
            await self.close()
            self._environment = kind, self._made(kind)
        environment = self._environment[1]
        assert isinstance(policy, Solving)
        policy.take_up(lambda: _moves(episode, environment))
        killing = None
        if number in self._marked:
            self._marked.remove(number)
            killing = asyncio.ensure_future(self._kill(self._chance.choice(VICTIMS[kind])))
        try:
            return await walk(episode, environment, policy, LIMITS, folder)
        finally:
            if killing is not None:
                killing.cancel()
                with suppress(asyncio.CancelledError):
                    await killing

    async def close(self) -> None:
        """End what is open."""
        open_now, self._environment = self._environment, None
        if open_now is not None:
            await open_now[1].close()

    def _made(self, kind: str) -> Environment:
        if kind == "desktop":
            return DesktopEnvironment(size=Size(width=640, height=480), checker=_written)
        if kind == "paper_phone":
            return PaperPhoneEnvironment(chromium=self._chromium, checker=_dark)
        return MiniWobEnvironment(chromium=self._chromium)

    async def _kill(self, what: str) -> None:
        """At some moment, or as soon as it is there."""
        await asyncio.sleep(self._chance.uniform(0, 1.0))
        for _ in range(200):
            if found := _running(what):
                break
            await asyncio.sleep(0.02)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed.append(what)


class Tally(NamedTuple):
    """What came of it."""

    episodes: int
    won: int
    crashed: int
    """Given up after all tries."""
    lost: tuple[str, ...]
    """Played to the end and not won, which no kill explains."""
    tried_again: int
    """Tries beyond the first."""
    killed: dict[str, int]
    memory_mb: tuple[float, float, float]
    """At a tenth, at half, at the end."""
    left: tuple[str, ...]
    """Processes that still run."""

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        _, half, end = self.memory_mb
        has_grown = end - half > max(GROWTH_MB, GROWTH * half)
        found = {
            "an episode is missing": self.won + self.crashed + len(self.lost) != self.episodes,
            "an episode was lost": bool(self.lost),
            "too many were given up": self.crashed > MOST_CRASHED * self.episodes,
            "more was tried again than was killed": self.tried_again > sum(self.killed.values()),
            "nothing that was killed was tried again": bool(self.killed) and not self.tried_again,
            "memory grew": has_grown and self.episodes >= WARM,
            "something was left running": bool(self.left),
        }
        return [words for words, is_so in found.items() if is_so]


async def soak(number: int, *, kill_every: int, seed: int, chromium: Path | None = None) -> Tally:
    """Play all, and look around afterwards."""
    benchmark = Soak(number, kill_every=kill_every, seed=seed, chromium=chromium)
    player, finished = Here(benchmark, Solving()), []
    marks, memory = {max(1, number // 10), max(1, number // 2), number}, []

    def note(line: Finished) -> None:
        finished.append(line)
        if len(finished) in marks:
            gc.collect()
            memory.append(round(resident_mb(), 1))
            print(f"{len(finished)}/{number}  {memory[-1]:.1f} MB, {len(benchmark.killed)} kills", file=sys.stderr)

    try:
        await play_all(jobs_of(benchmark.episodes()), [player], note, deadline=DEADLINE)
    finally:
        await player.close()
    return Tally(
        episodes=number,
        won=sum(line.result.success for line in finished),
        crashed=sum(bool(line.result.crashed) for line in finished),
        lost=tuple(f"{x.result.name} {x.seed}" for x in finished if not x.result.success and not x.result.crashed),
        tried_again=sum(line.tries - 1 for line in finished),
        killed={what: benchmark.killed.count(what) for what in sorted(set(benchmark.killed))},
        memory_mb=(memory[0], memory[len(memory) // 2], memory[-1]),
        left=await _left(),
    )


def _moves(episode: Episode, environment: Any) -> AsyncIterator[Decision]:
    kind = episode.task.environment
    if kind == "desktop":
        return _write()
    return _darken(environment) if kind == "paper_phone" else SOLVERS[episode.name](Scene(environment))


async def _write() -> AsyncIterator[Decision]:
    for action in (Key(keys=("ctrl", "a")), Type(text="Grüße\n"), Key(keys=("ctrl", "s"))):
        yield Decision(thought=action.kind, action=action)
    await asyncio.sleep(0.3)


async def _written(place: DesktopEnvironment) -> Score:
    is_written = (place.home / "a.txt").read_text() == "Grüße\n"
    return Score(reward=float(is_written), success=is_written)


async def _darken(place: PaperPhoneEnvironment) -> AsyncIterator[Decision]:
    for name in ("settings", "display", "ui_night_mode"):
        x, y = await place.phone.device.screen.ask("middle", name)
        yield Decision(thought=f"Tap {name}", action=LeftClick(at=Point(x=x, y=y)))


async def _dark(phone: PaperPhone) -> Score:
    is_dark = (await phone.state())["settings"]["secure"]["ui_night_mode"] == "2"
    return Score(reward=float(is_dark), success=is_dark)


def _running(what: str) -> list[int]:
    return [pid for pid, words in processes(os.getpid()) if _LOOKS[what](words)]


async def _left() -> tuple[str, ...]:
    """What still runs below this process after ten seconds at most."""
    for _ in range(100):
        if not processes(os.getpid()):
            break
        await asyncio.sleep(0.1)
    return tuple(words[:120] for _, words in processes(os.getpid()))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--kill-every", type=int, default=8, help="something dies in one of so many (default: 8)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--chromium", type=Path, help="the program; found when not given")
    arguments = parser.parse_args()
    if arguments.episodes < 1 or arguments.kill_every < 1:
        sys.exit("--episodes and --kill-every: at least 1")
    chromium = arguments.chromium or find_chromium(os.environ.get("HANDEYE_CHROMIUM"))
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="handeye-soak-", ignore_cleanup_errors=True) as folder:
        os.environ.update(HOME=folder, TMPDIR=folder)  # adb's keys, and what a killed Chromium leaves
        tempfile.tempdir = folder
        given = {"kill_every": arguments.kill_every, "seed": arguments.seed, "chromium": chromium}
        tally = asyncio.run(soak(arguments.episodes, **given))
    print(json.dumps({**tally._asdict(), "faults": tally.faults}))
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
