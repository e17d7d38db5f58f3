"""A promotion that the console asked for: `handeye promote` in a process of its own, one at a time.

It is the command itself that measures, decides and writes the record, so what it says here is what it says on a
terminal. A console that ends stops it; the same command, or the same click, goes on where it was.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Literal

from ui.cli import exits
from ui.console.places import Places

PROGRAM = (sys.executable, "-m", "ui.cli.main")
_MOST_LINES = 12
_MOST_LETTERS = 400
"""Of a line."""


class PromotionBusy(Exception):
    """Another promotion is under way."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be promoted, and how it is measured."""

    name: str
    """As the page calls it."""
    folder: Path
    tasks: str = "heldout"
    """Names of tasks and suites, with commas between them."""
    episodes: int = 20
    """Of each task."""
    taught: str = ""
    """Tasks that it was taught, which alone have to be better; empty: all of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A promotion as it is now."""

    phase: Literal["idle", "running", "stopping", "ended"] = "idle"
    wish: Wish | None = None
    began: float = 0.0
    """Seconds since 1970."""
    lines: tuple[str, ...] = ()
    """What it said last, the newest at the end."""
    code: int | None = None
    """Its exit code, once it has ended (`ui.cli.exits`)."""
    decision: dict[str, Any] = field(default_factory=dict)
    """The line of the record; empty unless both models were measured."""

    @property
    def is_busy(self) -> bool:
        """Whether it goes on."""
        return self.phase in ("running", "stopping")


class Promoting:
    """The one promotion of a console. May be called from any thread."""

    def __init__(self, places: Places, program: Sequence[str] = PROGRAM) -> None:
        """program: what is called, before the verb."""
        self._places = places
        self._program = tuple(program)
        self._lock = threading.Lock()
        self._progress = Progress()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None

    @property
    def progress(self) -> Progress:
        """How it is."""
        return self._progress

    def start(self, wish: Wish) -> None:
        """Begin. Raises PromotionBusy while one goes on, OSError when no process can be started."""
        with self._lock:
            if self._progress.is_busy:
                raise PromotionBusy("a promotion is under way: wait for it, or stop it")
            with ExitStack() as opened:
                result = opened.enter_context(TemporaryFile())  # a pipe that nobody reads yet could be full
                process = subprocess.Popen(
                    self._command(wish),
                    stdin=subprocess.DEVNULL,
                    stdout=result,
                    stderr=subprocess.PIPE,
                    text=True,
                    errors="replace",
                    env=self._environment(),
                    start_new_session=True,  # Ctrl-C is for the console, which stops this
                )
                opened.pop_all()  # from here on they are the thread's
            self._process, self._progress = process, Progress("running", wish, time.time())
            self._thread = threading.Thread(target=self._follow, args=(process, result), name="promotion", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Interrupt it; what was measured is kept."""
        with self._lock:
            if self._process is not None and self._progress.phase == "running":
                self._progress = replace(self._progress, phase="stopping")
                self._process.send_signal(signal.SIGTERM)  # a console in the background has children that ignore SIGINT

    def close(self, seconds: float = 15.0) -> None:
        """Stop it and wait; what does not end by itself is ended with all that it started."""
        self.stop()
        thread, process = self._thread, self._process
        if thread is None or process is None:
            return
        thread.join(seconds)
        if thread.is_alive():
            _end(process)
            thread.join(seconds)

    def _command(self, wish: Wish) -> list[str]:
        config = self._places.config
        return [
            *self._program,
            *("promote", "--json", f"--current={self._places.current}"),
            *(f"--tasks={wish.tasks}", f"--episodes={wish.episodes}"),
            *((f"--taught={wish.taught}",) if wish.taught else ()),
            *((f"--config={config}",) if config is not None else ()),
            *("--", str(wish.folder)),
        ]

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "HANDEYE_EVALUATION__FOLDER": str(self._places.evaluations),
        }

    def _follow(self, process: subprocess.Popen[str], result: IO[bytes]) -> None:
        """Hear what it says until it ends; result: where its one JSON object goes."""
        assert process.stderr is not None
        with process.stderr, result:
            for line in process.stderr:
                if told := exits.plain(line, _MOST_LETTERS):
                    with self._lock:
                        lines = (*self._progress.lines, told)[-_MOST_LINES:]
                        self._progress = replace(self._progress, lines=lines)
            code = process.wait()
            result.seek(0)
            decision = _decision(result.read())
        with self._lock:
            self._progress = replace(self._progress, phase="ended", code=code, decision=decision)


def closing(promoting: Promoting) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """The lifespan of a server that ends its promotion with itself."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(promoting.close)

    return lifespan


def _decision(result: bytes) -> dict[str, Any]:
    try:
        found = json.loads(result)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "promoted" in found else {}


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
