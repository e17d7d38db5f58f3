"""Qwen3-VL's dialect: one JSON object, or the cookbooks' `<tool_call>` around a `computer_use` call.

    {"thought": "Click \"Save\"", "action": "left_click", "coordinate": [512, 300]}

    Action: Click "Save"
    <tool_call>
    {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [512, 300]}}
    </tool_call>

Both are read; the first is written. Points are integers of a grid over the whole frame. A call inside
`<think>…</think>` is a thought and not a call. Reading is exact where a slip could do harm (an unknown action
or parameter, two calls) and lenient where it could not (3.0 for 3, a point off the grid, a Markdown fence).
"""

import json
import math
import re
from typing import Any, NamedTuple

from pydantic import ValidationError

from actions.action import (
    ACTION,
    Action,
    Answer,
    Decision,
    HScroll,
    Key,
    LeftClickDrag,
    Scroll,
    Terminate,
    Type,
    Wait,
)
from actions.errors import ActionInvalid, ActionUnsupported
from actions.keys import chord
from actions.space import MAX_PIXELS, MAX_SECONDS, PARAMETERS
from perception.geometry import Grid, Point, Size

_TAGS = re.compile(r"<think>|</think>|<tool_call>")
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_LEAD = re.compile(r"\A(?:Action|Thought)\s*:\s*", re.IGNORECASE)
_OPTIONAL = {("scroll", "coordinate"), ("hscroll", "coordinate"), ("left_click_drag", "coordinate2")}


class _Call(NamedTuple):
    """One `<tool_call>`: its JSON value, or why it has none, and the text before it."""

    value: Any
    error: str
    before: str


class Qwen3VL:
    """The codec of the dialect, for one grid: 1000, or 999 for prompts that divide by that."""

    def __init__(self, name: str = "qwen3vl", *, grid: int = 1000) -> None:
        self.name = name
        self.grid = grid
        self._grid = Grid(top=grid)

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of `size`. Raises ActionInvalid for anything but one action."""
        thought, arguments = _arguments(text)
        kind = arguments.pop("action", None)
        if not isinstance(kind, str) or kind not in PARAMETERS:
            raise ActionInvalid(f"{_shown(kind)} is not an action; the actions are {', '.join(PARAMETERS)}.")
        _check_names(kind, arguments)
        try:
            return Decision(thought=thought, action=self._action(kind, arguments, size))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ActionInvalid(f"{kind}: {first['msg']}.") from error

    def encode(self, decision: Decision, size: Size) -> str:
        """The JSON object that says this decision. Raises ActionUnsupported for an action without a word
        here.
        """
        action = decision.action
        reply = {"thought": decision.thought, "action": action.kind, **self._parameters(action, size)}
        return json.dumps(reply, ensure_ascii=False)

    def _action(self, kind: str, given: dict[str, Any], size: Size) -> Action:
        match kind:
            case "key":
                return Key(keys=_keys(given["keys"]))
            case "type" | "answer":
                return ACTION.validate_python({"kind": kind, "text": _text(kind, given["text"])})
            case "wait":
                return Wait(seconds=_number("time", given["time"], 0, MAX_SECONDS))
            case "terminate":
                return Terminate(status=given["status"])
            case "scroll" | "hscroll":
                pixels = round(_number("pixels", given["pixels"], -MAX_PIXELS, MAX_PIXELS))
                at = self._point("coordinate", given["coordinate"], size) if "coordinate" in given else None
                return Scroll(at=at, pixels=pixels) if kind == "scroll" else HScroll(at=at, pixels=pixels)
            case "left_click_drag":
                # The cookbooks' drag names its end alone; with two points the first is the start.
                points = [self._point(name, given[name], size) for name in PARAMETERS[kind] if name in given]
                return LeftClickDrag(start=points[0] if len(points) == 2 else None, end=points[-1])
            case _:
                at = self._point("coordinate", given["coordinate"], size)
                return ACTION.validate_python({"kind": kind, "at": at})

    def _parameters(self, action: Action, size: Size) -> dict[str, Any]:
        match action:
            case Key(keys=keys):
                return {"keys": list(keys)}
            case Type(text=text) | Answer(text=text):
                return {"text": text}
            case Wait(seconds=seconds):
                return {"time": int(seconds) if seconds == int(seconds) else seconds}
            case Terminate(status=status):
                return {"status": status}
            case LeftClickDrag(start=None, end=end):
                return {"coordinate": self._pair(end, size)}
            case LeftClickDrag(start=Point() as start, end=end):
                return {"coordinate": self._pair(start, size), "coordinate2": self._pair(end, size)}
            case Scroll(at=at, pixels=pixels) | HScroll(at=at, pixels=pixels):
                where = {} if at is None else {"coordinate": self._pair(at, size)}
                return {**where, "pixels": pixels}
        at = getattr(action, "at", None)
        if action.kind not in PARAMETERS or not isinstance(at, Point):
            raise ActionUnsupported(f'{self.name} has no words for the action "{action.kind}".')
        return {"coordinate": self._pair(at, size)}

    def _point(self, name: str, value: Any, size: Size) -> Point:
        if not isinstance(value, list) or len(value) != 2:
            raise ActionInvalid(f"{name} must be [x, y], two numbers from 0 to {self.grid}, not {_shown(value)}.")
        x, y = (_number(name, part) for part in value)
        return self._grid.to_pixel(x, y, size)

    def _pair(self, point: Point, size: Size) -> list[int]:
        return list(self._grid.to_grid(point, size))


def _arguments(text: str) -> tuple[str, dict[str, Any]]:
    """The thought and the call's arguments. Raises ActionInvalid."""
    bare = text.strip()
    if not bare.startswith(("{", "```")):
        prose, calls = _scan(bare)
        if calls:
            return _from_call(calls)
        bare = prose.strip()
    fenced = _FENCE.match(bare)
    value = _json(fenced.group(1) if fenced else bare)
    if not isinstance(value, dict):
        raise ActionInvalid("The reply must be one JSON object with thought, action and its parameters.")
    thought = value.pop("thought", "")
    if not isinstance(thought, str):
        raise ActionInvalid(f"thought must be text, not {_shown(thought)}.")
    return thought, value


def _scan(text: str) -> tuple[str, list[_Call]]:
    """The prose outside of thinking, and every call in it.

    A chat template may open `<think>` in the prompt, so a close without an open makes all before it thinking.
    """
    prose, calls, position = "", [], 0
    while tag := _TAGS.search(text, position):
        prose += text[position : tag.start()]
        position = tag.end()
        if tag.group() == "<tool_call>":
            call, position = _call(text, position, prose)
            calls.append(call)
        elif tag.group() == "</think>":
            prose, calls = "", []
        else:
            close = text.find("</think>", position)
            position = len(text) if close < 0 else close + len("</think>")
    return prose + text[position:], calls


def _call(text: str, start: int, before: str) -> tuple[_Call, int]:
    body = text[start:]
    skipped = len(body) - len(body.lstrip())
    try:
        value, end = _DECODER.raw_decode(body, skipped)
    except (ValueError, RecursionError) as error:
        return _Call(None, str(error), before), start
    close = re.compile(r"\s*(?:</tool_call>)?").match(body, end)
    return _Call(value, "", before), start + (close.end() if close else end)


def _from_call(calls: list[_Call]) -> tuple[str, dict[str, Any]]:
    if len(calls) > 1:
        raise ActionInvalid(f"The reply has {len(calls)} calls; give one action at a time.")
    value, error, before = calls[0]
    if error:
        raise ActionInvalid(f"The call is not JSON: {error}.")
    if not isinstance(value, dict) or set(value) != {"name", "arguments"}:
        raise ActionInvalid("The call must be a JSON object with name and arguments.")
    if value["name"] != "computer_use" or not isinstance(value["arguments"], dict):
        raise ActionInvalid(f"The only function is computer_use with an object of arguments, not {_shown(value)}.")
    return _LEAD.sub("", before.strip()).strip(), dict(value["arguments"])


def _check_names(kind: str, given: dict[str, Any]) -> None:
    names = PARAMETERS[kind]
    for name in given:
        if name not in names:
            raise ActionInvalid(f'{kind} takes {" and ".join(names)}; it has no parameter "{name[:40]}".')
    for name in names:
        if name not in given and (kind, name) not in _OPTIONAL:
            raise ActionInvalid(f"{kind} needs {name}.")


def _keys(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ActionInvalid(f"keys must be a list of key names, not {_shown(value)}.")
    return chord(names)


def _text(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ActionInvalid(f"{kind}: text must be text, not {_shown(value)}.")
    return value


def _number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value in (math.inf, -math.inf):
        raise ActionInvalid(f"{name} must be a number, not {_shown(value)}.")
    if not low <= value <= high:
        raise ActionInvalid(f"{name} must be from {low} to {high}, not {_shown(value)}.")
    return value


def _json(text: str) -> Any:
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise ActionInvalid(f"The reply is not JSON: {error}.") from error
    if text[end:].strip():
        raise ActionInvalid("The reply must be one JSON object with nothing after it.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)


def _shown(value: Any) -> str:
    """A value from the model as a message may quote it, on one line and short."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
