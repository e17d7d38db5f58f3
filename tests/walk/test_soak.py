"""Many episodes with kills, small; `python -m tests.walk.soak --episodes 500` is the whole proof."""

import json
import os
import subprocess
import sys

import pytest

from agent.evaluation.miniwob_tasks import ALL_TASKS
from tests.walk.soak import Tally

EPISODES = int(os.environ.get("SOAK_EPISODES", "30"))


@pytest.mark.slow
@pytest.mark.browser
def test_what_is_killed_is_tried_again_and_nothing_is_left(repository, chromium):
    words = ["--episodes", str(EPISODES), "--kill-every", "5", "--chromium", str(chromium)]
    command = [sys.executable, "-m", "tests.walk.soak", *words]
    soaked = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60 * 30, check=False)
    assert soaked.stdout, soaked.stderr
    tally = json.loads(soaked.stdout.splitlines()[-1])
    assert tally["faults"] == [], tally
    assert soaked.returncode == 0
    assert tally["won"] + tally["crashed"] == EPISODES
    assert tally["tried_again"] > 0


@pytest.mark.slow
@pytest.mark.browser
def test_every_sixth_task_of_miniwob_can_be_begun(repository):
    names = ALL_TASKS[::6]
    command = [sys.executable, "-m", "tests.walk.all_miniwob", "--tasks", ",".join(names)]
    begun = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600, check=False)
    assert begun.returncode == 0, begun.stdout
    assert begun.stdout.splitlines()[-1] == f"{len(names)} of {len(names)} tasks were begun; 0 processes were left"


@pytest.mark.slow
def test_a_task_that_there_is_not_is_no_success(repository):
    command = [sys.executable, "-m", "tests.walk.all_miniwob", "--tasks", "click-tset"]
    begun = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    assert begun.returncode == 1
    assert "WRONG: " in begun.stdout


GOOD = Tally(
    episodes=500,
    won=499,
    crashed=1,
    lost=(),
    tried_again=40,
    killed={"chromium": 42},
    memory_mb=(300.0, 310.0, 312.0),
    left=(),
)


def test_the_proof_is_content_with_what_is_right():
    assert GOOD.faults == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"won": 498}, "an episode is missing"),
        ({"won": 498, "lost": ("click-test 4",)}, "an episode was lost"),
        ({"won": 480, "crashed": 20}, "too many were given up"),
        ({"tried_again": 43}, "more was tried again than was killed"),
        ({"tried_again": 0}, "nothing that was killed was tried again"),
        ({"memory_mb": (300.0, 310.0, 340.0)}, "memory grew"),
        ({"left": ("Xvfb :4",)}, "something was left running"),
    ],
)
def test_the_proof_fails_where_it_should(change, fault):
    assert GOOD._replace(**change).faults == [fault]
