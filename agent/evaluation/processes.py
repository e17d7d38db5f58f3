"""A player in a process of its own: its own environment, its own model, and its death is nobody else's.

The process is spawned, gets jobs through a pipe and sends back what it played; it writes nothing that lasts but the
runs that are kept. When the pipe ends, because its parent closed it or was killed, it closes its environment and
leaves.
"""

import asyncio
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from agent.errors import BenchmarkError
from agent.evaluation.manifest import num_cores
from agent.evaluation.playing import Crew, Here, Job, Played, Player, PlayerLost, Programme

CLOSING_SECONDS = 20.0
"""So long a process may take to close its environment before it is ended."""


class InProcess:
    """Plays in a process that is started on first use, and anew after its death."""

    def __init__(self, crew: Crew, *, num_threads: int = 1) -> None:
        """num_threads: of the model's arithmetic, so that players beside each other share the cores."""
        self._crew, self._num_threads = crew, num_threads
        self._process: Any = None
        self._pipe: Connection | None = None
        self._thread = ThreadPoolExecutor(1, "player")
        self._programme: Programme | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process is not None else None

    async def programme(self) -> Programme:
        """As its benchmark says. Raises what making the benchmark or the model raised there."""
        if self._programme is None:
            await self._begin()
        assert self._programme is not None
        return self._programme

    async def play(self, job: Job, folder: Path | None) -> Played:
        """Let the process play; what is raised there is raised here. Raises PlayerLost when it died."""
        if self._process is None:
            await self._begin()
        return await self._ask((job, folder))

    async def close(self) -> None:
        """End the process softly, then by force."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            await asyncio.to_thread(_end, process)

    async def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._crew, self._num_threads))
        self._process.start()
        theirs.close()
        self._programme = await self._receive()

    async def _ask(self, question: tuple[Job, Path | None]) -> Played:
        assert self._pipe is not None
        try:
            self._pipe.send(question)
        except OSError:
            await self._lose()
        return await self._receive()

    async def _receive(self) -> Any:
        assert self._pipe is not None
        pipe = self._pipe
        try:
            # Not pipe.recv alone: a thread that waits there could not be cancelled.
            ready = await asyncio.get_running_loop().run_in_executor(self._thread, _wait, pipe)
            answer = pipe.recv() if ready else None
        except (EOFError, OSError):
            answer = None
        if answer is None:
            await self._lose()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def _lose(self) -> None:
        process = self._process
        pid = self.pid
        await self.close()
        code = process.exitcode if process is not None else None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        raise PlayerLost(f"the process {pid} that played died ({how})")


@asynccontextmanager
async def players(crew: Crew, number: int) -> AsyncIterator[list[Player]]:
    """That many players: one plays here, several in processes; all are closed at the end."""
    if number > 1:
        async with apart(crew, number, num_threads=max(1, num_cores() // number)) as found:
            yield found
        return
    async with AsyncExitStack() as stack:
        here = Here(*await stack.enter_async_context(crew()))
        stack.push_async_callback(here.close)
        yield [here]


@asynccontextmanager
async def apart(crew: Crew, number: int, *, num_threads: int = 1) -> AsyncIterator[list[Player]]:
    """That many players in a process each; all are closed at the end. num_threads: of each one's arithmetic."""
    async with AsyncExitStack() as stack:
        found = [InProcess(crew, num_threads=num_threads) for _ in range(number)]
        for player in found:
            stack.push_async_callback(player.close)
        yield list(found)


def _wait(pipe: Connection) -> bool:
    """Until something, or the end, can be read; false when the pipe was closed here meanwhile."""
    while not pipe.closed:
        if pipe.poll(0.5):
            return True
    return False


def _end(process: Any) -> None:
    process.join(CLOSING_SECONDS + 5)
    if process.exitcode is None:
        process.kill()
        process.join()
    # not process.close(): the exit code is still asked for


def _work(pipe: Connection, crew: Crew, num_threads: int) -> None:
    """The process."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # before anything loads torch
        os.environ[name] = str(num_threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal; the parent says what it means
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(pipe, crew))


async def _serve(pipe: Connection, crew: Crew) -> None:
    inbox: asyncio.Queue[tuple[Job, Path | None]] = asyncio.Queue()
    loop, serving = asyncio.get_running_loop(), asyncio.current_task()
    assert serving is not None
    threading.Thread(target=_listen, args=(pipe, loop, inbox, serving), daemon=True).start()
    try:
        async with crew() as (benchmark, policy):
            player = Here(benchmark, policy)
            try:
                _tell(pipe, await player.programme())
                while True:
                    _tell(pipe, await player.play(*await inbox.get()))
            finally:
                await player.close()
    except Exception as error:
        _tell(pipe, _portable(error))


def _listen(pipe: Connection, loop: asyncio.AbstractEventLoop, inbox: Any, serving: Any) -> None:
    """Take jobs from the pipe; at its end stop what is played, and leave even when that does not end."""
    with suppress(EOFError, OSError):
        while True:
            loop.call_soon_threadsafe(inbox.put_nowait, pipe.recv())
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(serving.cancel)
    threading.Event().wait(CLOSING_SECONDS)
    os._exit(1)


def _tell(pipe: Connection, answer: object) -> None:
    with suppress(OSError):  # nobody listens any more: the pipe's end says so, and is seen to
        pipe.send(answer)


def _portable(error: Exception) -> Exception:
    """The error, or one in its place that can go through a pipe."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return BenchmarkError(f"{type(error).__name__}: {error}")
