"""Actions on an Android device over ADB: taps and swipes by `input`, text, keys, apps.

Works any device that `adb` reaches, without an app of ours on it; only text beyond ASCII needs an app, one that anybody
can have (`actions.android_text`). Each command has a deadline of its own, so that a device that is lost or hangs costs
seconds and never the run.
"""

import asyncio
import re
from typing import Protocol

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    Open,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from actions.adb import ACTION_SECONDS, Client, DeviceShell, Printed
from actions.android_apps import open_app
from actions.android_keys import keycode
from actions.android_text import send_input, write_text
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from perception.geometry import Point, Size

SWIPE_MILLISECONDS = 300
"""A swipe is a quick flick: lists run on after it."""

DRAG_MILLISECONDS = 800
"""A drag takes at least so long, and one more for each pixel, so that what is held comes along and nothing is flung."""

MOST_DRAG_MILLISECONDS = 3000
MOST_SWIPES = 8
"""Swipes that one scroll is made of at the most."""

EDGE = 0.08
"""Share of the screen at each edge that scrolling keeps off: swipes from there pull in bars and go back."""

BUTTONS = {"back": "KEYCODE_BACK", "home": "KEYCODE_HOME", "menu": "KEYCODE_MENU", "enter": "KEYCODE_ENTER"}
"""What the buttons of `mobile_use` are as keys. Menu is the key of that name; recent apps have a key of their own."""


class Shell(Protocol):
    """Whatever runs command lines on a device."""

    @property
    def seconds(self) -> float:
        """How long a line may take that does not wait by itself."""
        ...

    async def run(self, line: str, *, seconds: float | None = None) -> Printed:
        """Run a line; see `DeviceShell.run`."""
        ...


class TouchExecutor:
    """Carries out actions through a shell. `size` is that of the picture that points belong to, asked for where it is
    not given; whoever takes pictures keeps it up to date, as screens turn.
    """

    def __init__(self, shell: Shell, *, size: Size | None = None) -> None:
        self._shell = shell
        self.size = size
        self._last: Point | None = None

    async def execute(self, action: Action) -> None:
        """Do exactly what the action says; see `Executor`."""
        try:
            await self._execute(action)
        except SurfaceLost as error:
            raise SurfaceLost(f"{action.kind} failed: {_sentence(error)}") from error
        except ExecutionError as error:
            raise ExecutionError(f"{action.kind} failed: {_sentence(error)}") from error

    async def _execute(self, action: Action) -> None:
        match action:
            case LeftClick(at=at):
                await self._touch(f"tap {_xy(at)}", at)
            case DoubleClick(at=at):
                await self._touch(f"tap {_xy(at)} && input tap {_xy(at)}", at)
            case LongPress(at=at, seconds=seconds):
                await self._swipe(at, at, max(1, round(seconds * 1000)))
            case Swipe(start=start, end=end):
                await self._swipe(start, end, SWIPE_MILLISECONDS)
            case LeftClickDrag(start=start, end=end):
                await self._drag(start or self._last or await self._middle(), end)
            case Scroll(at=at, pixels=pixels):
                await self._scroll(at or await self._middle(), down=pixels)
            case HScroll(at=at, pixels=pixels):
                await self._scroll(at or await self._middle(), right=pixels)
            case Type(text=text):
                await write_text(self._run, text)
            case Key(keys=keys):
                await self._press(keys)
            case SystemButton(button=button):
                await send_input(self._run, f"keyevent {BUTTONS[button]}")
            case Open(app=app):
                await open_app(self._run, app)
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
            case Terminate() | Answer():
                pass
            case _:
                raise ActionUnsupported(f'A phone has no action "{action.kind}"; it is worked by touch.')

    async def _run(self, line: str) -> str:
        """What a line prints, whatever its status; see `android_text.Run`."""
        return (await self._shell.run(line)).text

    async def _touch(self, words: str, at: Point) -> None:
        await self._check(at)
        await send_input(self._run, words)
        self._last = at

    async def _swipe(self, start: Point, end: Point, milliseconds: int) -> None:
        await self._check(start, end)

        async def run(line: str) -> str:
            return (await self._shell.run(line, seconds=self._shell.seconds + milliseconds / 1000)).text

        await send_input(run, f"swipe {_xy(start)} {_xy(end)} {milliseconds}")
        self._last = end

    async def _drag(self, start: Point, end: Point) -> None:
        way = max(abs(end.x - start.x), abs(end.y - start.y))
        await self._swipe(start, end, min(MOST_DRAG_MILLISECONDS, DRAG_MILLISECONDS + way))

    async def _scroll(self, at: Point, *, down: int = 0, right: int = 0) -> None:
        """Swipe at a point until so many pixels are behind; positive moves the finger down, or to the right, as the
        wheel's positive turn moves the page.
        """
        size = await self._check(at)
        length, middle, left = (size.height, at.y, down) if down else (size.width, at.x, right)
        low, high = round(length * EDGE), round(length * (1 - EDGE)) - 1
        for _ in range(MOST_SWIPES):
            step = max(low - high, min(high - low, left))
            if step == 0:
                return
            first = max(low, min(high, middle - step // 2))
            first = min(first, high - step) if step > 0 else max(first, low - step)
            start, end = (Point(x=at.x, y=place) if down else Point(x=place, y=at.y) for place in (first, first + step))
            await self._swipe(start, end, max(SWIPE_MILLISECONDS, abs(step)))
            left -= step

    async def _press(self, keys: tuple[str, ...]) -> None:
        if len(keys) == 1:
            if len(keys[0]) == 1:
                await write_text(self._run, keys[0])
            else:
                await send_input(self._run, f"keyevent {keycode(keys[0])}")
            return
        names = " ".join(keycode(key, alone=False) for key in keys)
        printed = await self._run(f"input keycombination {names}")
        if "unknown command" in printed.lower():
            chord = "+".join(keys)
            raise ActionUnsupported(f"This phone presses one key at a time: {chord} needs Android 12 or newer.")
        if printed.strip():
            raise ExecutionError(f"the phone refused: {printed.strip().splitlines()[0][:200]}")

    async def _middle(self) -> Point:
        size = await self._known_size()
        return Point(x=size.width // 2, y=size.height // 2)

    async def _check(self, *points: Point) -> Size:
        size = await self._known_size()
        for point in points:
            if not size.contains(point):
                raise ActionInvalid(f"{point} is off the screen, which is {size}.")
        return size

    async def _known_size(self) -> Size:
        return self.size or await screen_size(self._shell)


class AndroidExecutor(TouchExecutor):
    """The same on one device of an adb server."""

    def __init__(
        self, client: Client, serial: str, *, size: Size | None = None, action_seconds: float = ACTION_SECONDS
    ) -> None:
        self.shell = DeviceShell(client, serial, seconds=action_seconds)
        super().__init__(self.shell, size=size)


async def screen_size(shell: Shell) -> Size:
    """The size of the screen as it is turned now. Raises ExecutionError when the device does not tell."""
    told = await shell.run("dumpsys window displays | grep -m 1 cur=; wm size")
    sizes = re.findall(r"\bcur=(\d+)x(\d+)", told.text) or re.findall(r"size: (\d+)x(\d+)", told.text)[-1:]
    if not sizes:
        raise ExecutionError("the device does not tell the size of its screen")
    return Size(width=int(sizes[0][0]), height=int(sizes[0][1]))


def _xy(point: Point) -> str:
    return f"{point.x} {point.y}"


def _sentence(error: Exception) -> str:
    return str(error).rstrip(".") + "."
