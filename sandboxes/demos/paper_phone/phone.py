"""The paper phone as one thing: a screen, and the ADB device that listens for it on loopback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from perception.geometry import Size
from sandboxes.demos.paper_phone.command import Device
from sandboxes.demos.paper_phone.endpoints import banner, find_endpoint
from sandboxes.demos.paper_phone.screen import DEFAULT_SIZE, Screen
from sandboxes.demos.paper_phone.transport import Connection
from sandboxes.demos.paper_phone.world import World, world
from sandboxes.errors import SandboxError

HOST = "127.0.0.1"


class PaperPhone:
    """A phone for tests, training and demos: `async with PaperPhone() as phone`, then `adb connect {phone.address}`.

    size: pixels of the upright screen; seed: of what is on it; port: 0 for one that is free (adb finds a device on port
    5555 by itself and calls it emulator-5554); dump_seconds: how long `uiautomator dump` takes; sdk: Android's API
    level; adb_keyboard: whether the ADB keyboard is installed; chromium: a path, found when not given.
    """

    def __init__(
        self,
        *,
        size: Size = DEFAULT_SIZE,
        seed: int = 0,
        port: int = 0,
        dump_seconds: float = 0.0,
        sdk: int = 34,
        adb_keyboard: bool = True,
        chromium: str | Path | None = None,
    ) -> None:
        self.device = Device(
            Screen(size=size, chromium=chromium), sdk=sdk, has_adb_keyboard=adb_keyboard, dump_seconds=dump_seconds
        )
        self._seed, self._port = seed, port
        self._listening: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._is_frozen = False

    @property
    def address(self) -> str:
        """What `adb connect` takes, and the phone's serial from then on. Raises SandboxError while it is unplugged."""
        if self._listening is None:
            raise SandboxError("The paper phone is not plugged in; start it first.")
        return f"{HOST}:{self._listening.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """Switch the phone on and plug it in. Raises SandboxError when Chromium does not start or the port is taken."""
        await self._listen()
        try:
            await self.device.screen.start(world(self._seed))
            await self.plug_in()
        except BaseException:
            await self.close()
            raise

    async def reset(self, seed: int | World = 0) -> None:
        """Begin anew, with a seed's world or this one; connections and files stay."""
        await self.device.screen.begin(world(seed) if isinstance(seed, int) else seed)

    async def state(self) -> dict[str, Any]:
        """All that the phone keeps, in plain data: settings, contacts, notes, alarms, and what is in front."""
        return await self.device.screen.ask("state")

    async def touches(self) -> list[list[int]]:
        """Where fingers came down since the phone began, as [x, y] in pixels."""
        return await self.device.screen.ask("touched")

    async def close(self) -> None:
        """Switch the phone off and leave nothing running; may be called twice."""
        await self.unplug()
        await self.device.screen.close()

    async def plug_in(self) -> None:
        """Answer adb, at the same port as before."""
        listening = self._listening or await self._listen()
        with self._having_port():
            await listening.start_serving()

    async def unplug(self) -> None:
        """Cut every connection in the middle of what it does, and take no more, as when a cable is pulled."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()
        await asyncio.gather(*(connection.close() for connection in tuple(self._connections)))
        if listening is not None:
            await listening.wait_closed()

    def freeze(self, frozen: bool = True) -> None:
        """Answer nothing any more while connections stay open, as a phone that hangs; or go on."""
        self._is_frozen = frozen
        for connection in self._connections:
            connection.frozen = frozen

    async def _listen(self) -> asyncio.Server:
        """Have the port, and answer nobody yet."""
        with self._having_port():
            listening = await asyncio.start_server(self._serve, HOST, self._port, start_serving=False)
        self._listening, self._port = listening, listening.sockets[0].getsockname()[1]
        return listening

    @contextmanager
    def _having_port(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SandboxError(f"Port {self._port} can't be had: {error.strerror}; name another.") from error

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, banner(self.device), lambda name: find_endpoint(self.device, name))
        connection.frozen = self._is_frozen
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
