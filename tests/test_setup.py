"""Set-up's answers where it cannot go on; the way that works is walked by every `make`."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """A checkout without a .venv, as after a clone."""
    for name in ("pyproject.toml", "constraints.txt", ".ci/setup"):
        target = tmp_path / "clone" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, target)
    return tmp_path / "clone"


def start_setup(checkout: Path, python: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHON": python}
    return subprocess.Popen(
        [checkout / ".ci/setup"], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def test_a_python_that_does_not_do_is_one_line(checkout: Path) -> None:
    with start_setup(checkout, "/bin/false") as setup:
        _, said = setup.communicate(timeout=30)
    assert setup.returncode == 3
    assert said == "setup: PYTHON=/bin/false is not a Python 3.11 or newer\n"
    assert not (checkout / ".venv").exists()


def test_a_second_setup_waits_for_the_first(checkout: Path) -> None:
    (checkout / "build").mkdir()
    with (checkout / "build/setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with start_setup(checkout, "/bin/false") as setup:
            assert setup.stderr is not None
            assert "another set-up" in setup.stderr.readline()
            time.sleep(0.2)
            assert setup.poll() is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert setup.wait(timeout=30) == 3
