"""Players on the machines of a Ray cluster; the one file that knows Ray.

    ray start --head                     on one machine, and there: handeye eval ... --cluster auto
    ray start --address=HEAD:6379        on every other machine that should play

Every machine has HandEye installed, of one version, and what the suite needs. Each player is an actor with an
environment and a model of its own; results go back to the machine that asked, which alone writes. An actor that is
lost, with its machine or without, is made anew on a machine that is still there.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from agent.errors import ClusterError
from agent.evaluation.playing import Crew, Here, Job, Played, Player, PlayerLost, Programme

PIP_LINE = 'pip install "handeye[scale]"'
CLOSING_SECONDS = 20.0


class _Seat:
    """What an actor is: a crew, opened once, that plays in the actor's process."""

    def __init__(self, crew: Crew) -> None:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # before anything loads torch; a player has one core
            os.environ[name] = "1"
        self._crew = crew
        self._stack = AsyncExitStack()
        self._player: Here | None = None

    async def programme(self) -> Programme:
        return await (await self._open()).programme()

    async def play(self, job: Job, folder: Path | None) -> Played:
        return await (await self._open()).play(job, folder)

    async def close(self) -> None:
        await self._stack.aclose()

    async def _open(self) -> Here:
        if self._player is None:
            self._player = Here(*await self._stack.enter_async_context(self._crew()))
            self._stack.push_async_callback(self._player.close)
        return self._player


class OnCluster:
    """Plays in an actor that is made on first use, and anew when it is lost."""

    def __init__(self, ray: Any, crew: Crew, node: str) -> None:
        """ray: the module, connected; node: the id of the machine where its actors live while that one is there."""
        self._ray, self._crew, self._node = ray, crew, node
        self._seat: Any = None

    async def programme(self) -> Programme:
        """As its benchmark says. Raises what making it raised there, PlayerLost when the actor was lost."""
        return await self._ask("programme")

    async def play(self, job: Job, folder: Path | None) -> Played:
        """Let the actor play. Raises PlayerLost when it was lost, with its machine or without."""
        return await self._ask("play", job, folder)

    async def close(self) -> None:
        """Close the actor's environment, and end it."""
        seat, self._seat = self._seat, None
        if seat is None:
            return
        with suppress(self._ray.exceptions.RayError, TimeoutError):
            await asyncio.wait_for(_answer(seat.close.remote()), CLOSING_SECONDS)
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(seat)

    async def _ask(self, method: str, *given: object) -> Any:
        if self._seat is None:
            from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

            # It asks for hardly any core: where a machine is lost, those that are left can take its players. One that
            # asks for none is put on any machine, whatever place was said.
            place = NodeAffinitySchedulingStrategy(self._node, soft=True)
            options = {"num_cpus": 0.01, "scheduling_strategy": place, "max_restarts": 0}
            self._seat = self._ray.remote(_Seat).options(**options).remote(self._crew)
        try:
            return await _answer(getattr(self._seat, method).remote(*given))
        except self._ray.exceptions.RayActorError as error:
            self._seat = None
            raise PlayerLost(f"a player of the cluster was lost: {str(error).splitlines()[0]}") from error
        except self._ray.exceptions.RayTaskError as error:
            raise (error.cause if isinstance(error.cause, Exception) else error) from error


@asynccontextmanager
async def cluster_players(crew: Crew, address: str, number: int | None = None) -> AsyncIterator[list[Player]]:
    """Players on the cluster at that address (`auto`: the one that this machine belongs to), spread over its machines;
    without a number as many as it has cores. All are closed at the end, and the cluster is left as it was.

    Raises ClusterError when there is no cluster there, or Ray is missing.
    """
    ray = _connected(address)
    async with AsyncExitStack() as stack:
        stack.callback(ray.shutdown)
        found = [OnCluster(ray, crew, node) for node in _places(ray.nodes(), number)]
        for player in found:
            stack.push_async_callback(player.close)
        yield list(found)


def _places(nodes: Sequence[Mapping[str, Any]], number: int | None) -> list[str]:
    """The ids of the machines for so many players: each machine in turn, those with more cores oftener."""
    alive = [node for node in nodes if node["Alive"]]
    turns = max(int(node["Resources"].get("CPU", 0)) for node in alive) or 1
    # A turn goes around all machines that still have a core; one without any is passed over, unless all are.
    row = [node["NodeID"] for turn in range(turns) for node in alive if node["Resources"].get("CPU", 0) > turn]
    row = row or [node["NodeID"] for node in alive]
    return [row[position % len(row)] for position in range(number or len(row))]


def _connected(address: str) -> Any:
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ClusterError(f"playing on a cluster needs Ray: {PIP_LINE}") from error
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ClusterError(f"there is no Ray cluster at {address} ({reason}); begin one: ray start --head") from error
    return ray


def _knock(address: str) -> None:
    """Whether anybody listens there; Ray itself would try for minutes. Raises OSError, ValueError for no address."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), timeout=10).close()


async def _answer(reference: Any) -> Any:
    return await asyncio.wrap_future(reference.future())
