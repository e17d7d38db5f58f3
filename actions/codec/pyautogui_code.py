r"""PyAutoGUI code, as OSWorld's agents write it and its environment takes it, in pixels of the frame.

    # Click "Save"
    pyautogui.click(x=983, y=324)

The code is never run: it is read as data (`actions.codec.python_calls`), and only the calls below are known. The
thought is the comment before it, or words before a code block. One reply is one action; two calls are one only where
`moveTo` says where a `dragTo` starts. WAIT, DONE and FAIL stand alone. What says how fast a call is (`duration`,
`interval`) is not kept. keyDown, keyUp, mouseDown and mouseUp are halves of actions and refused.

Text is written as it is, also what PyAutoGUI itself can't type: that is for the executor to solve.
"""

import re
from typing import Any

from actions.action import (
    Action,
    Decision,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    TripleClick,
    Type,
    Wait,
)
from actions.codec import osworld, values
from actions.codec.calls import thought_of
from actions.codec.osworld import CODE_LINE, WORDS
from actions.codec.pixels import Pixels
from actions.codec.python_calls import Call, read_calls
from actions.codec.values import shown
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import MAX_SECONDS
from perception.geometry import Point, Size

_CLICK = ("x", "y", "interval", "duration")
_CLICKS = ("x", "y", "interval", "button", "duration")
_WHEEL = ("clicks", "x", "y")
_TEXT = ("message", "interval")

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "pyautogui.click": ("x", "y", "clicks", "interval", "button", "duration"),
    "pyautogui.leftClick": _CLICK,
    "pyautogui.rightClick": _CLICK,
    "pyautogui.middleClick": _CLICK,
    "pyautogui.doubleClick": _CLICKS,
    "pyautogui.tripleClick": _CLICKS,
    "pyautogui.moveTo": ("x", "y", "duration"),
    "pyautogui.dragTo": ("x", "y", "duration", "tween", "button"),
    "pyautogui.scroll": _WHEEL,
    "pyautogui.vscroll": _WHEEL,
    "pyautogui.hscroll": _WHEEL,
    "pyautogui.write": _TEXT,
    "pyautogui.typewrite": _TEXT,
    "pyautogui.press": ("keys", "presses", "interval"),
    "pyautogui.hotkey": (),
    "pyautogui.sleep": ("seconds",),
    "time.sleep": ("seconds",),
}
"""The calls that are read, with PyAutoGUI's parameters in its own order (0.9.54)."""

_PACE = {"interval", "duration", "logScreenshot", "_pause"}
_HALVES = {
    "pyautogui.keyDown": "pyautogui.hotkey('ctrl', 'c')",
    "pyautogui.keyUp": "pyautogui.hotkey('ctrl', 'c')",
    "pyautogui.mouseDown": "pyautogui.moveTo(1, 2) and pyautogui.dragTo(3, 4)",
    "pyautogui.mouseUp": "pyautogui.moveTo(1, 2) and pyautogui.dragTo(3, 4)",
}
_BUTTONS = {"left": "left", "primary": "left", "right": "right", "secondary": "right", "middle": "middle"}
_NO_COMMENT = ("\r", "\0", "</think>")
_CODE = re.compile(r"^(?:(?:pyautogui|time)\.\w|import (?:pyautogui|time)\b|(?:WAIT|DONE|FAIL)[ \t]*\Z)", re.MULTILINE)

_SYSTEM = """You work a computer by one line of Python with pyautogui in each turn. The screen is {size} pixels; x \
grows to the right from 0, y downwards.

# Actions

pyautogui.click(x=120, y=80), and rightClick, middleClick, doubleClick, tripleClick, moveTo
pyautogui.dragTo(300, 80, button='left'), with pyautogui.moveTo(120, 80) in the line before it, where it starts
pyautogui.scroll(-3, x=120, y=80): clicks of the wheel, positive up; hscroll: positive to the right
pyautogui.write('text'), pyautogui.press('enter'), pyautogui.hotkey('ctrl', 'a')
time.sleep(2)

Arguments are plain numbers and strings; nothing else is read. When the task is fulfilled, write DONE alone; when it \
can't be, FAIL.

# Reply

Reply with a comment that says what you do next on the screen, then the code, and nothing else. For example:
# Click "Save"
pyautogui.click(x=120, y=80)"""


class PyAutoGUICode:
    """The codec of the dialect."""

    name = "pyautogui"
    grid = Pixels.grid

    def __init__(self) -> None:
        self._places = Pixels()

    def schema(self, surface: str) -> None:
        """None: replies are no JSON. Raises ActionUnsupported for a surface without mouse and keyboard."""
        osworld.check_surface(self.name, surface)

    def instructions(self, surface: str, size: Size) -> str:
        """The calls, and the layout of a reply."""
        osworld.check_surface(self.name, surface)
        return _SYSTEM.format(size=size)

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of `size`. Raises ActionInvalid for anything but one action."""
        before, content = osworld.block(text)
        said, code = _split(content)
        with values.refusing("The action"):
            action = WORDS[code] if code in WORDS else self._action(read_calls(code), size)
            return values.decided("\n".join(part for part in (before, said) if part), action)

    def encode(self, decision: Decision, size: Size, surface: str = "browser") -> str:
        """A comment and the code that say this decision. Raises ActionUnsupported for what the calls can't name."""
        osworld.check_surface(self.name, surface)
        code = self._written(decision.action, size)
        thought = values.kept_thought(decision.thought)
        if any(mark in thought for mark in _NO_COMMENT):
            raise ActionUnsupported(f"The thought {shown(thought)} can't be a comment: it would end in the middle.")
        return "\n".join([*(f"# {line}" for line in thought.split("\n")), code]) if thought else code

    def _action(self, calls: list[Call], size: Size) -> Action:
        given = [_bound(call) for call in calls]
        match [call.function for call in calls]:
            case ["pyautogui.moveTo", "pyautogui.dragTo"]:
                return LeftClickDrag(start=self._point(given[0], size), end=self._drag_end(given[1], size))
            case [name]:
                return self._one(name, given[0], size)
            case []:
                raise ActionInvalid("The code has no action; give one, such as pyautogui.click(x=100, y=200).")
            case several:
                raise ActionInvalid(f"The code has {len(several)} actions; give one at a time.")

    def _one(self, name: str, given: dict[str, Any], size: Size) -> Action:
        match name.rpartition(".")[2]:
            case "click":
                return osworld.clicked(_button(given), given.get("clicks", 1), self._point(given, size))
            case "leftClick":
                return LeftClick(at=self._point(given, size))
            case "rightClick":
                return RightClick(at=self._point(given, size))
            case "middleClick":
                return MiddleClick(at=self._point(given, size))
            case "doubleClick":
                return osworld.clicked(_button(given), 2, self._point(given, size))
            case "tripleClick":
                return osworld.clicked(_button(given), 3, self._point(given, size))
            case "moveTo":
                return MouseMove(at=self._point(given, size))
            case "dragTo":
                return LeftClickDrag(end=self._drag_end(given, size))
            case "hscroll":
                return osworld.hscrolled("clicks", _needed(name, given, "clicks"), self._some_point(given, size))
            case "scroll" | "vscroll":
                return osworld.scrolled("clicks", _needed(name, given, "clicks"), self._some_point(given, size))
            case "sleep":
                return Wait(seconds=values.number("seconds", _needed(name, given, "seconds"), 0, MAX_SECONDS))
            case "write" | "typewrite":
                return Type(text=values.text(name, _needed(name, given, "message"), "message"))
            case _:
                return _pressed(name, given)

    def _written(self, action: Action, size: Size) -> str:
        match action:
            case LeftClick(at=at):
                return f"pyautogui.click({self._named(at, size)})"
            case RightClick(at=at):
                return f"pyautogui.rightClick({self._named(at, size)})"
            case MiddleClick(at=at):
                return f"pyautogui.middleClick({self._named(at, size)})"
            case DoubleClick(at=at):
                return f"pyautogui.doubleClick({self._named(at, size)})"
            case TripleClick(at=at):
                return f"pyautogui.tripleClick({self._named(at, size)})"
            case MouseMove(at=at):
                return f"pyautogui.moveTo({self._plain(at, size)})"
            case LeftClickDrag(start=start, end=end):
                moved = "" if start is None else f"pyautogui.moveTo({self._plain(start, size)})\n"
                return f"{moved}pyautogui.dragTo({self._plain(end, size)}, duration=0.5, button='left')"
            case Scroll(at=at) | HScroll(at=at):
                name = "scroll" if isinstance(action, Scroll) else "hscroll"
                where = "" if at is None else f", {self._named(at, size)}"
                return f"pyautogui.{name}({osworld.num_clicks(action)}{where})"
            case Type(text=text):
                return f"pyautogui.write({text!r})"
            case Key(keys=keys):
                names = ", ".join(repr(name) for name in osworld.key_names(keys))
                return f"pyautogui.{'press' if len(keys) == 1 else 'hotkey'}({names})"
            case Wait(seconds=seconds):
                return f"time.sleep({values.compact(seconds)!r})"
            case _:
                if word := osworld.word_for(action):
                    return word
                raise ActionUnsupported(f'{self.name} has no word for the action "{action.kind}".')

    def _point(self, given: dict[str, Any], size: Size) -> Point:
        x, y = (values.number(name, _needed("pyautogui", given, name)) for name in ("x", "y"))
        return self._places.point(x, y, size)

    def _some_point(self, given: dict[str, Any], size: Size) -> Point | None:
        return self._point(given, size) if "x" in given or "y" in given else None

    def _drag_end(self, given: dict[str, Any], size: Size) -> Point:
        if _button(given) != "left":
            raise ActionInvalid(f"A drag is made with the left button, not {shown(given['button'])}.")
        return self._point(given, size)

    def _plain(self, point: Point, size: Size) -> str:
        x, y = self._places.numbers(point, size)
        return f"{x}, {y}"

    def _named(self, point: Point, size: Size) -> str:
        x, y = self._places.numbers(point, size)
        return f"x={x}, y={y}"


def _split(content: str) -> tuple[str, str]:
    """The words before the code, and the code: comments letter for letter, prose without white space around it."""
    lines = content.split("\n")
    comments = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if comments:
        said = "\n".join(line[1:].removeprefix(" ") for line in lines[:comments])
        return said, "\n".join(lines[comments:]).strip()
    start = _CODE.search(content)
    if start is None or CODE_LINE.search(content, 0, start.start()):
        return "", content.strip()
    return thought_of(content[: start.start()]), content[start.start() :].strip()


def _bound(call: Call) -> dict[str, Any]:
    """A call's arguments by the names of its parameters, without those that say how fast. Raises ActionInvalid."""
    if call.function in _HALVES:
        raise ActionInvalid(f"{call.function} is half of an action; use {_HALVES[call.function]} for all of it.")
    if call.function not in _PARAMETERS:
        known = ", ".join(name.removeprefix("pyautogui.") for name in _PARAMETERS)
        raise ActionInvalid(f"{shown(call.function)} is not a call that is read; known are {known}.")
    names, arguments = _PARAMETERS[call.function], call.arguments
    if call.function == "pyautogui.hotkey":
        keys = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
        names, arguments = ("keys",), [keys]
    given = dict(zip(names, arguments, strict=False))
    if len(arguments) > len(names) or set(given) & set(call.named) or set(call.named) - {*names, *_PACE}:
        raise ActionInvalid(f"{call.function} takes {', '.join(names)}, each once.")
    given = {name: value for name, value in {**given, **call.named}.items() if name not in _PACE}
    if isinstance(given.get("x"), list) and len(given["x"]) == 2 and "y" not in given:
        given["x"], given["y"] = given["x"]
    return given


def _needed(function: str, given: dict[str, Any], name: str) -> Any:
    if name not in given:
        raise ActionInvalid(f"{function} needs {name}; write every value out.")
    return given[name]


def _button(given: dict[str, Any]) -> str:
    button = given.get("button", "left")
    if not isinstance(button, str) or button not in _BUTTONS:
        raise ActionInvalid(f"There is no button {shown(button)}; there are {', '.join(_BUTTONS)}.")
    return _BUTTONS[button]


def _pressed(name: str, given: dict[str, Any]) -> Key:
    keys = _needed(name, given, "keys")
    several = given.get("presses", 1) != 1 or (isinstance(keys, list) and len(keys) != 1)
    if several and name == "pyautogui.press":
        raise ActionInvalid("pyautogui.press takes one key, once; for keys together there is pyautogui.hotkey.")
    return Key(keys=values.keys(keys))
