"""A model behind one address: a server, or several replicas behind a router, kept alive together."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.cluster.installation import Installation
from agent.cluster.process import Progress, ServerProcess
from agent.cluster.sglang import CPU_ENVIRONMENT, Served, router_command, server_command, vllm_command
from agent.errors import ServingError
from perception.server.address import LOOPBACK, free_port


class Serving:
    """All the processes behind one address."""

    def __init__(self, workers: Sequence[ServerProcess], router: ServerProcess | None = None) -> None:
        self.workers, self.router = list(workers), router

    @property
    def address(self) -> str:
        """Where chat is answered, `http://HOST:PORT`."""
        return (self.router or self.workers[0]).address

    async def start(self, progress: Progress) -> None:
        """Start all, the router once the others answer. Raises ServingError; then nothing of them is left."""
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self.workers:
                    group.create_task(worker.start(progress))
            if self.router is not None:
                await self.router.start(progress)
        except BaseException as error:
            await asyncio.shield(self.stop())
            raise _single(error) from None

    async def watch(self, progress: Progress) -> None:
        """Keep all alive until this is cancelled. Raises ServingError when one keeps dying."""
        try:
            async with asyncio.TaskGroup() as group:
                for process in self._all():
                    group.create_task(process.watch(progress))
        except BaseExceptionGroup as error:
            raise _single(error) from None

    async def stop(self) -> None:
        """End all, the router first, so that nothing is asked of servers that go; may be called twice."""
        if self.router is not None:
            await self.router.stop()
        await asyncio.gather(*(worker.stop() for worker in self.workers))

    def _all(self) -> list[ServerProcess]:
        return [*self.workers, *([self.router] if self.router else [])]


def sglang_serving(installation: Installation, served: Served, port: int, logs: Path, num_replicas: int = 1) -> Serving:
    """SGLang at a port; replicas live at free ports of loopback, on the next GPUs each, with SGLang's router before
    them."""
    environment = CPU_ENVIRONMENT if served.cpu else {}
    python = installation.python
    if num_replicas == 1:
        log = logs / "sglang.log"
        command = server_command(python, served, port)
        return Serving(
            [ServerProcess("SGLang", command, address=address_of(served.host, port), log=log, environment=environment)]
        )
    workers = []
    for number in range(num_replicas):
        own = free_port()
        workers.append(
            ServerProcess(
                f"SGLang {number}",
                server_command(python, served, own, LOOPBACK),
                address=f"http://{LOOPBACK}:{own}",
                log=logs / f"sglang-{number}.log",
                environment={**environment, **_gpus(served, number)},
            )
        )
    command = router_command(python, served, port, [worker.address for worker in workers])
    router = ServerProcess("router", command, address=address_of(served.host, port), log=logs / "router.log")
    return Serving(workers, router)


def vllm_serving(installation: Installation, served: Served, port: int, logs: Path) -> Serving:
    """vLLM at a port."""
    command = vllm_command(installation.python, served, port)
    return Serving([ServerProcess("vLLM", command, address=address_of(served.host, port), log=logs / "vllm.log")])


def has_gpu(find: Callable[[str], str | None] = shutil.which) -> bool:
    """Whether this machine has an NVIDIA GPU that its driver knows."""
    return find("nvidia-smi") is not None and Path("/proc/driver/nvidia/version").exists()


def address_of(host: str, port: int) -> str:
    """Where we reach it ourselves: a server that listens everywhere answers on loopback too."""
    host = LOOPBACK if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _gpus(served: Served, number: int) -> dict[str, str]:
    """Which GPUs a replica sees, of those that we are given."""
    if served.cpu:
        return {}
    given = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    wanted = range(number * served.gpus_each, (number + 1) * served.gpus_each)
    if given and wanted[-1] >= len(given):
        raise ServingError(f"replica {number} has no GPU left of CUDA_VISIBLE_DEVICES={','.join(given)}: ask for fewer")
    return {"CUDA_VISIBLE_DEVICES": ",".join(given[place] if given else str(place) for place in wanted)}


def _single(error: BaseException) -> BaseException:
    """The first of ours in a group, so that a person reads one sentence."""
    while isinstance(error, BaseExceptionGroup):
        ours = error.subgroup(ServingError) or error
        error = ours.exceptions[0]
    return error
