"""AndroidWorld's JSONAction and our actions, both ways, as plain dicts.

    {"action_type": "click", "x": 540, "y": 1200}

Its `input_text` presses Enter after the text and its `swipe` always goes through the middle of the screen, so what we
type and swipe has no JSONAction: it goes to the device by other ways, and only what says the same is translated. Its
`scroll` names where the page goes and its `swipe` where the finger goes; right scrolls move the finger left.
"""

from typing import Any

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    Key,
    LeftClick,
    LongPress,
    Open,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from actions.errors import ActionInvalid
from perception.geometry import Point, Size

LONG_PRESS_SECONDS = WAIT_SECONDS = 1.0
"""What its long_press and its wait take."""

_TOUCHES = {"left_click": "click", "double_click": "double_tap", "long_press": "long_press"}
_BUTTONS = {"back": "navigate_back", "home": "navigate_home", "enter": "keyboard_enter"}
_FINGER = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
_OPPOSITE = {"up": "down", "down": "up", "left": "right", "right": "left"}


def to_json_action(action: Action) -> dict[str, Any] | None:
    """The JSONAction that does just this; None when there is none."""
    match action:
        case LongPress(seconds=seconds) if seconds != LONG_PRESS_SECONDS:
            return None
        case LeftClick(at=at) | DoubleClick(at=at) | LongPress(at=at):
            return {"action_type": _TOUCHES[action.kind], "x": at.x, "y": at.y}
        case SystemButton(button=button) if button in _BUTTONS:
            return {"action_type": _BUTTONS[button]}
        case Key(keys=("enter",)):
            return {"action_type": "keyboard_enter"}
        case Open(app=app):
            return {"action_type": "open_app", "app_name": app}
        case Wait(seconds=seconds) if seconds == WAIT_SECONDS:
            return {"action_type": "wait"}
        case Terminate(status=status):
            return {"action_type": "status", "goal_status": "complete" if status == "success" else "infeasible"}
        case Answer(text=text):
            return {"action_type": "answer", "text": text}
    return None


def from_json_action(value: dict[str, Any], size: Size) -> list[Action]:
    """What a JSONAction does on a screen of this size, in order; nothing for `unknown`.

    Raises ActionInvalid for one that is not whole, or that names an element by its index.
    """
    kind = value.get("action_type")
    if value.get("index") is not None:
        raise ActionInvalid(f"{kind} names an element by its index; name a point by x and y.")
    match kind:
        case "click":
            return [LeftClick(at=_point(value, size))]
        case "double_tap":
            return [DoubleClick(at=_point(value, size))]
        case "long_press":
            return [LongPress(at=_point(value, size), seconds=LONG_PRESS_SECONDS)]
        case "input_text":
            return _typed(value, size)
        case "scroll" | "swipe":
            return [_swipe(kind, value.get("direction"), size)]
        case "navigate_back" | "navigate_home" | "keyboard_enter":
            button = next(ours for ours, theirs in _BUTTONS.items() if theirs == kind)
            return [SystemButton.model_validate({"button": button})]
        case "open_app":
            return [Open(app=_text(value, "app_name"))]
        case "wait":
            return [Wait(seconds=WAIT_SECONDS)]
        case "status":
            reached = value.get("goal_status") in ("complete", "success")
            return [Terminate(status="success" if reached else "failure")]
        case "answer":
            return [Answer(text=_text(value, "text"))]
        case "unknown":
            return []
    raise ActionInvalid(f"There is no action_type {kind!r}.")


def _typed(value: dict[str, Any], size: Size) -> list[Action]:
    focus: list[Action] = [LeftClick(at=_point(value, size))] if value.get("x") is not None else []
    clear: list[Action] = [Key(keys=("ctrl", "a")), Key(keys=("backspace",))] if value.get("clear_text") else []
    return [*focus, *clear, Type(text=_text(value, "text")), SystemButton(button="enter")]


def _swipe(kind: str, direction: Any, size: Size) -> Swipe:
    """From the middle to an edge for a scroll, from edge to edge for a swipe."""
    if direction not in _FINGER:
        raise ActionInvalid(f"{kind} needs a direction, up, down, left or right, and not {direction!r}.")
    across, down = _FINGER[direction if kind == "swipe" else _OPPOSITE[direction]]
    middle = Point(x=size.width // 2, y=size.height // 2)
    end = Point(x=_edge(middle.x, across, size.width), y=_edge(middle.y, down, size.height))
    start = Point(x=_edge(middle.x, -across, size.width), y=_edge(middle.y, -down, size.height))
    return Swipe(start=start if kind == "swipe" else middle, end=end)


def _edge(middle: int, sign: int, length: int) -> int:
    return middle if sign == 0 else 0 if sign < 0 else length - 1


def _point(value: dict[str, Any], size: Size) -> Point:
    x, y = value.get("x"), value.get("y")
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        raise ActionInvalid(f"{value.get('action_type')} needs x and y, in pixels.")
    point = Point(x=int(x), y=int(y))
    if not size.contains(point):
        raise ActionInvalid(f"{point} is off the screen, which is {size}.")
    return point


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text:
        raise ActionInvalid(f"{value.get('action_type')} needs {key}.")
    return text
