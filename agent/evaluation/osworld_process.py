"""OSWorld's `desktop_env` in a process of its own environment, which asks this one what to do.

    here                                 there, in desktop_env's environment
    {"play": the task, ...}      -->     osworld.play
                                 <--     {"asks": the instruction, "screenshot": PNG as base64}
    {"reply": ..., "actions": [...]} -->
                                 <--     {"played": [before, after, steps]}, or {"broke": "..."}

A line of JSON each. `desktop_env` names a torch of its own, so it is never installed beside ours; what decides stays
here, with whatever model there is. When its standard input ends it ends the guest and leaves. Run by itself it is the
side that is there, which imports nothing of ours but `osworld.play` and the provider of guests.
"""

import asyncio
import base64
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

from agent.errors import BenchmarkError
from agent.evaluation.osworld import Place, Played, play
from sandboxes.errors import SandboxMissing

VARIABLE = "OSWORLD_ENVIRONMENT"
"""Names the folder of desktop_env's environment."""
STAMP = "handeye-tests.stamp"
"""In an environment that was installed whole."""
CLOSING_SECONDS = 30.0
LARGEST_LINE = 2**26
"""A picture of a large screen as base64."""
ROOT = Path(__file__).resolve().parents[2]

Answering = Callable[[str, dict[str, Any]], Awaitable[tuple[str, Sequence[Any]]]]
"""An instruction and what is seen -> the reply and the actions, as `OSWorldAgent.answer`."""


class Conduct(NamedTuple):
    """How every task is played."""

    max_steps: int = 15
    pause: float = 0.0
    """Seconds after each action."""
    settle_seconds: tuple[float, float] = (60.0, 20.0)
    """Before the first look and before the evaluation; OSWorld's own runner waits so long."""


def environment_python() -> Path:
    """The Python of desktop_env's environment: the one that OSWORLD_ENVIRONMENT names, else the newest that was made in
    the user's cache. Raises SandboxMissing, saying how to make one."""
    named = os.environ.get(VARIABLE)
    if named:
        python = Path(named, "bin", "python")
        if not python.exists():
            raise SandboxMissing(f"{VARIABLE} names {named}, which is no environment of Python: {python} is missing.")
        return python
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "handeye")
    stamps = sorted(cache.glob(f"osworld-*/{STAMP}"), key=lambda stamp: stamp.stat().st_mtime)
    if not stamps:
        raise SandboxMissing(
            "OSWorld's desktop_env has an environment of its own, and there is none: make it once (0.9 GB) in "
            "HandEye's folder by `tests/osworld/make_environment.sh .venv/bin/python`, or name one in "
            f"{VARIABLE}."
        )
    return stamps[-1].parent / "bin" / "python"


class DesktopEnvProcess:
    """One `DesktopEnv` with our guest, started on first use; plays one task at a time."""

    def __init__(self, python: Path) -> None:
        """python: of desktop_env's environment."""
        self._python = python
        self._process: asyncio.subprocess.Process | None = None
        self._folder: TemporaryDirectory[str] | None = None

    async def play(
        self, task: dict[str, Any], results: Path, place: Place, conduct: Conduct, answering: Answering
    ) -> Played:
        """Play it and write it down below `results`. Raises BenchmarkError when desktop_env breaks or ends, and what
        `answering` raises; close it then."""
        if self._process is None:
            self._process = await self._started()
        await self._tell(_job(task, results, place, conduct))
        while True:
            said = await self._heard()
            if "asks" in said:
                seen = {"screenshot": base64.b64decode(said["screenshot"])}
                reply, actions = await answering(said["asks"], seen)
                await self._tell({"reply": reply, "actions": list(actions)})
            elif "played" in said:
                return Played(*said["played"])
            else:
                raise BenchmarkError(f"desktop_env broke: {said.get('broke', 'it said nothing')}")

    async def close(self) -> None:
        """End the guest and the process; may be called twice."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), CLOSING_SECONDS)
            except TimeoutError:
                process.kill()  # its guest ends with the pipe that this closes
                await process.wait()
        if folder is not None:
            folder.cleanup()

    async def _started(self) -> asyncio.subprocess.Process:
        self._folder = TemporaryDirectory(prefix="handeye-osworld-", ignore_cleanup_errors=True)
        with self._log.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                self._python,
                *("-m", __name__, sys.executable),
                cwd=self._folder.name,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LARGEST_LINE,
                start_new_session=True,  # Ctrl-C is for the evaluation, which closes this
            )

    @property
    def _log(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name, "said.log")

    async def _tell(self, words: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # it ended; whoever listens next says so
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            await self._process.stdin.drain()

    async def _heard(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if line.endswith(b"\n"):
            return json.loads(line)
        last = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
        raise BenchmarkError(f"desktop_env's process ended: {last or 'it said nothing'}")


def _job(task: dict[str, Any], results: Path, place: Place, conduct: Conduct) -> dict[str, Any]:
    """What the other side needs, which has another working folder."""
    return {
        "play": task,
        "results": str(results.absolute()),
        "place": place._asdict(),
        "conduct": conduct._asdict(),
    }


class _Asking:
    """The agent that OSWorld's loop sees: whatever it is asked, it asks on."""

    def __init__(self, heard: IO[str], told: IO[str]) -> None:
        self._heard, self._told = heard, told
        self._log = logging.getLogger(__name__)

    def reset(self, logger: logging.Logger | None = None, vm_ip: str | None = None) -> None:
        """A new episode."""
        self._log = logger or self._log

    def predict(self, instruction: str, observed: dict[str, Any], /) -> tuple[str, list[Any]]:
        """What the other side says. Raises EOFError when that is gone."""
        picture = base64.b64encode(observed["screenshot"] or b"").decode()
        _say(self._told, {"asks": instruction, "screenshot": picture})
        line = self._heard.readline()
        if not line:
            raise EOFError("nobody answers any more")
        said = json.loads(line)
        self._log.info("reply: %s -> %s", said["reply"], ", ".join(map(str, said["actions"])))
        return said["reply"], said["actions"]


def _say(told: IO[str], words: dict[str, Any]) -> None:
    told.write(json.dumps(words) + "\n")
    told.flush()


def _there() -> None:
    """Play what comes on standard input until it ends."""
    from sandboxes.osworld import provider

    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what desktop_env prints is no answer
    environment = provider.made(python=sys.argv[1], cache="cache")
    try:
        for line in iter(sys.stdin.readline, ""):
            job = json.loads(line)
            try:
                agent, results, place = _Asking(sys.stdin, told), Path(job["results"]), Place(**job["place"])
                played = play(environment, agent, job["play"], results, place, **job["conduct"])
            except EOFError:
                break
            except Exception as error:
                logging.exception("a task broke")
                _say(told, {"broke": f"{type(error).__name__}: {error}"})
            else:
                _say(told, {"played": list(played)})
    finally:
        environment.close()


if __name__ == "__main__":
    _there()
