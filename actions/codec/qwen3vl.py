"""Qwen3-VL's dialect: one JSON object, or the cookbooks' `<tool_call>` around a call of `computer_use` or `mobile_use`.

    {"thought": "Click \"Save\"", "action": "left_click", "coordinate": [512, 300]}

    Action: Click "Save"
    <tool_call>
    {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [512, 300]}}
    </tool_call>

Both are read, with the words of either function; the first is written, with the words of the surface's own. What a
point's two numbers mean is a strategy: a grid over the whole frame, or its own pixels (`actions.codec.pixels`).
Reading is exact where a slip could do harm (an unknown action or parameter, two calls) and lenient where it could not
(3.0 for 3, a Markdown fence).
"""

import json
import re
from typing import Any

from actions.action import Decision
from actions.codec.calls import check_function, only, scan, thought_of
from actions.codec.json_value import read_at, read_object
from actions.codec.places import Places
from actions.codec.values import decided, kept_thought
from actions.codec.words import Words
from actions.errors import ActionInvalid
from actions.space import function_of
from perception.geometry import Size

_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_SPACE = re.compile(r"\s*")
_CLOSE = re.compile(r"\s*(?:</tool_call>)?")

_SYSTEM = """# Tools

You work a {thing} by calling one function, once in each turn.

<tools>
{function}
</tools>

# Reply

Reply with one JSON object and nothing else: first "thought", a short imperative that says what you do next on the \
screen; then "action"; then the parameters of that action. For example:
{{"thought": "Click \\"Save\\"", "action": "{click}", "coordinate": [512, 300]}}
When the task is fulfilled, or can't be, reply with the action terminate."""


class Qwen3VL:
    """The codec of the dialect, for one way to write points."""

    def __init__(self, name: str, places: Places) -> None:
        self.name = name
        self._places = places
        self._words = Words(places)

    @property
    def grid(self) -> int | None:
        """See `Codec.grid`."""
        return self._places.grid

    def schema(self, surface: str) -> dict[str, Any]:
        """See `actions.space.reply_schema`."""
        return self._places.schema(surface)

    def instructions(self, surface: str, size: Size) -> str:
        """Qwen-Agent's layout of functions (`nous_fncall_prompt.py`), and the JSON object."""
        function = json.dumps(self._places.function(surface, size), ensure_ascii=False)
        thing, click = ("phone", "click") if function_of(surface) == "mobile_use" else ("computer", "left_click")
        return _SYSTEM.format(function=function, thing=thing, click=click)

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of `size`. Raises ActionInvalid for anything but one action."""
        thought, arguments = _arguments(text)
        return decided(thought, self._words.action(arguments, size))

    def encode(self, decision: Decision, size: Size, surface: str = "browser") -> str:
        """The JSON object that says this decision. Raises ActionUnsupported for an action that the surface's function
        has no word for, and for a point off the frame.
        """
        arguments = self._words.arguments(decision.action, size, surface)
        return json.dumps({"thought": kept_thought(decision.thought), **arguments}, ensure_ascii=False)


def _arguments(text: str) -> tuple[str, dict[str, Any]]:
    """The thought and the call's arguments. Raises ActionInvalid."""
    bare = text.strip()
    if not bare.startswith(("{", "```")):
        prose, calls = scan(bare, _read)
        if calls:
            value, error, before = only(calls)
            if error:
                raise ActionInvalid(f"The call is not JSON: {error}.")
            if not isinstance(value, dict) or set(value) != {"name", "arguments"}:
                raise ActionInvalid("The call must be a JSON object with name and arguments.")
            return thought_of(before), check_function(value["name"], value["arguments"])
        bare = prose.strip()
    fenced = _FENCE.match(bare)
    return read_object(fenced.group(1) if fenced else bare)


def _read(text: str, start: int) -> tuple[Any, int]:
    value, end = read_at(text, _end(_SPACE, text, start))
    return value, _end(_CLOSE, text, end)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
