"""Runs that are killed with -9, and a run that a person stops with Ctrl-C."""

import random
import signal
import subprocess
import sys
import time

from agent.recorder import load
from tests.walk.kills import kill_until_finished


def test_a_run_that_is_killed_three_times_finishes_with_nothing_lost_or_doubled(tmp_path):
    tally = kill_until_finished(tmp_path, random.Random(7), max_kills=3)
    assert tally.kills >= 1


def test_ctrl_c_leaves_an_outcome_and_a_run_that_goes_on(tmp_path, repository):
    command = [sys.executable, "-m", "tests.walk.kills", "--child", str(tmp_path)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "run_started\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=90)[0] == "run_ended\n"
    outcome = load(tmp_path / "run").run.outcome
    assert outcome is not None
    assert outcome.kind == "interrupted"
    assert kill_until_finished(tmp_path, random.Random(7), max_kills=0).kills == 0
