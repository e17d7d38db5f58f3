"""The adb server of this computer, which every program that speaks to a device goes through.

One that runs is used and left running. Where none does, one is started as a child of this process, and ended with the
environment that started it.
"""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

from sandboxes.errors import SandboxCrashed, SandboxMissing

DEFAULT_PORT = 5037
START_SECONDS = 20.0
"""How long a server may take to answer; the first on a computer makes itself a key."""

_ANSWER_SECONDS = 2.0
_ADVICE = "install it with `sudo apt install adb`, or start a server on the computer that the phone is connected to"


class AdbServer:
    """The server at one address. `adb` is the program to start one with, looked for where it is not given."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, adb: str | Path | None = None) -> None:
        self.host = host
        self.port = port or int(os.environ.get("ANDROID_ADB_SERVER_PORT") or DEFAULT_PORT)
        self._adb = adb
        self._child: asyncio.subprocess.Process | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the server was started here."""
        return self._child is not None

    async def start(self) -> None:
        """Have a server answer. Raises SandboxMissing without adb, SandboxCrashed when none comes up."""
        if await self.answers():
            return
        await self.stop()
        if self.host not in ("127.0.0.1", "localhost"):
            raise SandboxMissing(f"No adb server answers at {self.host}:{self.port}; start one there.")
        program = self._adb or shutil.which("adb")
        if program is None:
            raise SandboxMissing(f"adb was not found; {_ADVICE}.")
        try:
            self._child = await asyncio.create_subprocess_exec(
                program,
                "-P",
                str(self.port),
                "nodaemon",
                "server",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the run, which ends the server when it is over.
            )
        except OSError as error:
            raise SandboxMissing(f"{program} does not start: {error}; {_ADVICE}.") from error
        await self._wait()

    async def answers(self) -> bool:
        """Whether an adb server is there."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    writer.write(b"000chost:version")
                    return await reader.readexactly(4) == b"OKAY"
                finally:
                    writer.close()
        except (OSError, EOFError, TimeoutError):
            return False

    async def stop(self) -> None:
        """End the server if it was started here."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.terminate()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _wait(self) -> None:
        child, deadline = self._child, asyncio.get_running_loop().time() + START_SECONDS
        while not await self.answers():
            ended = child is None or child.returncode is not None
            if ended or asyncio.get_running_loop().time() > deadline:
                await self.stop()
                raise SandboxCrashed(
                    f"No adb server comes up at {self.host}:{self.port}; see why with "
                    f"`adb -P {self.port} nodaemon server`."
                )
            await asyncio.sleep(0.05)
