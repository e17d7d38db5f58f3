"""Eyes and hands on one display, in a process of their own: `python -m actions.desktop_worker FILE [--monitor N]`.

`pyautogui` is bound to the display that its process began with, and a display that dies may take its clients along; so
each display has a worker. It reads one JSON object a line and answers with one: an action (in pixels of the last frame)
is carried out, a look writes the screen's RGB bytes into FILE. It ends when nobody is at the other end any more.

The mouse is pyautogui's everywhere. Text goes by the X server's own keys where there is one (`x11_keyboard`), and else
by the clipboard, whose text is put back, since pyautogui types `>` for `<` and leaves out what is not ASCII.
"""

import argparse
import json
import mmap
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from pydantic import TypeAdapter

from actions.action import (
    Action,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    TripleClick,
    Type,
)
from actions.errors import ActionError, ActionUnsupported, ExecutionError
from actions.keys import MODIFIERS
from actions.space import WHEEL_PIXELS
from perception.errors import ImageError
from perception.geometry import Point
from perception.screen import Screen

DRAG_STEPS = 12
"""Moves between a drag's start and end: a window that follows the pointer wants more than one."""
STEP_SECONDS = 0.01

Button = Literal["left", "middle", "right"]
_ACTION: TypeAdapter[Action] = TypeAdapter(Action)


class Keyboard(Protocol):
    """What the worker needs of a keyboard."""

    def type(self, text: str) -> None:
        """Write text where the focus is."""
        ...

    def press(self, keys: Sequence[str]) -> None:
        """Press a chord."""
        ...

    def let_go(self) -> None:
        """Let go of what an earlier worker may have left held."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class ClipboardKeyboard:
    """For macOS and Windows: text is pasted, keys are pyautogui's."""

    def __init__(self, gui: Any) -> None:
        self._gui = gui
        self._paste = ("command", "v") if sys.platform == "darwin" else ("ctrl", "v")

    def type(self, text: str) -> None:
        """Paste the text; what the clipboard held is put back."""
        import pyperclip

        before = pyperclip.paste()
        try:
            pyperclip.copy(text)
            if pyperclip.paste() != text:
                raise ExecutionError("The clipboard did not take the text: another program may hold it.")
            self._gui.hotkey(*self._paste)
            time.sleep(0.2)  # the program reads the clipboard when it comes to it
        finally:
            pyperclip.copy(before)

    def press(self, keys: Sequence[str]) -> None:
        """By pyautogui's names, which are much like ours."""
        own = {"meta": "command" if sys.platform == "darwin" else "win", "menu": "apps"}
        names = [own.get(key, key) for key in keys]
        unknown = [name for name in names if name not in self._gui.KEYBOARD_KEYS]
        if unknown:
            raise ActionUnsupported(f'This keyboard has no key "{unknown[0]}".')
        self._gui.hotkey(*names)

    def let_go(self) -> None:
        """Modifiers and the buttons."""
        for key in MODIFIERS - {"meta"}:
            self._gui.keyUp(key)
        for button in ("left", "middle", "right"):
            self._gui.mouseUp(button=button)

    def close(self) -> None:
        """Nothing is held between two actions."""


class Hands:
    """Carries out one action at a time; points are pixels of the last frame."""

    def __init__(self, screen: Screen) -> None:
        import pyautogui

        pyautogui.PAUSE, pyautogui.FAILSAFE = 0, False  # a corner is a place like any other
        self._gui: Any = pyautogui
        self._screen = screen
        self._keyboard = _keyboard(pyautogui)

    def execute(self, action: Action) -> None:
        """Do what the action says; held buttons are let go of whatever happens. Raises ActionError."""
        match action:
            case LeftClick(at=at):
                self._click(at)
            case RightClick(at=at):
                self._click(at, "right")
            case MiddleClick(at=at):
                self._click(at, "middle")
            case DoubleClick(at=at):
                self._click(at, count=2)
            case TripleClick(at=at):
                self._click(at, count=3)
            case MouseMove(at=at):
                self._move(at)
            case LongPress(at=at, seconds=seconds):
                self._move(at)
                with self._holding():
                    time.sleep(seconds)
            case LeftClickDrag(start=start, end=end):
                self._drag(start, end)
            case Scroll(at=at, pixels=pixels):
                self._wheel(at, pixels, self._gui.vscroll)
            case HScroll(at=at, pixels=pixels):
                self._wheel(at, -pixels, self._gui.hscroll)
            case Type(text=text):
                self._keyboard.type(text.replace("\r\n", "\n").replace("\r", "\n"))
            case Key(keys=keys):
                self._keyboard.press(keys)
            case _:
                raise ActionUnsupported(f'A desktop has no action "{action.kind}".')

    def let_go(self) -> None:
        """See `Keyboard`."""
        self._keyboard.let_go()

    def close(self) -> None:
        """Let go of what is held."""
        self._keyboard.close()

    def _click(self, at: Point, button: Button = "left", count: int = 1) -> None:
        self._move(at)
        for _ in range(count):
            with self._holding(button):
                pass

    def _drag(self, start: Point | None, end: Point) -> None:
        if start is not None:
            self._move(start)
        from_x, from_y = self._gui.position()
        to_x, to_y = self._unit(end)
        with self._holding():
            for step in range(1, DRAG_STEPS + 1):
                time.sleep(STEP_SECONDS)
                part = step / DRAG_STEPS
                self._gui.moveTo(round(from_x + (to_x - from_x) * part), round(from_y + (to_y - from_y) * part))
            time.sleep(STEP_SECONDS)

    def _wheel(self, at: Point | None, pixels: int, turn: Callable[[int], None]) -> None:
        if at is not None:
            self._move(at)
        clicks = round(pixels / WHEEL_PIXELS)
        if pixels:
            turn(clicks or (1 if pixels > 0 else -1))

    def _move(self, at: Point) -> None:
        self._gui.moveTo(*self._unit(at))

    def _unit(self, point: Point) -> tuple[int, int]:
        if self._screen.calibration is None:
            self._screen.look()
        assert self._screen.calibration is not None
        return self._screen.calibration.unit(point)

    @contextmanager
    def _holding(self, button: Button = "left") -> Iterator[None]:
        self._gui.mouseDown(button=button)
        try:
            yield
        finally:
            self._gui.mouseUp(button=button)


def _x11_display() -> str:
    return os.environ.get("DISPLAY", "") if sys.platform.startswith("linux") else ""


def _keyboard(gui: Any) -> Keyboard:
    if display := _x11_display():
        from actions.x11_keyboard import X11Keyboard

        return X11Keyboard(display)
    return ClipboardKeyboard(gui)


def _focused() -> Callable[[], tuple[str, str]]:
    """What tells the program and the title of the window that has the focus."""
    if display := _x11_display():
        from actions.x11_windows import X11Windows

        return X11Windows(display).focused
    import pyautogui

    tell: Any = getattr(pyautogui, "getActiveWindowTitle", None)
    return lambda: ("", str(tell() or "") if tell else "")


class Picture:
    """The file through which frames go, which both ends have in memory; grown as it is needed."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "r+b")  # noqa: SIM115 - open as long as the process is
        self._memory: mmap.mmap | None = None

    def write(self, pixels: Any) -> None:
        """uint8 [height, width, 3], row by row."""
        if self._memory is None or len(self._memory) < pixels.nbytes:
            os.ftruncate(self._file.fileno(), pixels.nbytes)
            self._memory = mmap.mmap(self._file.fileno(), pixels.nbytes)
        self._memory[: pixels.nbytes] = pixels.data.cast("B") if pixels.flags.c_contiguous else pixels.tobytes()


def serve(path: str, monitor: int, *, let_go: bool) -> None:
    """Answer until nobody asks any more; let_go: first, of what is held."""
    screen = Screen(monitor=monitor)
    hands, picture, focused = Hands(screen), Picture(path), _focused()
    if let_go:
        hands.let_go()
    last = None
    _say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "action" in asked:
                hands.execute(_ACTION.validate_python(asked["action"]))
                _say({})
            else:
                frame = screen.look(time=asked.get("time", 0.0))
                changed = frame is not last
                if changed:
                    picture.write(frame.pixels)
                last = frame
                app, title = focused()
                size = {"width": frame.size.width, "height": frame.size.height}
                _say({**size, "changed": changed, "grab_ms": screen.grab_ms, "app": app, "title": title})
        except (ActionError, ImageError) as error:
            _say({"error": type(error).__name__, "message": str(error)})
        except Exception as error:  # whatever a system's library raises, the one who asked has to hear it
            kind = "ExecutionError" if _is_there(screen) else "SurfaceLost"
            _say({"error": kind, "message": f"{type(error).__name__}: {error}"})
    hands.close()


def _is_there(screen: Screen) -> bool:
    try:
        screen.look()
    except ImageError:
        return False
    return True


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("file")
    parser.add_argument("--monitor", type=int, default=1)
    parser.add_argument("--let-go", action="store_true")
    arguments = parser.parse_args()
    try:
        serve(arguments.file, arguments.monitor, let_go=arguments.let_go)
    except (ActionError, ImageError, ImportError) as error:
        _say({"error": type(error).__name__, "message": str(error)})
    except Exception as error:  # libraries say in many ways that there is no display
        _say({"error": "SurfaceLost", "message": f"The desktop can't be reached ({type(error).__name__}: {error})."})


if __name__ == "__main__":
    main()
