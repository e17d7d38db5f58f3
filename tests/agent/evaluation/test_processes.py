"""Players in processes: the same results as here, and a death costs one try."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from functools import partial

import pytest

from agent.errors import BenchmarkError, SettingsError
from agent.evaluation.playing import Finished, PlayerLost, jobs_of, play_all
from agent.evaluation.processes import InProcess, players
from tests.walk.forms import begun, crew_of


@pytest.mark.slow
async def test_a_player_that_is_killed_is_replaced_and_its_episode_tried_again(tmp_path):
    log, finished, killed = tmp_path / "begun.txt", [], []

    def note(line: Finished) -> None:
        finished.append(line)
        if len(finished) == 2:  # one of the two plays right now
            pid = begun(log)[-1][0]
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    async with players(crew_of(8, pause=0.05, log=log), 2) as found:
        programme = await found[0].programme()
        await play_all(jobs_of(programme.episodes), found, note)
    assert sorted(line.seed for line in finished) == list(range(8))
    assert {line.seed: line.result.success for line in finished} == {seed: seed % 3 != 2 for seed in range(8)}
    assert not any(line.result.crashed for line in finished)
    assert sum(line.tries for line in finished) == 9
    assert len({pid for pid, _ in begun(log)} - set(killed)) == 2


async def test_a_death_says_how_it_came():
    player = InProcess(crew_of(1, pause=5.0))
    (episode,) = (await player.programme()).episodes
    (job,) = jobs_of([episode])
    playing = asyncio.ensure_future(player.play(job, None))
    await asyncio.sleep(0.3)
    assert player.pid is not None
    os.kill(player.pid, signal.SIGKILL)
    with pytest.raises(PlayerLost, match="signal 9"):
        await playing
    assert player.pid is None
    await player.close()


@asynccontextmanager
async def refusing(error: Exception):
    """A crew that can't be made."""
    raise error
    yield


class Odd(Exception):
    """Can't be read back from a pipe: it wants two words and keeps one."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


async def test_what_can_not_be_made_is_said_here():
    player = InProcess(partial(refusing, SettingsError("no such codec")))
    with pytest.raises(SettingsError, match="no such codec"):
        await player.programme()
    await player.close()


@asynccontextmanager
async def odd():
    """Fails in a way of its own."""
    raise Odd("one", "two")
    yield


async def test_an_error_that_does_not_travel_is_told_in_words():
    player = InProcess(odd)
    with pytest.raises(BenchmarkError, match="Odd: one"):
        await player.programme()
    await player.close()
    await player.close()
