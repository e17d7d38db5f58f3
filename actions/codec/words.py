"""Between the arguments of `computer_use` or `mobile_use` and the action union, whatever text carries them.

Reading is exact where a slip could do harm (an unknown action or parameter) and lenient where it could not (3.0 for 3,
words of either function on any surface). Writing uses the words of the surface's own function.
"""

from typing import Any

from actions.action import (
    ACTION,
    Action,
    Answer,
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
from actions.codec import values
from actions.codec.places import Places, read_point
from actions.codec.values import shown
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import COMPUTER, MAX_PIXELS, MAX_SECONDS, MOBILE, WORDS, function_of
from perception.geometry import Point, Size

_OPTIONAL = {
    ("scroll", "coordinate"),
    ("hscroll", "coordinate"),
    ("left_click_drag", "coordinate2"),
    ("long_press", "time"),
}
_WORDS = {**COMPUTER, **{word: names for word, names in MOBILE.items() if word not in COMPUTER}}


class Words:
    """The words of both functions, for one way to write points."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def action(self, arguments: dict[str, Any], size: Size) -> Action:
        """What arguments mean on a frame of this size. Raises ActionInvalid."""
        given = dict(arguments)
        kind = given.pop("action", None)
        if not isinstance(kind, str) or kind not in _WORDS:
            raise ActionInvalid(f"{shown(kind)} is not an action; the actions are {', '.join(_WORDS)}.")
        if kind == "key" and "keys" not in given and "text" in given:
            given["keys"] = given.pop("text")  # mobile_use names one key so.
        _check_names(kind, given)
        with values.refusing(kind):
            return self._action(kind, given, size)

    def arguments(self, action: Action, size: Size, surface: str) -> dict[str, Any]:
        """The word and parameters for an action, in the order in which they are written.

        Raises ActionUnsupported for an action that the surface's function has no word for, and for what could not be
        read back: a point off the frame, a key of another name.
        """
        mobile = function_of(surface) == "mobile_use"
        word = "click" if mobile and isinstance(action, LeftClick) else action.kind
        if word not in WORDS[function_of(surface)]:
            raise ActionUnsupported(f'{function_of(surface)} has no word for the action "{action.kind}".')
        parameters = self._parameters(action, size)
        if mobile and isinstance(action, Key):
            parameters = {"text": "+".join("plus" if key == "+" else key for key in action.keys)}
        return {"action": word, **parameters}

    def _action(self, kind: str, given: dict[str, Any], size: Size) -> Action:
        match kind:
            case "key":
                return Key(keys=values.keys(given["keys"]))
            case "type" | "answer":
                return ACTION.validate_python({"kind": kind, "text": values.text(kind, given["text"])})
            case "wait":
                return Wait(seconds=values.number("time", given["time"], 0, MAX_SECONDS))
            case "terminate":
                status = values.text(kind, given["status"], "status")
                return ACTION.validate_python({"kind": kind, "status": status})
            case "scroll" | "hscroll":
                pixels = round(values.number("pixels", given["pixels"], -MAX_PIXELS, MAX_PIXELS))
                at = self._point("coordinate", given, size) if "coordinate" in given else None
                return Scroll(at=at, pixels=pixels) if kind == "scroll" else HScroll(at=at, pixels=pixels)
            case "left_click_drag":
                # The cookbooks' drag names its end alone; with two points the first is the start.
                points = [self._point(name, given, size) for name in _WORDS[kind] if name in given]
                return LeftClickDrag(start=points[0] if len(points) == 2 else None, end=points[-1])
            case "swipe":
                start, end = (self._point(name, given, size) for name in _WORDS[kind])
                return Swipe(start=start, end=end)
            case "long_press":
                seconds = values.number("time", given.get("time", 1), 0, MAX_SECONDS)
                return LongPress(at=self._point("coordinate", given, size), seconds=seconds)
            case "system_button":
                button = values.text(kind, given["button"], "button").lower()
                return ACTION.validate_python({"kind": kind, "button": button})
            case "open":
                return Open(app=values.text(kind, given["text"]))
            case _:
                at = self._point("coordinate", given, size)
                return ACTION.validate_python({"kind": "left_click" if kind == "click" else kind, "at": at})

    def _parameters(self, action: Action, size: Size) -> dict[str, Any]:
        match action:
            case Key(keys=keys):
                return {"keys": list(values.kept_keys(keys))}
            case Type(text=text) | Answer(text=text):
                return {"text": text}
            case Wait(seconds=seconds):
                return {"time": values.compact(seconds)}
            case LongPress(at=at, seconds=seconds):
                return {"coordinate": self._pair(at, size), "time": values.compact(seconds)}
            case Swipe(start=start, end=end):
                return {"coordinate": self._pair(start, size), "coordinate2": self._pair(end, size)}
            case SystemButton(button=button):
                return {"button": button.capitalize()}
            case Open(app=app):
                return {"text": app}
            case Terminate(status=status):
                return {"status": status}
            case LeftClickDrag(start=start, end=end):
                points = [self._pair(point, size) for point in (start, end) if point is not None]
                return dict(zip(COMPUTER["left_click_drag"], points, strict=False))
            case Scroll(at=at, pixels=pixels) | HScroll(at=at, pixels=pixels):
                where = {} if at is None else {"coordinate": self._pair(at, size)}
                return {**where, "pixels": pixels}
            case _:
                return {"coordinate": self._pair(action.at, size)}

    def _point(self, name: str, given: dict[str, Any], size: Size) -> Point:
        return read_point(name, given[name], self._places, size)

    def _pair(self, point: Point, size: Size) -> list[int]:
        return list(self._places.numbers(point, size))


def _check_names(kind: str, given: dict[str, Any]) -> None:
    names = _WORDS[kind]
    for name in given:
        if name not in names:
            raise ActionInvalid(f"{kind} takes {' and '.join(names)}; it has no parameter {shown(name[:40])}.")
    for name in names:
        if name not in given and (kind, name) not in _OPTIONAL:
            raise ActionInvalid(f"{kind} needs {name}.")
