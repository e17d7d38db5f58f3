"""The one way out of a sandbox: a proxy that connects to allowed hosts alone.

A name is resolved once, here, and the address that was checked is the one that is connected to: a name that leads to
this machine or its network the second time (DNS rebinding) leads nowhere. It runs in a thread, so that pages and
programs go on while the rest waits for a model.

Libraries that were looked at: mitmproxy wants Python 3.12 and pins thirty packages; proxy.py 2.4 sends the second
request of a connection to the first one's host and holds bodies in memory; pproxy serves hosts of its own ("echo",
"empty"). What is left is small: h11 reads HTTP, asyncio does the rest (`sandboxes.proxying`).
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import h11

from sandboxes import proxying
from sandboxes.hosts import Hosts
from sandboxes.proxying import Refused, Stream

CONNECT_SECONDS = 20.0
_HAND_OVER_SECONDS = 5.0
_MAX_REASONS = 1000

log = logging.getLogger(__name__)


class Egress:
    """A proxy for `hosts`; `start` it, give it sockets that listen, `close` it."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: dict[str, str] = {}
        """Host -> why it was not connected to, for messages; the first thousand."""

    def start(self) -> None:
        """Begin; nothing where it has begun."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="egress", daemon=True)
            self._thread.start()

    def listen(self, listener: socket.socket) -> None:
        """Serve what connects to this socket, which is the proxy's own from now on."""
        self._begin(self._serve(listener))

    def take_from(self, gate: socket.socket) -> None:
        """Serve what connects to the socket that is handed over through this gate, a Unix socket that listens; it
        opens once."""
        self._begin(self._take_from(gate))

    def close(self) -> None:
        """End every connection; may be called twice."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None, "start it first"
        asyncio.run_coroutine_threadsafe(self._keep(work), self._loop).result()

    async def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.sleep(0)  # It has begun, so it tidies up where it is cancelled.

    async def _end(self) -> None:
        while tasks := tuple(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # Transports close in the turn after.

    async def _take_from(self, gate: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        gate.setblocking(False)
        with gate:
            comer, _ = await loop.sock_accept(gate)
        with comer:
            comer.settimeout(_HAND_OVER_SECONDS)
            _, handles, _, _ = await loop.run_in_executor(None, socket.recv_fds, comer, 1, 1)
        if handles:
            await self._serve(socket.socket(fileno=handles[0]))

    async def _serve(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        with listener:
            while True:
                client, _ = await loop.sock_accept(listener)
                await self._keep(self._talk(client))

    async def _talk(self, client: socket.socket) -> None:
        try:
            near = await asyncio.open_connection(sock=client)
        except BaseException:
            client.close()
            raise
        try:
            await proxying.serve(near, self._dial)
        except (OSError, EOFError, h11.ProtocolError, TimeoutError) as error:
            log.debug("A connection broke: %s", error)
        finally:
            near[1].close()
            with suppress(OSError):
                await near[1].wait_closed()

    async def _dial(self, host: str, port: int) -> Stream:
        """A connection to a host that may be reached. Raises Refused, or OSError for one that can't."""
        if not self._hosts.allows_host(host):
            raise self._refusal(host, f"{host} is not among the allowed hosts")
        loop, error = asyncio.get_running_loop(), OSError(f"{host} has no address")
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for address in dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found):
            if why := self._hosts.why_not(host, address):
                raise self._refusal(host, why)
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(address, port)
            except OSError as broken:
                error = broken
        raise error

    def _refusal(self, host: str, why: str) -> Refused:
        if host not in self.refused and len(self.refused) < _MAX_REASONS:
            self.refused[host] = why
            log.info("Not connected: %s", why)
        return Refused(why)
