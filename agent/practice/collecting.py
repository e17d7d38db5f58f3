"""Waves of groups, played by processes while the learner learns.

    draw -> jobs -> players (a process each) -> runs on disk -> tries -> a bounded queue -> the learner

With a queue of n, n waves may wait while another is played; when it is full, playing waits. Without one, a wave is
played when the learner asks for it, with the weights that it has just put out.
"""

import asyncio
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread

from agent.asking import Model, model_of
from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Episode
from agent.evaluation.playing import Company, Finished, Job, Player, play_all
from agent.judge import check, judge
from agent.practice.course import Course
from agent.practice.draw import Draw, Drawn
from agent.practice.reading import TryReader
from agent.recorder import read_run
from agent.settings import ModelSettings
from agent.training.tries import Group
from perception.errors import ClientError


@dataclass(slots=True)
class Wave:
    """Groups that were played together."""

    number: int
    groups: list[Group]
    """Those with at least two tries that can be compared."""
    num_episodes: int
    num_crashed: int
    seconds: float
    folder: Path
    """Of its runs; the pictures that its tries need are there."""
    state: dict[str, object]
    """Of the draw, once this wave was noted."""

    def clear(self) -> None:
        """Take its runs away."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Collector:
    """Plays waves. As a context manager it has its players and its judge, and ends them."""

    def __init__(
        self,
        company: Company,
        course: Course,
        draw: Draw,
        reader: TryReader,
        runs: Path,
        *,
        groups: int,
        group_size: int,
        ahead: int,
        judge: str = "",
    ) -> None:
        """company: who plays; runs: where the waves' folders go; groups, group_size: of a wave; ahead: how many waves
        may wait; judge: the name of a model that judges what no checker does."""
        self._course, self._draw, self._reader, self._runs = course, draw, reader, runs
        self._groups, self._group_size, self._judge_name = groups, group_size, judge
        self._company = company
        self._open = AsyncExitStack()
        self._players: Sequence[Player] = ()
        self._judge: Model | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="players", daemon=True)
        self._queue: Queue[Wave | BaseException] | None = Queue(ahead) if ahead else None
        self._stopped = Event()
        self._playing: Future[list[Finished]] | None = None
        self._feeder = Thread(target=self._feed, name="waves", daemon=True)

    def __enter__(self) -> "Collector":
        for folder in self._runs.glob("wave-*"):
            if int(folder.name.removeprefix("wave-")) >= self._draw.wave:  # a kill left it: it is played again
                shutil.rmtree(folder, ignore_errors=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result()
        except BaseException:
            self._end()
            raise
        if self._queue is not None:
            self._feeder.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._playing is not None:
            self._playing.cancel()
        if self._feeder.is_alive():
            self._feeder.join()
        self._end()

    def _end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._open.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def take(self) -> Wave:
        """The next wave; waits until it is there. Raises what playing raised, BenchmarkError where all crashed."""
        if self._queue is None:
            return self._wave()
        while True:
            with suppress(Empty):
                found = self._queue.get(timeout=0.5)  # so that Ctrl-C is heard
                if isinstance(found, BaseException):
                    raise found
                return found

    async def _begin(self) -> None:
        """Raises what players raise that can't be had, and for a model that can't be had or can't judge what
        `model_of` and `check` raise: before anything is played."""
        if self._judge_name:
            self._judge = await self._open.enter_async_context(model_of(ModelSettings(name=self._judge_name)))
            check(self._judge)
        self._players = await self._open.enter_async_context(self._company)

    def _feed(self) -> None:
        assert self._queue is not None
        while not self._stopped.is_set():
            found: Wave | BaseException
            try:
                found = self._wave()
            except BaseException as error:  # the learner raises it
                found = error
            while not self._stopped.is_set():
                with suppress(Full):
                    self._queue.put(found, timeout=0.2)
                    break
            if isinstance(found, BaseException):
                return

    def _wave(self) -> Wave:
        begun = time.perf_counter()
        number = self._draw.wave
        drawn, folder = self._draw.next(self._groups), self._runs / f"wave-{number:05d}"
        self._playing = asyncio.run_coroutine_threadsafe(self._play(self._jobs(drawn), folder), self._loop)
        finished = self._playing.result()
        groups = [group for one in drawn if (group := self._group(one, finished)) is not None]
        for group in groups:
            self._draw.note(group.task, group.success)
        crashes = [line.result.crashed for line in finished if line.result.crashed]
        if len(crashes) == len(finished):
            raise BenchmarkError(f"all {len(crashes)} episodes of a wave crashed: {crashes[-1]}")
        seconds = time.perf_counter() - begun
        return Wave(number, groups, len(finished), len(crashes), seconds, folder, self._draw.state())

    def _jobs(self, drawn: Sequence[Drawn]) -> list[Job]:
        """The tries of all groups; a try's id says which it is, and is what its policy draws by."""
        tasks = [
            (one.name, self._course.task(one.name, one.seed), f"group-{one.number}-try-{number}")
            for one in drawn
            for number in range(1, self._group_size + 1)
        ]
        return [
            Job(number=number, episode=Episode(name=name, task=task.model_copy(update={"id": place})))
            for number, (name, task, place) in enumerate(tasks, 1)
        ]

    async def _play(self, jobs: list[Job], folder: Path) -> list[Finished]:
        finished: list[Finished] = []
        await play_all(jobs, self._players, finished.append, retries=1, runs=folder)
        if self._judge is not None:
            await self._judged(self._judge, finished)
        return finished

    async def _judged(self, model: Model, finished: Sequence[Finished]) -> None:
        folders = [Path(line.result.folder) for line in finished if line.result.folder and not line.result.crashed]
        for folder in folders:
            outcome = read_run(folder).outcome
            if outcome is not None and outcome.success is None:
                with suppress(ClientError):  # one try without a word is no success, and no end of the training
                    await judge(model, folder)

    def _group(self, drawn: Drawn, finished: Sequence[Finished]) -> Group | None:
        """The tries that did not crash, in their order; None for fewer than two."""
        own = [line for line in finished if line.task.startswith(f"group-{drawn.number}-try-")]
        own.sort(key=lambda line: line.number)
        folders = [Path(line.result.folder) for line in own if line.result.folder and not line.result.crashed]
        tries = [one for folder in folders if (one := self._reader.read(folder)) is not None]
        return Group(drawn.name, drawn.seed, tries) if len(tries) > 1 else None
