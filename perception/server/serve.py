"""Runs a model's server until it is told to end; those who are being answered then are answered."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from perception.server.app import ModelServer


async def serve(server: ModelServer, bound: socket.socket, announce: Callable[[], None]) -> None:
    """Serve at a socket until SIGINT or SIGTERM; `announce` is called when the model can answer."""
    config = uvicorn.Config(
        server.app, log_level="critical", access_log=False, server_header=False, proxy_headers=False, ws="none"
    )
    try:
        await server.start()
        await _Host(config, server, announce).serve(sockets=[bound])
    finally:
        bound.close()
        await server.close()


class _Host(uvicorn.Server):
    """Uvicorn, whose end begins by letting nobody in; a second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, server: ModelServer, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._server, self._announce = server, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._server.drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals end the server, and are not raised again behind it: an end that was asked for is no failure."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
