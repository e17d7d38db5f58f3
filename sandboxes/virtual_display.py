"""A desktop made on the spot: an X server without a screen (Xvfb), a window manager, a home folder, programs.

Nothing of the user's own session is touched: the server takes only who has its cookie, listens on no network, and
programs get a home, a runtime folder and namespaces of their own (`sandboxes.isolation`), where those can be had. At
the end every process that was started in it is ended, also those that went into the background, and all folders are
gone.

Needs Xvfb; openbox and dbus-daemon are used where they are installed (without a window manager windows have no title
bar and some programs never get the focus), bubblewrap for the namespaces.
"""

import asyncio
import logging
import os
import secrets
import shlex
import shutil
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from perception.geometry import Size
from sandboxes import isolation, network
from sandboxes.errors import SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.hosts import Hosts

START_SECONDS = 15.0
_END_SECONDS = 2.0
_MARK = "HANDEYE_DESKTOP"
"""In the environment of every process of a desktop, so that all of them are found at its end."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ")
_GTK = "gtk-cursor-blink=false\ngtk-enable-animations=false\n"
"""A screen that moves by itself never comes to rest."""


log = logging.getLogger(__name__)


class VirtualDisplay:
    """One desktop; `start` it, `launch` programs in it, `stop` it."""

    def __init__(
        self,
        size: Size,
        *,
        depth: int = 24,
        readable: Sequence[Path] = (),
        isolated: bool | None = None,
        hosts: Hosts | None = None,
        moved: Callable[[Path], Sequence[str]] | None = None,
    ) -> None:
        """size: of the screen in pixels; readable: folders of this machine that its programs may read, besides the
        system's own; isolated: True raises where programs can't be kept apart, False does not try, without either it
        is said in the log; hosts: which ones its programs may reach, all where there is no limit; moved: makes more of
        bubblewrap's options of its folder. Starts nothing yet.

        Raises SandboxError for a limit to hosts that isolated=False leaves nobody to hold."""
        hosts = hosts or Hosts(None)
        if isolated is False and hosts.patterns is not None:
            raise SandboxError("Hosts are limited by namespaces alone: leave isolated=False out, or the allowed hosts.")
        self._network = None if hosts.patterns is None else network.Network(hosts)
        self.size = size
        self._depth = depth
        self._readable = tuple(place.resolve() for place in readable)
        self._isolated = isolated
        self._moved = moved
        self._token = secrets.token_hex(8)
        self._folder: Path | None = None
        self._server: asyncio.subprocess.Process | None = None
        self._starter: asyncio.subprocess.Process | None = None
        self.environment: Mapping[str, str] = {}
        """What programs on it are started with."""

    @property
    def home(self) -> Path:
        """The home folder of its programs. Raises SandboxError before the start."""
        return self._root / "home"

    @property
    def is_alive(self) -> bool:
        """Whether its X server runs."""
        return self._server is not None and self._server.returncode is None

    @property
    def is_isolated(self) -> bool:
        """Whether its programs have namespaces of their own; settled by the start."""
        return bool(self._isolated)

    @property
    def is_held(self) -> bool:
        """Whether its programs reach the allowed hosts alone; settled by the start."""
        return self.is_isolated and self._network is not None

    @property
    def refused(self) -> Mapping[str, str]:
        """Host that its programs asked for -> why it was not connected to."""
        return {} if self._network is None else self._network.refused

    async def start(self) -> None:
        """Raises SandboxMissing without Xvfb, SandboxError when it does not start."""
        if shutil.which("Xvfb") is None:
            raise SandboxMissing("A virtual desktop needs Xvfb: sudo apt install xvfb openbox")
        for place in self._readable:
            if not place.is_dir():
                raise SandboxError(f"{place} is no folder: name one that programs may read.")
        demanded = self._isolated is True
        if self._isolated is not False:
            self._isolated = await self._isolate(demanded)
        if self._network is not None and not await self._holds(demanded):
            self._network = None
        self._folder = Path(tempfile.mkdtemp(prefix="handeye-desktop-"))
        for name in ("home", "run"):
            (self._root / name).mkdir(mode=0o700)
        for version in ("3.0", "4.0"):
            _write(self.home / f".config/gtk-{version}/settings.ini", "[Settings]\n" + _GTK)
        try:
            number = await self._serve()
            self.environment = self._environment(number)
            await self._begin(number)
            await self._companions()
        except BaseException:
            await self.stop()
            raise

    async def launch(self, command: Sequence[str], *, folder: Path | None = None) -> None:
        """Starts a program on it, in `folder` or its home. Raises SandboxMissing for one that is not installed, or that
        its programs may not read."""
        self._check_program(command[0], folder or self.home)
        starter = self._starter
        if starter is None or starter.stdin is None or starter.returncode is not None:
            raise SandboxCrashed("The virtual desktop is gone: nothing can be started on it.")
        # A session of its own, so that it outlives whoever asked for it and is interrupted by nobody.
        place = shlex.quote(str(folder or self.home))
        line = f"(cd {place} && exec setsid --fork {shlex.join(command)} </dev/null >/dev/null 2>&1)\n"
        try:
            starter.stdin.write(line.encode())
            await starter.stdin.drain()
        except OSError as error:
            raise SandboxCrashed("The virtual desktop is gone: nothing can be started on it.") from error

    async def stop(self) -> None:
        """Ends every process on it and removes its folders; may be called twice."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not await self._signal_all(number):
                break
        starter, self._starter = self._starter, None
        if starter is not None:
            with suppress(ProcessLookupError):
                starter.kill()
            await starter.wait()
        if self._network is not None:
            await asyncio.to_thread(self._network.close)
        server, self._server = self._server, None
        if server is not None:
            with suppress(ProcessLookupError):
                server.terminate()
            try:
                async with asyncio.timeout(_END_SECONDS):
                    await server.wait()
            except TimeoutError:
                server.kill()
                await server.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @property
    def _root(self) -> Path:
        if self._folder is None:
            raise SandboxError("The virtual desktop has not been started.")
        return self._folder

    async def _serve(self) -> str:
        """Starts the server; gives the number that it chose."""
        cookie = secrets.token_bytes(16)
        # It chooses its number when it starts, so it gets a cookie for whatever display; the file for clients, which
        # has the number in it, is written then.
        server_file = self._root / "server.auth"
        _write_cookie(server_file, "", cookie)
        reading, writing = os.pipe()
        try:
            self._server = await asyncio.create_subprocess_exec(
                "Xvfb",
                *("-displayfd", str(writing)),
                *("-screen", "0", f"{self.size.width}x{self.size.height}x{self._depth}"),
                *("-auth", str(server_file), "-nolisten", "tcp", "-noreset"),
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                pass_fds=(writing,),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            os.close(writing)
            writing = -1
            number = await asyncio.to_thread(_line, reading, START_SECONDS)
        finally:
            os.close(reading)
            if writing >= 0:
                os.close(writing)
        if not number:
            raise SandboxError(f"Xvfb did not start within {START_SECONDS:g} s at {self.size}: is there memory for it?")
        _write_cookie(self._root / "client.auth", number, cookie)
        return number

    def _environment(self, number: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        bus = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._root / 'run' / 'bus'}"}
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            **kept,
            "DISPLAY": f":{number}",
            "XAUTHORITY": str(self._root / "client.auth"),
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self._root / "run"),
            "TMPDIR": str(self._root / "run"),
            "GTK_IM_MODULE": "gtk-im-context-simple",
            "NO_AT_BRIDGE": "1",
            _MARK: self._token,
            **(self._network.environment if self._network is not None else {}),
            **(bus if shutil.which("dbus-daemon") else {}),
        }

    async def _isolate(self, demanded: bool) -> bool:
        reason = await asyncio.to_thread(isolation.why_not)
        if reason and demanded:
            raise SandboxMissing(f"Programs can't be kept from your files: {reason}")
        if reason:
            _say_once(f"Programs on a virtual desktop run as you and can read your files: {reason}")
        return not reason

    async def _holds(self, demanded: bool) -> bool:
        reason = await asyncio.to_thread(network.why_not)
        if reason and demanded:
            raise SandboxMissing(f"Programs can't be held to the allowed hosts: {reason}")
        if reason:
            _say_once(f"Programs on a virtual desktop reach every host, not the allowed ones alone: {reason}")
        return not reason

    async def _begin(self, number: str) -> None:
        """A shell that starts programs as it is told, so that all share its namespaces and end with it."""
        command = ["/bin/sh"]
        if self._isolated:
            shown, options = [Path(f"/tmp/.X11-unix/X{number}")], []
            if self._network is not None:
                self._network.start()
                options, command = self._network.entered(command)
            options += self._moved(self._root) if self._moved is not None else ()
            command = isolation.enclosed(
                command, folder=self._root, shown=shown, readable=self._readable, options=options
            )
        try:
            self._starter = await asyncio.create_subprocess_exec(
                *command,
                env=dict(self.environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"{command[0]} does not start: {error}.") from error

    def _check_program(self, name: str, folder: Path) -> None:
        path = self.environment["PATH"]
        found = str(folder / name) if "/" in name else shutil.which(name, path=path)
        if found is None or not os.access(found, os.X_OK):
            raise SandboxMissing(f"{name} is not installed: install it, or name another program.")
        seen = (*self._readable, self._root)
        if self._isolated and not isolation.is_visible(Path(os.path.abspath(found)), seen):
            raise SandboxMissing(f"{found} is not to be seen on a virtual desktop: name its folder as readable.")

    async def _companions(self) -> None:
        if "DBUS_SESSION_BUS_ADDRESS" in self.environment:
            address = self.environment["DBUS_SESSION_BUS_ADDRESS"]
            await self.launch(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"])
        if shutil.which("openbox"):
            await self.launch(["openbox"])

    async def _signal_all(self, number: int) -> bool:
        """Sends a signal to all that is marked, and waits for it; whether any is left."""
        for pid in _marked(self._token):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + _END_SECONDS
        while left := _marked(self._token):
            if time.monotonic() > deadline:
                return bool(left)
            await asyncio.sleep(0.02)
        return False

    def check(self) -> None:
        """Raises SandboxCrashed when the server is gone."""
        if not self.is_alive:
            raise SandboxCrashed("The virtual desktop is gone: its X server ended.")


async def launched(
    command: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """A program that runs by itself and says nothing; folder, environment: this process's own without.

    Raises SandboxMissing for one that is not installed, SandboxError for one that does not start.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=None if environment is None else dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise SandboxMissing(f"{command[0]} is not installed: install it, or name another program.") from error
    except OSError as error:
        raise SandboxError(f"{command[0]} does not start: {error}.") from error


@cache
def _say_once(line: str) -> None:
    log.warning(line)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _marked(token: str) -> list[int]:
    """Processes that run with this mark; those that have ended and wait for their parent are none."""
    found, mark = [], f"{_MARK}={token}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found


def _line(handle: int, seconds: float) -> str:
    """What a descriptor says up to the end of a line; empty when it says nothing in time, or is closed."""
    import select

    said, deadline = b"", time.monotonic() + seconds
    while not said.endswith(b"\n"):
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(handle, 64) if ready else b""
        if not part:
            return ""
        said += part
    return said.decode().strip()


def _write_cookie(path: Path, number: str, cookie: bytes) -> None:
    """An Xauthority file with one entry (Xau.h): family, address, display, name and data, each with its length."""
    parts = (socket.gethostname().encode(), number.encode(), b"MIT-MAGIC-COOKIE-1", cookie)
    path.touch(mode=0o600)
    path.write_bytes(struct.pack(">H", 256) + b"".join(struct.pack(">H", len(part)) + part for part in parts))
