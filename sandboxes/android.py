"""An Android device as an environment, over ADB: a phone on a cable, an emulator, or the paper phone.

A task begins on the home screen of a phone that is awake and unlocked; its `url` may name what is opened then: an app
("Settings", "com.android.settings"), an activity ("com.android.settings/.Settings"), an action
("android.settings.WIFI_SETTINGS") or an address that some app opens ("https://...", "tel:123"). Its settings may say
`clear`: packages whose data is wiped first. Its viewport is set by `wm size`, and taken back afterwards.

At rest means two pictures in a row that are equal; a screen that never rests is looked at after `REST_SECONDS`. A lost
device is `SandboxCrashed`, and every wait for one is bounded.
"""

import asyncio
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from actions.action import Action, Open
from actions.adb import ACTION_SECONDS, AdbDevice, Client, DeviceShell, device_errors
from actions.android import AndroidExecutor
from actions.errors import ActionError, ExecutionError, SurfaceLost
from actions.risk import Under
from perception.errors import ImageError
from perception.geometry import Size
from perception.observation import Frame, Observation
from perception.screenshot import decode_png
from sandboxes.adb_server import AdbServer
from sandboxes.android_under import under_in
from sandboxes.describing import point_of
from sandboxes.environment import Transition, step_info
from sandboxes.errors import PageError, SandboxCrashed, SandboxError
from sandboxes.session import Opening
from sandboxes.task import Score, Task

REST_SECONDS = 2.0
"""How long a screen may go on changing before it is looked at all the same."""

DUMP_SECONDS = 30.0
"""How long `uiautomator dump` is waited for: it takes 20 seconds and more while something moves."""

STILL_SECONDS = 0.1
"""How far apart two pictures are at least that show a screen at rest: a clock that runs has moved on."""

_PNG = b"\x89PNG"
_MOST_WARNING = 4096
"""Bytes of words that may come before a picture: phones with two screens say which one it is of."""
_PAUSE = 0.05
_GLANCE_SECONDS = 5.0
"""How long a guard waits for it before each action."""
_DUMP = "/data/local/tmp/handeye-dump.xml"
_FOCUS = re.compile(r"mCurrentFocus=Window\{\S+ (?:u\d+ )?(?P<package>[\w.]+)(?:/(?P<activity>[\w.$]+))?")


class AndroidSettings(BaseModel):
    """What the settings of an Android task may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clear: tuple[str, ...] = ()
    """Packages whose data is wiped (`pm clear`) before the task begins."""


class AndroidEnvironment:
    """One device.

    serial: as `adb devices` lists it, ANDROID_SERIAL or the only device without; host:port is connected to; host,
    port: of the adb server (default: ANDROID_ADB_SERVER_PORT or 5037), which is started where none runs; adb: the
    program to start it with; checker: reads from the device whether the task is done, in a thread of its own.
    """

    surface = "android"

    def __init__(
        self,
        *,
        serial: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        adb: str | Path | None = None,
        action_seconds: float = ACTION_SECONDS,
        checker: Callable[[AdbDevice], Score] | None = None,
    ) -> None:
        self._serial = serial or os.environ.get("ANDROID_SERIAL") or None
        self._server = AdbServer(host, port, adb=adb)
        self._action_seconds = action_seconds
        self._checker = checker
        self._executor: AndroidExecutor | None = None
        self._connected = ""
        """The address that was connected to here, to be let go of at the end."""
        self._resized = False
        self._notes: list[str] = []
        self._app = ""
        self._began = 0.0

    @property
    def device(self) -> AdbDevice:
        """The device, for checkers and for environments built on this one."""
        return self._open().shell.device

    @property
    def shell(self) -> DeviceShell:
        """The device's shell, likewise."""
        return self._open().shell

    async def reset(self, task: Task) -> Observation:
        """Wake and unlock the device, go home, and open what the task names.

        Raises SandboxMissing without adb, SandboxCrashed when the device can't be reached, PageError when the task's
        url can't be opened, SandboxError for settings that can't be.
        """
        wanted = _settings(task)
        self._executor = None
        with _crashes("The device can't be reached"):
            client = self._client()
            serial = await self._connect(client)
            self._executor = executor = AndroidExecutor(client, serial, action_seconds=self._action_seconds)
            await executor.shell.run("input keyevent KEYCODE_WAKEUP; wm dismiss-keyguard; input keyevent KEYCODE_HOME")
            await _clear(executor.shell, wanted.clear)
            await self._resize(executor.shell, task.viewport)
            if task.url:
                await _open_url(executor, task.url)
        self._notes, self._began = [], time.monotonic()
        executor.size = None
        return await self.settle()

    async def observe(self) -> Observation:
        """Look once, at rest or not."""
        _, picture = await self._picture()
        return await self._observation(picture)

    async def settle(self) -> Observation:
        """Look once the screen is at rest."""
        frame, _ = await self._rest()
        return await self._observation(frame)

    async def step(self, action: Action) -> Transition:
        """Act, wait until the screen is at rest, look."""
        executor, began = self._open(), time.perf_counter()
        try:
            await executor.execute(action)
        except SurfaceLost as error:
            raise SandboxCrashed(str(error)) from error
        acted = time.perf_counter()
        frame, at_rest = await self._rest()
        info = step_info(began, acted, at_rest=at_rest)
        return Transition(await self._observation(frame), info=info)

    async def score(self) -> Score | None:
        """What the checker reads from the device; None without one."""
        if self._checker is None or self._executor is None:
            return None
        with _crashes("The device can't be checked"), device_errors():
            return await asyncio.to_thread(self._checker, self.device)

    async def dump(self, seconds: float = DUMP_SECONDS) -> str:
        """What `uiautomator dump` tells of the screen, as XML: for checkers, never for a model.

        Steps may go on meanwhile. Raises SandboxError when it takes longer, SandboxCrashed when the device is gone.
        """
        line = f"uiautomator dump {_DUMP} >/dev/null && cat {_DUMP}"
        try:
            printed = await self.shell.run(line, seconds=seconds)
        except SurfaceLost as error:
            raise SandboxCrashed(f"The screen can't be described: {error}.") from error
        except ExecutionError as error:
            raise SandboxError(
                f"The device did not describe its screen within {seconds:g} s; allow more, or wait for it to rest."
            ) from error
        if printed.status or "<hierarchy" not in printed.text:
            raise SandboxError(f"The device can't describe its screen: {printed.text.strip()[:200]}.")
        return printed.text[printed.text.index("<") :]

    async def under(self, action: Action) -> Under:
        """What the action would meet, by `uiautomator`; unknown where it does not answer soon."""
        url = f"android://{self._app}"
        try:
            described = await self.dump(_GLANCE_SECONDS)
        except SandboxCrashed:
            raise
        except SandboxError:
            return Under(url=url)
        return under_in(described, point_of(action), url)

    async def close(self) -> None:
        """Give the device back as it was connected; may be called twice."""
        executor, self._executor = self._executor, None
        if executor is not None:
            with suppress(ActionError):
                await self._resize(executor.shell, None)
        if self._connected and await self._server.answers():
            with suppress(ActionError), device_errors():
                await asyncio.to_thread(self._client().disconnect, self._connected)
        self._connected, self._resized = "", False
        await self._server.stop()

    # Connecting
    # ---------------------------------------------------------------------------------------

    async def _connect(self, client: Client) -> str:
        """Have the device ready, and say its serial."""
        await self._server.start()
        with device_errors():
            states = {one.serial: one.state for one in await asyncio.to_thread(client.list)}
        if self._serial and states.get(self._serial) != "device" and ":" in self._serial:
            with device_errors():
                if self._serial in states:  # What is left of an earlier connection.
                    await asyncio.to_thread(client.disconnect, self._serial)
                said = await asyncio.to_thread(client.connect, self._serial, self._action_seconds)
            if not said.startswith(("connected", "already connected")):
                raise SandboxCrashed(f"{self._serial} can't be connected to: {said.strip().rstrip('.')}.")
            self._connected = self._serial
            await self._ready(client, self._serial)
            return self._serial
        return _chosen(states, self._serial)

    async def _ready(self, client: Client, serial: str) -> None:
        """Wait until a device that was just connected has said what it is."""
        deadline = time.monotonic() + self._action_seconds
        while True:
            with device_errors():
                states = {one.serial: one.state for one in await asyncio.to_thread(client.list)}
            if states.get(serial) == "device":
                return
            if time.monotonic() > deadline:
                state = states.get(serial, "gone")
                raise SandboxCrashed(f"{serial} is connected but {state}; look at what it shows.")
            await asyncio.sleep(_PAUSE)

    def _client(self) -> Client:
        return Client(self._server.host, self._server.port, seconds=self._action_seconds + DUMP_SECONDS)

    async def _resize(self, shell: DeviceShell, size: Size | None) -> None:
        """Set the screen to the size that a task names, or back to its own."""
        if size is not None:
            await shell.text(f"wm size {size}")
        elif self._resized:
            await shell.text("wm size reset")
        self._resized = size is not None

    # Looking
    # ---------------------------------------------------------------------------------------

    async def _rest(self) -> tuple[Frame, bool]:
        """The picture once the screen is at rest, and whether it came to rest."""
        deadline = time.monotonic() + REST_SECONDS
        looked = time.monotonic()
        before, frame = await self._picture()
        while True:
            await asyncio.sleep(looked + STILL_SECONDS - time.monotonic())
            looked = time.monotonic()
            data, now = await self._picture(before, frame)
            if data == before or time.monotonic() > deadline:
                return now, data == before
            before, frame = data, now

    async def _picture(self, before: bytes = b"", known: Frame | None = None) -> tuple[bytes, Frame]:
        """The screen as PNG and decoded; one that is as `before` is not decoded again."""
        executor = self._open()
        with _crashes("The screen can't be pictured"):
            data = await executor.shell.raw("screencap -p")
            data = data[max(0, data.find(_PNG, 0, _MOST_WARNING)) :]
            if known is not None and data == before:
                return data, known
            if not data.startswith(_PNG):
                await executor.shell.run("true")  # Tells a device that is gone from one that makes no pictures.
                said = data[:100].decode(errors="replace").strip() or "it sent nothing"
                raise SandboxCrashed(f"The device makes no picture of its screen: {said}.")
            frame = decode_png(data, time=time.monotonic() - self._began)
        self._notice(frame.size, executor)
        return data, frame

    def _notice(self, size: Size, executor: AndroidExecutor) -> None:
        """Points are pixels of the last picture: keep its size, and say when it changes."""
        if executor.size not in (None, size):
            self._notes = [f"The screen has {size} pixels now."]
        executor.size = size

    async def _observation(self, frame: Frame) -> Observation:
        url, title = "android://", ""
        with suppress(ExecutionError):
            told = await self.shell.run("dumpsys window | grep mCurrentFocus")
            if found := _FOCUS.search(told.text):
                url, title = f"android://{found['package']}", found["activity"] or found["package"]
        self._app = url.removeprefix("android://")
        notes, self._notes = tuple(self._notes), []
        return Observation(frame=frame, url=url, title=title, notes=notes)

    def _open(self) -> AndroidExecutor:
        if self._executor is None:
            raise SandboxError("The phone has not been reset.")
        return self._executor


def _chosen(states: dict[str, str], serial: str | None) -> str:
    """The device to use. Raises SandboxCrashed, saying which there are, when it is not clear or not ready."""
    listed = ", ".join(f"{name} ({state})" for name, state in states.items()) or "none"
    if serial is None:
        ready = [name for name, state in states.items() if state == "device"]
        if len(ready) != 1:
            raise SandboxCrashed(
                f"One device is needed, and adb knows {listed}; connect one, or name it by its serial."
            )
        return ready[0]
    if states.get(serial) != "device":
        raise SandboxCrashed(f"The device {serial} is not ready; adb knows {listed}. Connect it and allow debugging.")
    return serial


async def _clear(shell: DeviceShell, packages: tuple[str, ...]) -> None:
    """Wipe the data of packages. Raises SandboxError for one that can't be."""
    for package in packages:
        printed = await shell.run(f"pm clear {shlex.quote(package)}")
        if "Success" not in printed.text:
            said = printed.text.strip()[:200] or "it said nothing"
            raise SandboxError(f'{package} can\'t be cleared ({said}); is it installed ("pm list packages")?')


async def _open_url(executor: AndroidExecutor, url: str) -> None:
    """Open what a task's url names. Raises PageError."""
    words = url.strip()
    if re.fullmatch(r"[\w.]+/[\w.$]+", words):
        line = f"am start -W -n {shlex.quote(words)}"
    elif re.fullmatch(r"([a-z]\w*\.)+[A-Z][A-Z_]+", words):
        line = f"am start -W -a {shlex.quote(words)}"
    elif re.match(r"[a-z][a-z0-9+.-]*:", words):
        line = f"am start -W -a android.intent.action.VIEW -d {shlex.quote(words)}"
    else:
        try:
            await executor.execute(Open(app=words))
        except SurfaceLost:
            raise
        except ActionError as error:
            raise PageError(f"{url} can't be opened: {error}") from error
        return
    printed = await executor.shell.run(line)
    if wrong := re.search(r"^Error:? .*", printed.text, re.MULTILINE):
        raise PageError(f"{url} can't be opened: {wrong[0].rstrip('.')}.")


def _settings(task: Task) -> AndroidSettings:
    try:
        return AndroidSettings.model_validate(task.settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise SandboxError(f"Task {task.id}: settings.{place}: {first['msg']}.") from error


def open(serial: str | None = None, *, app: str = "", host: str = "127.0.0.1", port: int = 0) -> Opening:
    """A phone for a script; enter it with `with` or `async with`, see `sandboxes.session`.

    serial, host, port: as for `AndroidEnvironment`; app: what is opened at first, as a task's `url`.
    """
    task = Task(id="script", instruction="", environment="android", url=app)
    return Opening(lambda: AndroidEnvironment(serial=serial, host=host, port=port), task)


@contextmanager
def _crashes(what: str) -> Iterator[None]:
    """What goes wrong with the device itself as SandboxCrashed."""
    try:
        yield
    except (ExecutionError, ImageError) as error:
        raise SandboxCrashed(f"{what}: {str(error).rstrip('.')}.") from error
