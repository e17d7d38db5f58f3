"""The answers of `make_environment.sh`, with programs in place of Python: one that makes environments, one that can't.

It belongs to the fast lane; what the script makes for real is what the other tests here run in.
"""

import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("make_environment.sh")

# Notes every call; `-m venv FOLDER` puts a copy of it there, `-c` asks that copy for the place of packages, `-m pip`
# ends with the status that is wanted.
PYTHON = """#!/bin/sh
echo "$*" >>"{calls}"
case "$1 $2" in
    "--version ") echo Python 3.11.0 ;;
    "-m venv") mkdir -p "$3/bin" "$3/packages" && cp "$0" "$3/bin/python" ;;
    "-c "*) echo "$(dirname "$(dirname "$0")")/packages" ;;
    "-m pip") echo no such package >&2 && exit {status} ;;
esac
"""


class Toy:
    """The script with a program in place of Python."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache, self.calls = folder, folder / "cache", folder / "calls"

    def start(self, status: int = 0, named: str = "", **environment: str) -> subprocess.Popen[str]:
        """status: how pip ends."""
        python = self.folder / "python"
        python.write_text(PYTHON.format(calls=self.calls, status=status))
        python.chmod(0o755)
        variables = {**os.environ, "XDG_CACHE_HOME": str(self.cache), "TORCH_INDEX": "", **environment}
        return subprocess.Popen(
            [SCRIPT, python, named], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def call(self, status: int = 0, named: str = "", **environment: str) -> tuple[int, str, str]:
        """The exit code, what was printed and what was said; the calls before are forgotten."""
        self.calls.unlink(missing_ok=True)
        with self.start(status, named, **environment) as process:
            printed, said = process.communicate(timeout=60)
        return process.returncode, printed.strip(), said

    def installed(self) -> list[str]:
        """What pip was called with."""
        return [line for line in self.calls.read_text().splitlines() if line.startswith("-m pip")]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def test_an_environment_is_made_once_and_printed(toy: Toy) -> None:
    code, folder, said = toy.call()
    assert (code, Path(folder).parent) == (0, toy.cache / "handeye")
    assert said.startswith("setup: SGLang for tests, into ")
    torch, packages, server = toy.installed()
    assert torch.split()[-2:] == ["--no-deps", "torch==2.13.0"]
    assert packages.endswith("--requirement requirements.txt")
    assert server.endswith("--no-deps --requirement server.txt")
    assert (Path(folder) / "packages/sgl_kernel/__init__.py").exists()
    assert toy.call() == (0, folder, "")
    assert toy.calls.read_text() == "--version\n"


def test_torch_comes_from_where_it_is_told_to(toy: Toy, tmp_path: Path) -> None:
    code, folder, _ = toy.call(named=str(tmp_path / "mine"), TORCH_INDEX="https://builds.example/cpu")
    assert (code, folder) == (0, str(tmp_path / "mine"))
    assert ["--index-url https://builds.example/cpu" in line for line in toy.installed()] == [True, False, False]


def test_a_package_that_is_missing_is_said_and_tried_again(toy: Toy) -> None:
    code, folder, said = toy.call(status=1)
    assert (code, folder) == (3, "")
    assert "no such package" in said
    assert len(toy.installed()) == 1
    assert toy.call()[0] == 0
    assert len(toy.installed()) == 3


def test_two_calls_at_once_make_one_environment(toy: Toy) -> None:
    folder = Path(toy.call()[1])
    (folder / "handeye-tests.stamp").unlink()
    toy.calls.write_text("")
    with (folder / "handeye-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with toy.start() as process:
            time.sleep(0.3)
            assert process.poll() is None
            assert not toy.installed()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert process.communicate(timeout=60)[0].strip() == str(folder)
