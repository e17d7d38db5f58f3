"""Many episodes and those who play them: who breaks is made anew, and the episode is tried again.

    jobs --> play_all --> Player.play --> Played --> Finished, told to one listener in this process

A `Player` plays one episode at a time with an environment and a model of its own: `Here` does in this process,
`processes.InProcess` in a process of its own, and `agent.cluster.workers` on a machine of its own. All come to the same
results, since an episode is all that its task says.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BenchmarkError, RecordError
from agent.evaluation.benchmark import Benchmark, Episode, EpisodeResult
from agent.policy import Drawing, Identity, Policy
from agent.recorder import image_store, load
from perception.errors import HandEyeError
from sandboxes.errors import SandboxMissing

log = logging.getLogger(__name__)

MAX_CRASHES = 10
"""So many crashed episodes at the beginning, without any other, end the evaluation."""
RETRIES = 2
"""How often an episode that broke is begun again, before it counts as crashed."""
MARGIN_SECONDS = 300.0
"""Beside an episode's own time, what beginning and ending may take: a process with its model, a browser, a page."""
CLOSING_SECONDS = 60.0
"""So long a player that hung is waited for while it closes what it has."""
MAX_LOSSES = 5
"""So many players may be lost over one episode: a machine that went is no fault of the episode, and may take the player
that was to replace the first along; but an episode that ends every process must end too."""

Crew = Callable[[], AbstractAsyncContextManager[tuple[Benchmark, Policy]]]
"""Makes a benchmark and a policy; a function of a module, or a partial of one, so that it can go to another process."""


class Job(BaseModel):
    """One episode to play."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    """Its place among all, repeats included."""
    repeat: int = Field(default=1, ge=1)
    episode: Episode

    @property
    def key(self) -> tuple[int, str, str, int]:
        """What tells it from all others: repeat, row, task, seed."""
        return self.repeat, self.episode.name, self.episode.task.id, self.episode.task.seed

    @property
    def label(self) -> str:
        """A name for files."""
        return f"{self.number:05d}-{self.episode.name.replace('/', '-')}"


class Finished(BaseModel):
    """A line of `results.jsonl`: an episode that need not be played again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 2
    number: int
    repeat: int = 1
    task: str
    seed: int
    tries: int = 1
    """More than 1: the environment or the player broke before."""
    result: EpisodeResult
    picture: str = ""
    """The last screen, below the folder; only of episodes that failed."""

    @property
    def key(self) -> tuple[int, str, str, int]:
        """As its job's."""
        return self.repeat, self.result.name, self.task, self.seed


class Played(NamedTuple):
    """What a player brings back of one try."""

    result: EpisodeResult
    picture: bytes = b""
    """PNG of the last screen of an episode that failed; empty where there is none."""


class Programme(NamedTuple):
    """What a player has been given to play, and by whom it is decided."""

    suite: str
    identity: Identity
    episodes: tuple[Episode, ...]


class PlayerLost(HandEyeError):
    """A player died while it played; it begins anew with its next episode."""


class Player(Protocol):
    """Plays one episode at a time."""

    async def programme(self) -> Programme:
        """What there is to play. Raises what making the benchmark or the model raised."""
        ...

    async def play(self, job: Job, folder: Path | None) -> Played:
        """One try; with a folder, the run is kept there. After a crash the next try meets a fresh environment.

        Raises PlayerLost when the player died, SandboxMissing for a part that is missing or does not start.
        """
        ...

    async def close(self) -> None:
        """Leave nothing running; may be called twice."""
        ...


Company = AbstractAsyncContextManager[Sequence[Player]]
"""Players, made when it is entered and closed at its end: those of `processes`, or of `agent.cluster.workers`."""


class Here:
    """Plays in this process."""

    def __init__(self, benchmark: Benchmark, policy: Policy) -> None:
        self._benchmark, self._policy = benchmark, policy

    async def programme(self) -> Programme:
        """The benchmark's episodes."""
        return Programme(self._benchmark.name, self._policy.identity, tuple(self._benchmark.episodes()))

    async def play(self, job: Job, folder: Path | None) -> Played:
        """Whatever the benchmark raises is a crash of this episode, and closes its environment."""
        if folder is not None:
            return await self._play(job, folder)
        with TemporaryDirectory(prefix="handeye-", ignore_cleanup_errors=True) as place:
            result, picture = await self._play(job, Path(place) / job.label)
        return Played(result.model_copy(update={"folder": ""}), picture)

    async def close(self) -> None:
        """Close the benchmark; the policy is the caller's."""
        await self._benchmark.close()

    async def _play(self, job: Job, folder: Path) -> Played:
        """A repeat poses the same problem, and a policy that samples draws anew."""
        episode, policy = job.episode, self._policy
        if isinstance(policy, Drawing):
            policy = policy.redrawn(job.repeat)
        try:
            result = await self._benchmark.play(episode, policy, folder)
        except SandboxMissing:
            raise
        except Exception as error:
            log.info("episode %s (seed %d) crashed", episode.name, episode.task.seed, exc_info=error)
            result = EpisodeResult(name=episode.name, crashed=f"{type(error).__name__}: {error}")
        if result.crashed:
            with suppress(HandEyeError, OSError):  # what is broken may not even close
                await self._benchmark.close()
        over = result.outcome == "environment_over"
        return Played(result, _last_picture(folder, over=over) if not result.success else b"")


def jobs_of(episodes: Sequence[Episode], repeats: int = 1) -> list[Job]:
    """All episodes, then all of them again."""
    pairs = [(repeat, episode) for repeat in range(1, repeats + 1) for episode in episodes]
    return [Job(number=number, repeat=repeat, episode=episode) for number, (repeat, episode) in enumerate(pairs, 1)]


async def play_all(
    jobs: Iterable[Job],
    players: Sequence[Player],
    note: Callable[[Finished], None],
    *,
    retries: int = RETRIES,
    runs: Path | None = None,
    pictures: Path | None = None,
    deadline: float | None = None,
) -> None:
    """Let the players play all jobs, each the next one as soon as it is free, and tell `note` of every episode that is
    finished, in this task and one at a time.

    retries: how often an episode that broke is begun again; runs: keeps the runs; pictures: keeps the last screens of
    episodes that failed; deadline: seconds after which a try that has not come back is ended, and counts as one that
    broke. Raises BenchmarkError when the first MAX_CRASHES episodes all crashed, SandboxMissing when a part was missing
    in every try of one, and what players raise beside PlayerLost.
    """
    waiting = deque(jobs)
    beginning = _Beginning()
    rules = _Rules(retries, runs, pictures, deadline)

    async def work(player: Player) -> None:
        while waiting:
            job = waiting.popleft()
            note(await _finish(job, player, beginning, rules))

    working = [asyncio.ensure_future(work(player)) for player in players]
    try:
        await asyncio.gather(*working)
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


class _Rules(NamedTuple):
    """As for `play_all`."""

    retries: int
    runs: Path | None
    pictures: Path | None
    deadline: float | None


class _Beginning:
    """Watches for an evaluation in which nothing works from the start."""

    def __init__(self) -> None:
        self._num_crashes = 0
        self._worked = False

    def note(self, crashed: str) -> None:
        """An episode came to this. Raises BenchmarkError."""
        self._worked = self._worked or not crashed
        self._num_crashes += bool(crashed)
        if not self._worked and self._num_crashes >= MAX_CRASHES:
            raise BenchmarkError(f"the first {MAX_CRASHES} episodes all crashed: {crashed}")


async def _finish(job: Job, player: Player, beginning: _Beginning, rules: _Rules) -> Finished:
    """Try until it did not crash, or was tried often enough."""
    losses = crashes = 0
    while True:
        place = None if rules.runs is None else _free(rules.runs / job.label)
        try:
            played = await _try(job, player, place, rules.deadline)
            crashes += bool(played.result.crashed)
        except PlayerLost as lost:
            played = Played(EpisodeResult(name=job.episode.name, crashed=str(lost)))
            losses += 1
        except SandboxMissing as missing:  # or a browser that was killed while it started
            if crashes >= rules.retries:
                raise
            played = Played(EpisodeResult(name=job.episode.name, crashed=str(missing)))
            crashes += 1
            await _close(player)
        tries = losses + crashes + (not played.result.crashed)
        if not played.result.crashed or crashes > rules.retries or losses >= MAX_LOSSES:
            break
        log.warning("%s, seed %d, try %d: %s", job.label, job.episode.task.seed, tries, played.result.crashed)
    beginning.note(played.result.crashed)
    picture = _put(played.picture, rules.pictures, job) if rules.pictures is not None and played.picture else ""
    task = job.episode.task
    return Finished(
        number=job.number,
        repeat=job.repeat,
        task=task.id,
        seed=task.seed,
        tries=tries,
        result=played.result,
        picture=picture,
    )


async def _try(job: Job, player: Player, place: Path | None, deadline: float | None) -> Played:
    """One try, which has crashed when it does not come back in time; the player then begins anew."""
    limit = asyncio.timeout(deadline)
    try:
        async with limit:
            return await player.play(job, place)
    except TimeoutError:
        if not limit.expired():
            raise
    await _close(player)
    return Played(EpisodeResult(name=job.episode.name, crashed=f"it hung: no end after {deadline:g} s"))


async def _close(player: Player) -> None:
    """So that it begins anew; what is broken may not even close."""
    with suppress(HandEyeError, OSError):  # TimeoutError is an OSError
        async with asyncio.timeout(CLOSING_SECONDS):
            await player.close()


def _put(picture: bytes, pictures: Path, job: Job) -> str:
    """Keep a picture; its name, seen from the folder of the evaluation."""
    pictures.mkdir(parents=True, exist_ok=True)
    path = pictures / f"{job.label}.png"
    path.write_bytes(picture)
    return f"{pictures.name}/{path.name}"


def _free(folder: Path) -> Path:
    """The folder, or one beside it when an earlier try, or a run that was killed, left something there."""
    names = [folder, *(folder.with_name(f"{folder.name}-try{number}") for number in range(2, 1000))]
    return next(name for name in names if not name.exists())


def _last_picture(folder: Path, *, over: bool) -> bytes:
    """The last screen of a recorded run; empty where nothing was recorded. A world that is over often covers what was
    done in it, so then it is the screen that the last action was made on.
    """
    if not folder.is_dir():
        return b""
    with suppress(RecordError, OSError):
        steps = load(folder).steps
        if steps:
            last = steps[-1].before if over else steps[-1].after or steps[-1].before
            return image_store(folder).path(last.digest).read_bytes()
    return b""
