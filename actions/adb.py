"""One adb device's shell, and the one edge to adbutils: every wait is bounded, every error is one of ours.

adbutils speaks to a server that runs; left to itself it would start another, at a port of its own choice, where that
one has gone. Here a lost server is a lost device.
"""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from actions.errors import ExecutionError, SurfaceLost

try:
    from adbutils import AdbClient, AdbConnection, AdbDevice, AdbError, AdbTimeout
except ImportError as error:
    raise ImportError('adbutils is missing; install it with `pip install "handeye[android]"`') from error

ACTION_SECONDS = 15.0
"""How long one command may take beyond the time that its action asks for."""

_LOST = (
    "not found",
    "offline",
    "unauthorized",
    "no devices",
    "closed",
    "Unknown data: b''",
    "connect to adb server failed",
)
_MOST_BYTES = 128 * 1024 * 1024


class Client(AdbClient):
    """A client of the adb server at an address. `seconds`: the longest that any read waits."""

    def __init__(self, host: str, port: int, *, seconds: float = 60.0) -> None:
        super().__init__(host, port)
        self._most = seconds

    def make_connection(self, timeout: float | None = None) -> AdbConnection:
        """A connection whose reads end. Raises AdbError where no server is."""
        connection = _Connection(self.host, self.port)
        connection.conn.settimeout(min(timeout or self._most, self._most))
        return connection


class _Connection(AdbConnection):
    def _safe_connect(self):  # The one of adbutils runs `adb start-server`.
        return self._create_socket()


class Printed(NamedTuple):
    """What a command line printed on the device, both outputs together, and its exit status."""

    text: str
    status: int


class DeviceShell:
    """The shell of one device; blocking, so each call runs in a thread and ends by its deadline."""

    def __init__(self, client: Client, serial: str, *, seconds: float = ACTION_SECONDS) -> None:
        self._client = client
        self.serial = serial
        self.seconds = seconds

    @property
    def device(self) -> AdbDevice:
        """The device as adbutils has it, for checkers."""
        return self._client.device(self.serial)

    async def run(self, line: str, *, seconds: float | None = None) -> Printed:
        """Run a line. Raises SurfaceLost when the device is gone, ExecutionError when it does not answer in time."""
        # The exit status is printed behind everything else: devices before Android 7 have no other way to tell it.
        mark = f"end-{secrets.token_hex(6)}"
        raw = await self._read(f"shell:{line}\necho {mark}:$?", seconds)
        text, found, status = raw.decode(errors="replace").replace("\r\n", "\n").rpartition(f"{mark}:")
        if found:
            return Printed(text, int(status) if status.strip().isdigit() else 0)
        with device_errors():  # Either the device went away, or its shell could not read the line.
            state = await asyncio.to_thread(_state, self._client, self.serial, self.seconds)
        if not raw or state != "device":
            raise SurfaceLost("the connection to the device was cut")
        return Printed(status, 2)

    async def text(self, line: str, *, seconds: float | None = None) -> str:
        """What a line prints. Raises ExecutionError when it ends with a status, besides what `run` raises."""
        printed = await self.run(line, seconds=seconds)
        if printed.status:
            lines = [one.strip() for one in printed.text.splitlines() if one.strip()]
            said = lines[0][:200].rstrip(".") if lines else "it said nothing"
            raise ExecutionError(f"`{line.split(maxsplit=1)[0]}` ended with status {printed.status}: {said}")
        return printed.text

    async def raw(self, line: str, *, seconds: float | None = None) -> bytes:
        """The bytes that a command prints, untouched (`exec:`)."""
        return await self._read(f"exec:{line}", seconds)

    async def _read(self, command: str, seconds: float | None) -> bytes:
        limit = self.seconds if seconds is None else seconds
        with device_errors():
            return await asyncio.to_thread(_read_all, self._client, self.serial, command, limit)


@contextmanager
def device_errors() -> Iterator[None]:
    """adbutils' errors as ours: SurfaceLost when the device is gone, else ExecutionError; one line each."""
    try:
        yield
    except (AdbTimeout, TimeoutError) as error:
        raise ExecutionError("the device did not answer in time") from error
    except (AdbError, ConnectionError, EOFError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        if not isinstance(error, AdbError) or any(sign in reason for sign in _LOST):
            raise SurfaceLost(f"the device is gone ({reason})") from error
        raise ExecutionError(f"adb said: {reason}") from error


def _read_all(client: Client, serial: str, command: str, seconds: float) -> bytes:
    """All that a command prints, read until its end or the deadline. Raises TimeoutError and what adbutils raises."""
    deadline = time.monotonic() + seconds
    gathered = bytearray()
    with _connection(client, seconds) as connection:
        for request in (f"host:transport:{serial}", command):
            connection.send_command(request)
            connection.check_okay()
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.conn.settimeout(left)
            data = connection.conn.recv(1 << 16)
            if not data:
                return bytes(gathered)
            gathered += data
            if len(gathered) > _MOST_BYTES:
                raise ExecutionError("the device printed without end")


def _state(client: Client, serial: str, seconds: float) -> str:
    """What the adb server says of a device: device, offline, unauthorized."""
    with _connection(client, seconds) as connection:
        connection.send_command(f"host-serial:{serial}:get-state")
        connection.check_okay()
        return connection.read_string_block()


@contextmanager
def _connection(client: Client, seconds: float) -> Iterator[AdbConnection]:
    """A connection to the adb server that is closed whatever happens; adbutils' own transports are left open by errors,
    and take 10 ms to close.
    """
    connection = client.make_connection(timeout=seconds)
    try:
        yield connection
    finally:
        connection.conn.close()
