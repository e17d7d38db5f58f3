"""Several learner processes on one machine, each with batches of its own: one step is the mean of all their gradients.

On a CPU two processes of one thread each learn nearly twice as fast as one, where two threads of one process do not.
All replicas begin with the same weights and take the same steps, so little but gradients ever crosses; the first one
alone reports, logs and saves. Left out: more than one machine, and GPUs (use `torchrun` and one process for each).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.distributed as dist
from torch import Tensor, nn


def rank() -> int:
    """This process's number, 0 for the first or only one."""
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    """How many processes learn together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def wait() -> None:
    """Until every replica is here."""
    if dist.is_initialized():
        dist.barrier()


@contextmanager
def together(num_processes: int, work: Callable[[], object]) -> Iterator[None]:
    """The body is the first replica; the others call `work` at the same time and are ended with it.

    `work` runs in processes of its own, so it must be importable by name.
    """
    if num_processes == 1:
        yield
        return
    context = get_context("spawn")
    with TemporaryDirectory(prefix="handeye-") as folder:
        meeting = str(Path(folder) / "meeting")
        others = [
            context.Process(target=_replica, args=(work, meeting, n, num_processes)) for n in range(1, num_processes)
        ]
        for other in others:
            other.start()
        try:
            with _joined(meeting, 0, num_processes):
                yield
            for other in others:
                other.join()
        finally:
            for other in others:
                other.terminate()
                other.join()


def average_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """Replace gradients by their mean over all replicas; a parameter that has one anywhere has one everywhere after."""
    if count() == 1:
        return
    present = torch.tensor([p.grad is not None for p in parameters], dtype=torch.uint8)
    dist.all_reduce(present, dist.ReduceOp.MAX)
    shared = [p for p, there in zip(parameters, present.tolist(), strict=True) if there]
    flat = torch.cat([_gradient(p).flatten() for p in shared])
    dist.all_reduce(flat)
    flat /= count()
    for parameter, part in zip(shared, flat.split([p.numel() for p in shared]), strict=True):
        parameter.grad = part.view_as(parameter)


def maximum(values: Tensor) -> None:
    """Replace values by the highest that any replica has, in place."""
    if count() > 1:
        dist.all_reduce(values, dist.ReduceOp.MAX)


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _replica(work: Callable[[], object], meeting: str, number: int, total: int) -> None:
    with _joined(meeting, number, total):
        work()


@contextmanager
def _joined(meeting: str, number: int, total: int) -> Iterator[None]:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=number, world_size=total)
    try:
        yield
    finally:
        dist.destroy_process_group()
