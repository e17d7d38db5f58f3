import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agent.training.loader import Loader

LEARNER = """
import sys, time
from agent.training.loader import Loader
from tests.agent.training.test_loader import heavy

if __name__ == "__main__":
    loader = Loader(heavy, 0, 1000, num_workers=2, ahead=1)
    batches = iter(loader)
    next(batches), next(batches)
    print(*(worker.pid for worker in loader._workers), flush=True)
    time.sleep(60)
"""


def heavy(step: int) -> bytes:
    """More than a pipe takes, so that a worker blocks in writing it, too."""
    return bytes(1_000_000)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_learner_that_is_killed(tmp_path, repository, how):
    script = tmp_path / "learner.py"
    script.write_text(LEARNER)
    environment = os.environ | {"PYTHONPATH": str(repository), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as learner:
        assert learner.stdout is not None
        workers = [int(word) for word in learner.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(alive, workers))
        learner.send_signal(how)
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def test_batches_come_in_order_whoever_makes_them():
    for num_workers in (0, 2):
        loader = Loader(double, 3, 8, num_workers=num_workers)
        try:
            assert list(loader) == [(step, 2 * step) for step in range(3, 8)]
        finally:
            loader.close()


def test_a_batch_that_can_not_be_made_ends_the_learner():
    loader = Loader(refuse, 0, 2, num_workers=1)
    try:
        with pytest.raises(RuntimeError, match="step 0 failed: ValueError: no such screen"):
            list(loader)
    finally:
        loader.close()


def double(step: int) -> Any:
    return 2 * step


def refuse(step: int) -> Any:
    raise ValueError("no such screen")
