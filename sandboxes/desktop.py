"""A desktop as an environment: a virtual one made on the spot, or the one that is there.

A task says in its settings what its world is like at the beginning: `files` (path in the home folder -> text) and
`launch` (commands, each a list of words). Observations hold the picture; the program that has the focus and its title
are for logs and guards (`desktop://mousepad`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import Action
from actions.desktop import DesktopExecutor
from actions.errors import ActionUnsupported, SurfaceLost
from actions.risk import Under
from perception.geometry import Size
from perception.observation import Frame, Observation
from sandboxes.environment import Transition, step_info
from sandboxes.errors import SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.hosts import Hosts
from sandboxes.session import Opening
from sandboxes.task import Score, Task
from sandboxes.virtual_display import VirtualDisplay, launched

DEFAULT_SIZE = Size(width=1280, height=720)
REST_SECONDS = 1.0
"""How long a desktop may go on changing before it is looked at all the same."""
_STILL = 2
"""Looks in a row that show the same."""
_PAUSE = 0.04


class TaskSettings(BaseModel):
    """What the settings of a desktop's task may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, str] = Field(default_factory=dict)
    launch: tuple[tuple[str, ...], ...] = ()


class DesktopEnvironment:
    """One desktop; each task gets a fresh one, unless it is one that is there.

    size: of a virtual screen where a task names none; display: of an X server that is there, such as ":0"; own: this
    session's own desktop (also macOS and Windows); monitor: from 1, 0 for all as one; start_seconds: how long programs
    may take to show something; readable: folders that programs on a virtual one may read besides the system's own;
    isolated: see `VirtualDisplay`; allowed_hosts: glob patterns of what programs on a virtual one may reach, by a proxy
    (see `sandboxes.network`), none for no network, None for all; checker: reads from the world whether the task is
    done.

    Raises SandboxError for hosts that can't be limited.
    """

    surface = "desktop"

    def __init__(
        self,
        *,
        size: Size = DEFAULT_SIZE,
        display: str | None = None,
        own: bool = False,
        monitor: int = 1,
        start_seconds: float = 30.0,
        readable: Sequence[Path] = (),
        isolated: bool | None = None,
        allowed_hosts: Sequence[str] | None = None,
        checker: "Callable[[DesktopEnvironment], Awaitable[Score]] | None" = None,
    ) -> None:
        self._size = size
        self._display = display
        self._is_virtual = display is None and not own
        self._monitor = monitor
        self._start_seconds = start_seconds
        self._readable, self._isolated = tuple(readable), isolated
        self._hosts = Hosts(allowed_hosts)
        if self._hosts.patterns is not None and not self._is_virtual:
            raise SandboxError("Hosts are limited on virtual desktops only: leave allowed_hosts out.")
        self._checker = checker
        self._virtual: VirtualDisplay | None = None
        self._executor: DesktopExecutor | None = None
        self._began = 0.0

    @property
    def home(self) -> Path:
        """The home folder of a virtual desktop, for tasks' files and checkers. Raises SandboxError without one."""
        if self._virtual is None:
            raise SandboxError("Only a virtual desktop that was reset has a home folder of its own.")
        return self._virtual.home

    @property
    def executor(self) -> DesktopExecutor:
        """Hands and eyes, for measurements. Raises SandboxError before the reset."""
        return self._open()

    @property
    def virtual(self) -> VirtualDisplay | None:
        """The virtual desktop, once it is made."""
        return self._virtual

    async def reset(self, task: Task) -> Observation:
        """A new desktop with the task's files and programs; on one that is there, its programs alone.

        Raises SandboxMissing without what it takes, SandboxError for settings that can't be, or programs that show
        nothing.
        """
        wanted = _settings(task)
        await self.close()
        environment = None
        if self._is_virtual:
            self._virtual = VirtualDisplay(
                task.viewport or self._size, readable=self._readable, isolated=self._isolated, hosts=self._hosts
            )
            await self._virtual.start()
            environment = self._virtual.environment
            _write_files(self.home, wanted.files)
        elif wanted.files:
            raise SandboxError("Files are put on virtual desktops only: leave them out of the task's settings.")
        self._executor = DesktopExecutor(display=self._display, monitor=self._monitor, environment=environment)
        self._began = time.monotonic()
        try:
            empty = await self._look()
            await self._launch(wanted.launch, empty)
            frame, _ = await self._rest()
            return self._observation(frame)
        except BaseException:
            await self.close()
            raise

    async def observe(self) -> Observation:
        """Look once, at rest or not."""
        return self._observation(await self._look())

    async def step(self, action: Action) -> Transition:
        """Act, wait until the screen is at rest, look."""
        executor, began = self._open(), time.perf_counter()
        try:
            await executor.execute(action)
        except SurfaceLost as error:
            raise SandboxCrashed(str(error)) from error
        acted = time.perf_counter()
        frame, at_rest = await self._rest()
        return Transition(self._observation(frame), info=step_info(began, acted, at_rest=at_rest))

    async def under(self, action: Action) -> Under:
        """Which program it would meet, and whether anything can leave: a virtual desktop that is kept from the person's
        files and reaches no host is thrown away as a whole."""
        virtual = self._virtual
        contained = virtual is not None and virtual.is_isolated and virtual.is_held and self._hosts.patterns == ()
        return Under(url=f"desktop://{self._open().app}", contained=contained)

    async def score(self) -> Score | None:
        """What the checker reads from the world; None without one."""
        return None if self._checker is None else await self._checker(self)

    async def close(self) -> None:
        """End the worker, and a virtual desktop with all that runs on it."""
        executor, self._executor = self._executor, None
        virtual, self._virtual = self._virtual, None
        if executor is not None:
            await executor.close()
        if virtual is not None:
            await virtual.stop()

    def _observation(self, frame: Frame) -> Observation:
        executor = self._open()
        return Observation(frame=frame, url=f"desktop://{executor.app}", title=executor.title)

    def _open(self) -> DesktopExecutor:
        if self._executor is None:
            raise SandboxError("The desktop has not been reset.")
        return self._executor

    async def _launch(self, commands: Sequence[Sequence[str]], empty: Frame) -> None:
        """Start programs, and wait until something of them is to be seen."""
        if not commands:
            return
        for command in commands:
            if self._virtual is not None:
                await self._virtual.launch(command)
            else:
                await launched(command)
        deadline = time.monotonic() + self._start_seconds
        while await self._look() is empty:
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{commands[0][0]} showed nothing within {self._start_seconds:g} s: does it run on its own?"
                )
            await asyncio.sleep(_PAUSE)

    async def _look(self) -> Frame:
        try:
            return await self._open().look(time=time.monotonic() - self._began)
        except SurfaceLost as error:
            raise SandboxCrashed(str(error)) from error
        except ActionUnsupported as error:
            raise SandboxMissing(str(error)) from error

    async def _rest(self) -> tuple[Frame, bool]:
        """The picture once nothing has changed for a moment, and whether it came to that."""
        deadline, frame, still = time.monotonic() + REST_SECONDS, await self._look(), 0
        while still < _STILL and time.monotonic() < deadline:
            await asyncio.sleep(_PAUSE)
            now = await self._look()
            still = still + 1 if now is frame else 0
            frame = now
        return frame, still >= _STILL


def open(
    *,
    size: tuple[int, int] | None = None,
    files: Mapping[str, str] | None = None,
    launch: Sequence[Sequence[str]] = (),
    readable: Sequence[Path] = (),
    isolated: bool | None = None,
    allowed_hosts: Sequence[str] | None = None,
    display: str | None = None,
    own: bool = False,
    monitor: int = 1,
) -> Opening:
    """A desktop for a script; enter it with `with` or `async with`, see `sandboxes.session`.

    size: of the virtual screen in pixels; files: path in its home folder -> text; launch: commands, each a list of
    words; the others: as for `DesktopEnvironment`.
    """
    screen = Size(width=size[0], height=size[1]) if size else DEFAULT_SIZE
    settings = {"files": dict(files or {}), "launch": [list(command) for command in launch]}
    task = Task(id="script", instruction="", environment="desktop", settings=settings)
    where: dict[str, Any] = {"display": display, "own": own, "monitor": monitor}
    held: dict[str, Any] = {"readable": readable, "isolated": isolated, "allowed_hosts": allowed_hosts}
    return Opening(lambda: DesktopEnvironment(size=screen, **held, **where), task)


def _settings(task: Task) -> TaskSettings:
    try:
        return TaskSettings.model_validate(task.settings)
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise SandboxError(f"The task's settings.{place}: {first['msg']}.") from error


def _write_files(home: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = (home / name).resolve()
        if not path.is_relative_to(home.resolve()) or path == home.resolve():
            raise SandboxError(f"The task's file {name!r} is outside of the home folder: name it relative to that.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
