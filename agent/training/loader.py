"""Batches made by worker processes while the model learns.

Batch i of a run depends on the run's seed and on i alone, so the order does not depend on how many workers there are,
and a run that is resumed at step i sees what it would have seen.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from typing import Any, Generic, TypeVar

from agent.training.batch import Batch

MakeBatch = Callable[[int], Batch]
"""Makes the batch of a step; must be importable by name, since it runs in another process."""
Made = TypeVar("Made")


class Loader(Generic[Made]):
    """Iterates over batches from step `start` on; `waited` says how long the learner stood still for them, in s.

    With no workers the learner makes its batches itself.
    """

    def __init__(
        self, make: Callable[[int], Made], start: int, stop: int, num_workers: int = 1, ahead: int = 4
    ) -> None:
        self.waited = 0.0
        self._make, self._range = make, range(start, stop)
        context = multiprocessing.get_context("spawn")
        self._queues: list[Queue[Any]] = [context.Queue(ahead) for _ in range(num_workers)]
        self._workers = [
            context.Process(target=_work, args=(make, self._range[index::num_workers], queue), daemon=True)
            for index, queue in enumerate(self._queues)
        ]
        for worker in self._workers:
            worker.start()

    def __iter__(self) -> Iterator[tuple[int, Made]]:
        for place, step in enumerate(self._range):
            begun = time.perf_counter()
            batch: Any = self._queues[place % len(self._queues)].get() if self._queues else self._make(step)
            self.waited += time.perf_counter() - begun
            if isinstance(batch, str):
                raise RuntimeError(f"making the batch of step {step} failed: {batch}")
            yield step, batch

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()


def _work(make: Callable[[int], object], steps: range, queue: "Queue[Any]") -> None:
    threading.Thread(target=_end_with_learner, daemon=True).start()
    os.nice(5)
    if hasattr(os, "sched_setaffinity"):  # the learner may be pinned; its workers take any core
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        for step in steps:
            queue.put(make(step))
    except Exception as error:  # told to the learner, which ends the run
        queue.put(f"{type(error).__name__}: {error}")


def _end_with_learner() -> None:
    """A learner that was killed can't end its workers, and one that waits for room in its queue would wait forever."""
    learner = multiprocessing.parent_process()
    if learner is not None:
        learner.join()
        os._exit(1)
