"""Players: a repeat is drawn anew, and whoever hangs is ended."""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.playing import Finished, Here, jobs_of, play_all
from agent.evaluation.processes import players
from agent.policy import Choice, Identity, ModelPolicy, Policy, Situation
from perception.clients.client import Sampling
from perception.clients.scripted import ScriptedClient
from perception.observation import Frame, Observation
from tests.walk.forms import Forms, begun
from tests.walk.toy import QWEN

WAIT = '{"thought": "Wait", "action": "wait", "time": 0}'
LOOK = Observation(Frame(np.zeros((32, 32, 3), np.uint8)))


class Listening(ScriptedClient):
    """Keeps the seeds that replies were drawn by."""

    def __init__(self) -> None:
        super().__init__([WAIT] * 99)
        self.seeds: list[int | None] = []

    async def generate(self, messages, *, schema=None, sampling=None):
        """As scripted."""
        self.seeds.append(sampling.seed if sampling else None)
        return await super().generate(messages, schema=schema, sampling=sampling)


class Asking(Forms):
    """Asks the policy once an episode."""

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """By the episode's seed."""
        self.asked = getattr(self, "asked", [])
        self.asked.append(policy)
        await policy.decide(Situation(instruction="Wait.", observation=LOOK, seed=episode.task.seed))
        return EpisodeResult(name=episode.name, success=True)


async def test_repeats_pose_the_same_and_are_drawn_anew():
    client, told = Listening(), []
    benchmark = Asking(2, 0.0, None)
    player = Here(benchmark, ModelPolicy(client, QWEN, sampling=Sampling(temperature=1.0)))
    jobs = jobs_of(benchmark.episodes(), 3)
    await play_all(jobs, [player], told.append)
    assert [(line.repeat, line.seed) for line in told] == [(r, s) for r in (1, 2, 3) for s in (0, 1)]
    assert len(set(client.seeds)) == 6
    once = Listening()
    await play_all(jobs[:2], [Here(Asking(2, 0.0, None), ModelPolicy(once, QWEN))], lambda line: None)
    assert once.seeds == client.seeds[:2], "one repeat is drawn as without repeats"


class Fixed:
    """Draws nothing, so that there is nothing to draw anew."""

    identity = Identity(policy="fixed", model="fixed")

    async def decide(self, situation: Situation) -> Choice:
        """No decision."""
        return Choice(None)


async def test_a_policy_that_draws_nothing_is_played_as_it_is():
    policy, benchmark = Fixed(), Asking(1, 0.0, None)
    await play_all(jobs_of(benchmark.episodes(), 2), [Here(benchmark, policy)], lambda line: None)
    assert benchmark.asked == [policy, policy]


class Hanging(Forms):
    """The first episode never comes back: it waits, or it blocks its whole process."""

    def __init__(self, how: str, log: Path, times: int) -> None:
        super().__init__(2, 0.0, log)
        self._how, self._begun, self._times = how, log, times
        self.num_closed = 0

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """As often as it was said, over all processes."""
        with self._begun.open("a") as log:
            log.write(f"{os.getpid()} {episode.task.seed}\n")
        if [seed for _, seed in begun(self._begun)].count(0) <= self._times and episode.task.seed == 0:
            if self._how == "blocks":
                time.sleep(3600)  # noqa: ASYNC251  that is the point
            await asyncio.Event().wait()
        return EpisodeResult(name=episode.name, success=True)

    async def close(self) -> None:
        """Counts."""
        self.num_closed += 1


@pytest.mark.parametrize(("times", "tries", "crashed"), [(1, 2, ""), (9, 3, "it hung: no end after 0.2 s")])
async def test_what_hangs_is_tried_again_and_then_counted(tmp_path, times, tries, crashed):
    told: list[Finished] = []
    benchmark = Hanging("waits", tmp_path / "log", times)
    await play_all(jobs_of(benchmark.episodes()), [Here(benchmark, Fixed())], told.append, deadline=0.2)
    assert [(line.tries, line.result.crashed) for line in told] == [(tries, crashed), (1, "")]
    assert benchmark.num_closed == tries - (not crashed)


async def test_a_time_limit_of_the_players_own_is_not_taken_for_the_deadline():
    class Impatient(Here):
        async def play(self, job, folder):
            raise TimeoutError("the cluster does not answer")

    benchmark = Asking(1, 0.0, None)
    with pytest.raises(TimeoutError, match="does not answer"):
        await play_all(jobs_of(benchmark.episodes()), [Impatient(benchmark, Fixed())], lambda line: None, deadline=9)


@asynccontextmanager
async def hanging(how: str, log: Path):
    """The crew of a process."""
    yield Hanging(how, log, 1), Fixed()


@pytest.mark.slow
async def test_a_process_that_is_blocked_is_ended_and_another_plays(tmp_path):
    told: list[Finished] = []
    log = tmp_path / "log"
    async with players(partial(hanging, "blocks", log), 2) as found:
        jobs: Sequence = jobs_of((await found[0].programme()).episodes)
        await play_all(jobs[:1], found[:1], told.append, deadline=10)
    assert [(line.tries, line.result.crashed) for line in told] == [(2, "")]
    first, second = (pid for pid, _ in begun(log))
    assert first != second
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
