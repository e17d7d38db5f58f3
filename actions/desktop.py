"""Actions on a desktop: mouse by pyautogui, keys by the system's own, pictures by mss; see `desktop_worker`.

Works on X11; on macOS and Windows the same code runs, and was not tried there. Wayland's compositors let no program
press keys in another's window: log in to an X11 session, or use a virtual desktop (`sandboxes.desktop`).
"""

import asyncio
import json
import mmap
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from actions import errors
from actions.action import Action, Answer, LongPress, Open, Swipe, SystemButton, Terminate, Type, Wait
from actions.errors import ActionError, ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from perception.geometry import Size
from perception.observation import Frame

START_SECONDS = 30.0
ACTION_SECONDS = 15.0
_SHARED = Path("/dev/shm")


class DesktopExecutor:
    """Carries out actions on one display, and looks at it. Points are pixels of the frame that was seen last."""

    def __init__(
        self,
        *,
        display: str | None = None,
        monitor: int = 1,
        environment: Mapping[str, str] | None = None,
        action_seconds: float = ACTION_SECONDS,
    ) -> None:
        """display: of an X server, the environment's own without; monitor: from 1, 0 for all as one; environment: of
        the worker, this process's own without; action_seconds: after which an action has failed, besides the time that
        it asks for. Starts nothing yet."""
        self._action_seconds = action_seconds
        self._display = display
        self._monitor = monitor
        self._environment = dict(os.environ if environment is None else environment)
        if display is not None:
            self._environment["DISPLAY"] = display
        self._worker: asyncio.subprocess.Process | None = None
        self._picture: Path | None = None
        self._frame: Frame | None = None
        self._turn = asyncio.Lock()
        self._abandoned = False
        """Whether a worker was killed, which may have left keys held."""
        self.num_looks = self.num_unchanged = 0
        """Pictures taken, and how many of them showed nothing new."""
        self.grab_ms = 0.0
        """What the last picture took the system, see `Screen`."""
        self.app = self.title = ""
        """Of the window that had the focus at the last look, as far as the system tells: for guards and logs."""

    async def execute(self, action: Action) -> None:
        """Do exactly what the action says; see `Executor`."""
        match action:
            case Terminate() | Answer():
                return
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
                return
            case Swipe() | SystemButton() | Open():
                raise ActionUnsupported(f'A desktop has no action "{action.kind}".')
        if self._frame is None:
            await self.look()
        self._check(action)
        seconds = self._action_seconds
        seconds += len(action.text) * 0.05 if isinstance(action, Type) else 0
        seconds += action.seconds if isinstance(action, LongPress) else 0
        await self._ask({"action": action.model_dump()}, seconds, f"{action.kind}")

    async def look(self, *, time: float = 0.0) -> Frame:
        """The screen now; the same frame as before where nothing has changed. time: for the frame, in seconds.

        Raises SurfaceLost when the display is gone, ActionUnsupported where what it takes is not installed.
        """
        answer = await self._ask({"time": time}, self._action_seconds, "looking")
        self.num_looks += 1
        self.app, self.title, self.grab_ms = answer["app"], answer["title"], answer["grab_ms"]
        if not answer["changed"] and self._frame is not None:
            self.num_unchanged += 1
            return self._frame
        assert self._picture is not None
        width, height = answer["width"], answer["height"]
        with self._picture.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
            pixels = np.frombuffer(memory, np.uint8, height * width * 3).reshape(height, width, 3).copy()
        self._frame = Frame(pixels=pixels, time=time)
        return self._frame

    async def close(self) -> None:
        """End the worker, which lets go of all that is held; may be called twice."""
        worker, self._worker, self._frame = self._worker, None, None
        if worker is not None:
            await _ended(worker)
        if self._picture is not None:
            self._picture.unlink(missing_ok=True)
            self._picture = None

    def _check(self, action: Action) -> None:
        assert self._frame is not None
        size: Size = self._frame.size
        for name in ("at", "start", "end"):
            point = getattr(action, name, None)
            if point is not None and not size.contains(point):
                raise ActionInvalid(f"{point} is off the screen, which is {size}.")

    async def _ask(self, asked: dict[str, Any], seconds: float, doing: str) -> dict[str, Any]:
        async with self._turn:
            worker = await self._started()
            try:
                async with asyncio.timeout(seconds):
                    return _read(await self._exchange(worker, asked), doing)
            except TimeoutError as error:
                await self._abandon()
                raise ExecutionError(f"{doing}: the desktop did not answer within {seconds:g} s.") from error
            except asyncio.CancelledError:
                await self._abandon()
                raise

    async def _exchange(self, worker: asyncio.subprocess.Process, asked: dict[str, Any]) -> bytes:
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(json.dumps(asked).encode() + b"\n")
            await worker.stdin.drain()
            line = await worker.stdout.readline()
        except ConnectionError:
            line = b""
        if not line:
            await self._abandon()
            raise SurfaceLost("The desktop is gone: its display or its worker ended.")
        return line

    async def _started(self) -> asyncio.subprocess.Process:
        if self._worker is not None:
            return self._worker
        if self._picture is None:
            self._picture = _new_file()
        command = [sys.executable, "-W", "ignore", "-m", "actions.desktop_worker", str(self._picture)]
        worker = await asyncio.create_subprocess_exec(
            *command,
            *("--monitor", str(self._monitor)),
            *(("--let-go",) if self._abandoned else ()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the run, which lets go of what is held
        )
        assert worker.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await worker.stdout.readline()
                if not line:
                    raise SurfaceLost("The desktop can't be reached: its worker ended at once.")
                _read(line, "starting")
        except BaseException:
            await _ended(worker)
            raise
        self._worker, self._abandoned = worker, False
        return worker

    async def _abandon(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            self._abandoned = True
            await _ended(worker, patient=False)


def _new_file() -> Path:
    """For pictures; in memory where the system has such a place."""
    handle, path = tempfile.mkstemp(prefix="handeye-screen-", dir=_SHARED if _SHARED.is_dir() else None)
    os.close(handle)
    return Path(path)


def _read(line: bytes, doing: str) -> dict[str, Any]:
    """The worker's answer. Raises what went wrong there."""
    answer = json.loads(line)
    if "error" not in answer:
        return answer
    kind, message = answer["error"], answer["message"]
    if kind in ("ImportError", "ModuleNotFoundError"):
        raise ActionUnsupported(f'Desktops need more packages ({message}): pip install "handeye[desktop]"')
    if kind == "ImageError":
        raise SurfaceLost(message)
    error = getattr(errors, kind, ExecutionError)
    assert issubclass(error, ActionError)
    raise error(message if error is not ExecutionError else f"{doing}: {message}")


async def _ended(worker: asyncio.subprocess.Process, *, patient: bool = True) -> None:
    """Let the worker end by itself, which lets go of keys; kill it where it does not."""
    if patient and worker.stdin is not None:
        with suppress(ConnectionError):
            worker.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await worker.wait()
    with suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()
