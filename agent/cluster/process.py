"""A server as a process of its own: started, waited for, started again when it dies, ended with all its children."""

import asyncio
import ctypes
import os
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import httpx

from agent.errors import ServingError

Progress = Callable[[str], None]
"""Told one line now and then: for a person to watch."""

LAST_BYTES = 16384
"""Of a log: what is looked at."""
_ERROR = re.compile(r"error\b|exception\b|\bfatal\b|\bnot available\b", re.IGNORECASE)
_PR_SET_PDEATHSIG = 1


class ServerProcess:
    """One server. `start` comes back when it answers, `watch` keeps it alive, `stop` ends it; all may be cancelled."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        address: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        health: str = "/health",
        patience: float = 1800.0,
        num_restarts: int = 3,
        healthy_after: float = 600.0,
    ) -> None:
        """address: `http://HOST:PORT`, where `health` answers 200 as soon as the server can be used; log: the file that
        gets all its output, behind what is there; environment: added to this process's own; patience: seconds that a
        start may take; num_restarts: how many deaths in a row are mended, a life of `healthy_after` seconds ends the
        row."""
        self.name, self.address, self.log = name, address, log
        self._command = [str(word) for word in command]
        self._environment = {**os.environ, **(environment or {})}
        self._health = address + health
        self._patience = patience
        self._num_restarts = num_restarts
        self._healthy_after = healthy_after
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self, progress: Progress) -> None:
        """Start it and wait until it answers. Raises ServingError when it ends before, or takes too long; then nothing
        of it is left."""
        begun = monotonic()
        await self._begin()
        try:
            await self._answering(begun, progress)
        except BaseException:
            await asyncio.shield(self.stop())
            raise
        progress(f"{self.name}: ready after {monotonic() - begun:.0f} s at {self.address}")

    async def watch(self, progress: Progress) -> None:
        """Start it again whenever it has died, until this is cancelled. Raises ServingError when it keeps dying."""
        deaths = 0
        while True:
            begun = monotonic()
            if self._process is not None:
                await self._process.wait()
            deaths = 1 if monotonic() - begun >= self._healthy_after else deaths + 1
            if deaths > self._num_restarts:
                raise ServingError(f"{self.name} died {deaths} times in a row: {self._last_words()}")
            progress(f"{self.name}: died ({self._last_words()}), starting it again")
            await self.stop()  # What a dead server's children still hold would be in the way of the next.
            await self.start(progress)

    async def stop(self, patience: float = 20.0) -> None:
        """Ask it to end, then end it, with everything it started; may be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        _signal(process, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
        _signal(process, signal.SIGKILL)
        await process.wait()

    async def _begin(self) -> None:
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=asyncio.subprocess.STDOUT,
                    env=self._environment,
                    start_new_session=True,  # so that its children can be told together
                    preexec_fn=_end_with_parent,
                )
        except OSError as error:
            raise ServingError(f"{self.name} can't be started ({error}): {self._command[0]}") from error

    async def _answering(self, begun: float, progress: Progress) -> None:
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
            said, told = "", begun
            while True:
                if self.pid is None:
                    raise ServingError(f"{self.name} ended before it was ready: {self._last_words()}")
                with suppress(httpx.HTTPError):
                    if (await http.get(self._health)).status_code == 200:
                        return
                now = monotonic()
                if now - begun > self._patience:
                    raise ServingError(f"{self.name} was not ready after {self._patience:g} s: {self._last_words()}")
                line = next(reversed(self._last_lines()), "")
                if line != said or now - told > 10:
                    said, told = line, now
                    progress(f"{self.name}: starting, {now - begun:.0f} s: {line}")
                await asyncio.sleep(0.5)

    def _last_words(self) -> str:
        """Why, as far as its log tells, and where the log is."""
        lines = self._last_lines()
        # Servers tidy up after what ended them, and say so.
        errors = [line for line in lines if _ERROR.search(line)]
        words = (errors or lines or ["it said nothing"])[-1]
        return f"{words} (see {self.log})"

    def _last_lines(self) -> list[str]:
        """The last lines of its log that say something, shortened."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return []
        return [line.strip()[:200] for line in lines if any(letter.isalnum() for letter in line)]


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    """To the process and all of its session; nobody there is fine."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _end_with_parent() -> None:
    """Runs in the child before its program: the kernel ends it when we are killed (Linux; elsewhere nothing)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
