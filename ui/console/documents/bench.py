"""A thread that opens documents: the worker processes that it starts end with it, so they must not be a request's.

It starts with the first job and ends when there was none for a while, so that a console which nobody gives documents
to holds none of their readers.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from perception.ocr import Recognizer
from ui.reading import Opener, documents

IDLE_SECONDS = 60.0
Result = TypeVar("Result")


class Tools(NamedTuple):
    """What reads."""

    open_file: Opener
    eye: Recognizer


class _Job(NamedTuple):
    work: Callable[[Tools], Any]
    future: "Future[Any]"

    def do(self, tools: Tools) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self.work(tools))
        except BaseException as error:
            self.future.set_exception(error)


class Bench:
    """Does one job after the other. May be asked from any thread."""

    def __init__(self, name: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._name, self._idle_seconds = name, idle_seconds
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, job: Callable[[Tools], Result]) -> "Future[Result]":
        """Have a job done; what it raises is the future's. After `close` the future is cancelled."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
                return future
            self._jobs.put(_Job(job, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._live, name=self._name, daemon=True)
                self._thread.start()
        return future

    def close(self, seconds: float = 5.0) -> None:
        """End after the job that is being done, and wait so long for it."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._jobs.put(None)
        if thread is not None:
            thread.join(seconds)
        while not self._jobs.empty():
            if (job := self._jobs.get()) is not None:
                job.future.cancel()

    def _live(self) -> None:
        with documents() as (open_file, eye):
            assert eye is not None
            while (job := self._next()) is not None:
                job.do(Tools(open_file, eye))

    def _next(self) -> "_Job | None":
        """The next job; None at the end."""
        try:
            job = self._jobs.get(timeout=self._idle_seconds)
        except queue.Empty:
            job = None
        with self._lock:
            if self._closed:
                if job is not None:
                    job.future.cancel()
                return None
            if job is None and not self._jobs.empty():
                job = self._jobs.get()
            if job is None:
                self._thread = None
            return job
