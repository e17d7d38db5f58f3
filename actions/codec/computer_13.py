"""OSWorld's `computer_13`: an action is an object of a type and its parameters, in pixels of the frame.

    {"thought": "Click \"Save\"", "action_type": "CLICK",
     "parameters": {"x": 983, "y": 324, "button": "left", "num_clicks": 1}}

The thought is ours; OSWorld looks at the other two alone. Read are also parameters without their own object, a code
block with the thought in words before it, and WAIT, DONE or FAIL alone, which is how OSWorld's own runner wants them.
MOUSE_DOWN, MOUSE_UP, KEY_DOWN and KEY_UP are halves of actions and refused. DRAG_TO starts at the pointer, so a drag
with a start can't be written; a SCROLL has no point, and WAIT no time.
"""

import json
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
)
from actions.codec import osworld, values
from actions.codec.json_value import read_object
from actions.codec.osworld import MAX_CLICKS, WORDS
from actions.codec.pixels import MAX_SIDE, Pixels
from actions.codec.values import shown
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import MAX_TEXT, MAX_THOUGHT
from perception.geometry import Point, Size

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "MOVE_TO": ("x", "y"),
    "CLICK": ("x", "y", "button", "num_clicks"),
    "RIGHT_CLICK": ("x", "y"),
    "DOUBLE_CLICK": ("x", "y"),
    "DRAG_TO": ("x", "y"),
    "SCROLL": ("dx", "dy"),
    "TYPING": ("text",),
    "PRESS": ("key",),
    "HOTKEY": ("keys",),
    **dict.fromkeys(WORDS, ()),
}
"""Every type that is an action, and its parameters in the order in which they are written."""

_OPTIONAL = {"button", "num_clicks", "dx", "dy"}
_HALVES = {
    "MOUSE_DOWN": "CLICK or DRAG_TO",
    "MOUSE_UP": "CLICK or DRAG_TO",
    "KEY_DOWN": "HOTKEY",
    "KEY_UP": "HOTKEY",
}

_SYSTEM = """You work a computer by one action in each turn. The screen is {size} pixels; x grows to the right from 0, \
y downwards.

# Actions

* MOVE_TO x, y: move the pointer there.
* CLICK x, y, button, num_clicks: click there with "left", "right" or "middle"; the left button 1, 2 or 3 times.
* RIGHT_CLICK x, y
* DOUBLE_CLICK x, y
* DRAG_TO x, y: hold the left button from where the pointer is to there.
* SCROLL dx, dy: turn the wheel by clicks, one of the two 0; dx is positive to the right, dy is positive up.
* TYPING text: type it where the keyboard's focus is.
* PRESS key: press one key, such as "enter".
* HOTKEY keys: press keys together, such as ["ctrl", "a"].
* WAIT: let {seconds} seconds pass while the screen changes.
* DONE: the task is fulfilled.
* FAIL: the task can't be fulfilled.

# Reply

Reply with one JSON object and nothing else: first "thought", a short imperative that says what you do next on the \
screen; then "action_type"; then "parameters", {{}} where there are none. For example:
{{"thought": "Click \\"Save\\"", "action_type": "CLICK", "parameters": \
{{"x": 120, "y": 80, "button": "left", "num_clicks": 1}}}}"""


class Computer13:
    """The codec of the dialect."""

    name = "computer_13"
    grid = Pixels.grid

    def __init__(self) -> None:
        self._places = Pixels()

    def schema(self, surface: str) -> dict[str, Any]:
        """The JSON Schema of what is written. Raises ActionUnsupported for a surface without mouse and keyboard."""
        osworld.check_surface(self.name, surface)
        return {"anyOf": [_reply(kind, parameters) for kind, parameters in _schemas()]}

    def instructions(self, surface: str, size: Size) -> str:
        """The actions, and the JSON object."""
        osworld.check_surface(self.name, surface)
        return _SYSTEM.format(size=size, seconds=values.compact(osworld.WAIT_SECONDS))

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of `size`. Raises ActionInvalid for anything but one action."""
        before, content = osworld.block(text)
        if content in WORDS:
            thought, kind, given = "", content, {}
        else:
            thought, kind, given = _action_dict(content)
        _check(kind, given)
        with values.refusing(kind):
            return values.decided(thought or before, self._action(kind, given, size))

    def encode(self, decision: Decision, size: Size, surface: str = "browser") -> str:
        """The JSON object that says this decision. Raises ActionUnsupported for what the types can't name exactly."""
        osworld.check_surface(self.name, surface)
        kind, parameters = self._written(decision.action, size)
        reply = {"thought": values.kept_thought(decision.thought), "action_type": kind, "parameters": parameters}
        return json.dumps(reply, ensure_ascii=False)

    def _action(self, kind: str, given: dict[str, Any], size: Size) -> Action:
        match kind:
            case "MOVE_TO":
                return MouseMove(at=self._point(given, size))
            case "CLICK":
                at = self._point(given, size)
                return osworld.clicked(given.get("button", "left"), given.get("num_clicks", 1), at)
            case "RIGHT_CLICK":
                return RightClick(at=self._point(given, size))
            case "DOUBLE_CLICK":
                return DoubleClick(at=self._point(given, size))
            case "DRAG_TO":
                return LeftClickDrag(end=self._point(given, size))
            case "SCROLL":
                return _scroll(given)
            case "TYPING":
                return Type(text=values.text(kind, given["text"]))
            case "PRESS":
                return Key(keys=values.keys(values.text(kind, given["key"], "key")))
            case "HOTKEY":
                return Key(keys=values.keys(given["keys"]))
            case _:
                return WORDS[kind]

    def _written(self, action: Action, size: Size) -> tuple[str, dict[str, Any]]:
        if word := osworld.word_for(action):
            return word, {}
        match action:
            case MouseMove(at=at):
                return "MOVE_TO", self._pair(at, size)
            case LeftClick(at=at):
                return "CLICK", {**self._pair(at, size), "button": "left", "num_clicks": 1}
            case TripleClick(at=at):
                return "CLICK", {**self._pair(at, size), "button": "left", "num_clicks": 3}
            case MiddleClick(at=at):
                return "CLICK", {**self._pair(at, size), "button": "middle", "num_clicks": 1}
            case RightClick(at=at):
                return "RIGHT_CLICK", self._pair(at, size)
            case DoubleClick(at=at):
                return "DOUBLE_CLICK", self._pair(at, size)
            case LeftClickDrag(start=None, end=end):
                return "DRAG_TO", self._pair(end, size)
            case LeftClickDrag():
                raise ActionUnsupported("DRAG_TO starts at the pointer: move it to the drag's start in a step before.")
            case Scroll(at=None) | HScroll(at=None):
                return "SCROLL", _clicks(action)
            case Scroll() | HScroll():
                raise ActionUnsupported("SCROLL has no point: move the pointer there in a step before.")
            case Type(text=text):
                return "TYPING", {"text": text}
            case Key(keys=keys):
                names = osworld.key_names(keys)
                return ("PRESS", {"key": names[0]}) if len(names) == 1 else ("HOTKEY", {"keys": names})
            case _:
                raise osworld.unsupported(self.name, action)

    def _point(self, given: dict[str, Any], size: Size) -> Point:
        return self._places.point(values.number("x", given["x"]), values.number("y", given["y"]), size)

    def _pair(self, point: Point, size: Size) -> dict[str, Any]:
        return dict(zip(("x", "y"), self._places.numbers(point, size), strict=True))


def _action_dict(text: str) -> tuple[str, Any, dict[str, Any]]:
    """The thought, type and parameters of an action's object. Raises ActionInvalid."""
    thought, value = read_object(text)
    kind = value.pop("action_type", None)
    given = value.pop("parameters", None) if "parameters" in value else value
    if given is not value and value:
        raise ActionInvalid(f"Beside action_type and parameters there is nothing to say, not {shown(list(value))}.")
    if given is not None and not isinstance(given, dict):
        raise ActionInvalid(f"parameters must be an object, not {shown(given)}.")
    return thought, kind, given or {}


def _check(kind: Any, given: dict[str, Any]) -> None:
    if isinstance(kind, str) and kind in _HALVES:
        raise ActionInvalid(f"{kind} is half of an action; use {_HALVES[kind]} for all of it.")
    if not isinstance(kind, str) or kind not in _PARAMETERS:
        raise ActionInvalid(f"{shown(kind)} is not an action; the types are {', '.join(_PARAMETERS)}.")
    names = _PARAMETERS[kind]
    for name in given:
        if name not in names:
            takes = " and ".join(names) or "no parameters"
            raise ActionInvalid(f"{kind} takes {takes}; it has no parameter {shown(name[:40])}.")
    for name in names:
        if name not in given and name not in _OPTIONAL:
            raise ActionInvalid(f"{kind} needs {name}.")


def _scroll(given: dict[str, Any]) -> Scroll | HScroll:
    upright, sideways = osworld.scrolled("dy", given.get("dy", 0)), osworld.hscrolled("dx", given.get("dx", 0))
    if not given or (upright.pixels and sideways.pixels):
        raise ActionInvalid("SCROLL turns the wheel one way at a time: give dx or dy, and 0 for the other.")
    return sideways if sideways.pixels else upright


def _clicks(action: Scroll | HScroll) -> dict[str, Any]:
    clicks = osworld.num_clicks(action)
    if isinstance(action, HScroll) and not clicks:
        raise ActionUnsupported("A SCROLL by nothing has no direction.")
    return {"dx": 0, "dy": clicks} if isinstance(action, Scroll) else {"dx": clicks, "dy": 0}


def _schemas() -> list[tuple[str, dict[str, Any]]]:
    """Every type with the schemas of its parameters; a type that has a choice comes once for each."""
    side = {"type": "integer", "minimum": 0, "maximum": MAX_SIDE - 1}
    wheel = {"type": "integer", "minimum": -MAX_CLICKS, "maximum": MAX_CLICKS}
    key = {"type": "string", "minLength": 1, "maxLength": 20}
    point = {"x": side, "y": side}
    return [
        ("CLICK", {**point, "button": {"const": "left"}, "num_clicks": {"enum": [1, 2, 3]}}),
        ("CLICK", {**point, "button": {"enum": ["right", "middle"]}, "num_clicks": {"const": 1}}),
        ("TYPING", {"text": {"type": "string", "maxLength": MAX_TEXT}}),
        ("PRESS", {"key": key}),
        ("HOTKEY", {"keys": {"type": "array", "items": key, "minItems": 1, "maxItems": 4}}),
        ("SCROLL", {"dx": {"const": 0}, "dy": wheel}),
        ("SCROLL", {"dx": wheel, "dy": {"const": 0}}),
        *((kind, point) for kind in ("MOVE_TO", "RIGHT_CLICK", "DOUBLE_CLICK", "DRAG_TO")),
        *((word, {}) for word in WORDS),
    ]


def _reply(kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return _object(
        thought={"type": "string", "maxLength": MAX_THOUGHT},
        action_type={"const": kind},
        parameters=_object(**parameters),
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
