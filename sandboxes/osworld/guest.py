"""A guest without a virtual machine: OSWorld's protocol on a virtual desktop of ours.

    python -m sandboxes.osworld.guest --size 1920x1080

prints the port on loopback and runs until its standard input ends. The server and all that it runs have a mount, a PID
and a user namespace of their own (`sandboxes.isolation`): they read the system's programs and write their own home
folder, /home/user, and see no process but each other's. The network is this machine's, unless it is taken away.
"""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path

import actions
import perception
import sandboxes
from perception.geometry import Size
from sandboxes.errors import SandboxCrashed, SandboxError
from sandboxes.osworld import home
from sandboxes.virtual_display import VirtualDisplay

DEFAULT_SIZE = Size(width=1920, height=1080)
START_SECONDS = 30.0


class Guest:
    """One guest; `start` it, ask it at `url`, `stop` it."""

    def __init__(self, size: Size = DEFAULT_SIZE) -> None:
        """size: of its screen in pixels. Starts nothing yet."""
        packages = [Path(package.__path__[0]) for package in (actions, perception, sandboxes)]
        readable = [*packages, Path(sys.prefix), Path(sys.base_prefix)]
        self._display = VirtualDisplay(size, readable=readable, isolated=True, moved=home.moved)
        self._port = 0

    @property
    def port(self) -> int:
        """Of the server, on loopback. Raises SandboxError before the start."""
        if not self._port:
            raise SandboxError("The guest has not been started.")
        return self._port

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Raises SandboxMissing for a program that is not installed, SandboxError when it does not start."""
        await self._display.start()
        try:
            await self._serve()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends all that runs in it and forgets its files; may be called twice."""
        self._port = 0
        await self._display.stop()

    async def _serve(self) -> None:
        inside = self._display.home
        home.furnish(inside)
        ready = inside / ".local/handeye-port"
        path = f"{home.HOME / home.shims(inside).relative_to(inside)}:{self._display.environment['PATH']}"
        names = {"HOME": home.HOME, "PWD": home.HOME, "USER": "user", "PATH": path}
        names["PYTHONPATH"] = Path(sandboxes.__path__[0]).parent
        environment = [f"{name}={value}" for name, value in names.items()]
        server = [str(home.python()), "-W", "ignore", "-m", "sandboxes.osworld.server", str(ready)]
        entered = ["env", "-u", "TMPDIR", *environment]
        if shutil.which("pcmanfm"):  # shows what is in the folder Desktop, as OSWorld's own machine does
            await self._display.launch([*entered, "pcmanfm", "--desktop"])
        await self._display.launch([*entered, *server])
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            self._display.check()
            if time.monotonic() > deadline:
                raise SandboxCrashed(f"The guest's server did not start within {START_SECONDS:g} s.")
            await asyncio.sleep(0.05)
        self._port = int(ready.read_text())


async def _run(size: Size) -> None:
    guest = Guest(size)
    await guest.start()
    try:
        sys.stdout.write(f"{guest.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await guest.stop()


def main() -> None:
    """The command above."""
    parser = argparse.ArgumentParser(prog="python -m sandboxes.osworld.guest", description="An OSWorld guest.")
    parser.add_argument("--size", default=str(DEFAULT_SIZE), help="of its screen, such as 1920x1080")
    width, _, height = parser.parse_args().size.partition("x")
    try:
        asyncio.run(_run(Size(width=int(width), height=int(height))))
    except (SandboxError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
