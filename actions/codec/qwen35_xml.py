"""The dialect of newer Qwen models (3.5 and on): a thought in prose, then one call in XML-like tags.

    Click "Save"
    <tool_call>
    <function=computer_use>
    <parameter=action>
    left_click
    </parameter>
    <parameter=coordinate>
    [512, 300]
    </parameter>
    </function>
    </tool_call>

The layout is that of the models' chat template, which SGLang calls `qwen3_coder`. Nothing in it is escaped: a value is
all that stands before the first `</parameter>`, less one newline at each end. So a text that holds `</parameter>`
can't be written, and is refused rather than cut short; any other text comes back letter for letter, whatever tags are
in it. On reading, tags that are left over after a call show that a text was cut short, and the reply is refused: what a
model types must never become a call of its own. White space around a thought is not kept.
"""

import json
import re
from typing import Any

from actions.action import Decision
from actions.codec.calls import TAGS, check_function, only, scan, thought_of
from actions.codec.json_value import read_at
from actions.codec.places import Gridded
from actions.codec.values import decided, kept_thought, shown
from actions.codec.words import Words
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import function_of
from perception.geometry import Size

_WORDS = {"action", "button", "status"}
"""Parameters whose value is a word. `text` is taken as it stands, so a `42` that is typed stays a string; all other
values are JSON.
"""

_END = "</parameter>"
_FUNCTION = re.compile(r"\s*<function=([^<>\n]*)>")
_PARAMETER = re.compile(r"\s*<parameter=([^<>\n]*)>")
_CLOSE = re.compile(r"\s*</function>\s*(?:</tool_call>|\Z)")
_LEFT_OVER = re.compile(r"</?(?:tool_call|function|parameter)\b")

_LEFT = "The reply has tags outside of its call; write one call, and </parameter> in no text."

_SYSTEM = """# Tools

You work a {thing} by calling one function, once in each turn.

<tools>
{function}
</tools>

# Reply

Reply with a short imperative that says what you do next on the screen, then one call in this form, and nothing after \
it. For example:
Click "Save"
{example}
When the task is fulfilled, or can't be, call the action terminate."""


class Qwen35XML:
    """The codec of the dialect, on the grid from 0 to 1000."""

    name = "qwen35-xml"

    def __init__(self) -> None:
        self._places = Gridded(1000)
        self._words = Words(self._places)

    @property
    def grid(self) -> int | None:
        """See `Codec.grid`."""
        return self._places.grid

    def schema(self, surface: str) -> None:
        """None: replies are no JSON. Raises ActionUnsupported for a surface that is not known."""
        function_of(surface)

    def instructions(self, surface: str, size: Size) -> str:
        """The function, and the layout of a call."""
        function = function_of(surface)
        thing, click = ("phone", "click") if function == "mobile_use" else ("computer", "left_click")
        example = _call(function, {"action": click, "coordinate": [512, 300]})
        spec = json.dumps(self._places.function(surface, size), ensure_ascii=False)
        return _SYSTEM.format(thing=thing, function=spec, example=example)

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of `size`. Raises ActionInvalid for anything but one call."""
        prose, calls = scan(text, _read)
        if not calls:
            raise ActionInvalid("The reply has no call; write one <tool_call> with <function=...> in it.")
        value, error, before = only(calls)
        if error:
            raise ActionInvalid(error)
        if _LEFT_OVER.search(prose):
            raise ActionInvalid(_LEFT)
        function, arguments = value
        action = self._words.action(check_function(function, arguments), size)
        return decided(thought_of(before), action)

    def encode(self, decision: Decision, size: Size, surface: str = "browser") -> str:
        """The thought and the call. Raises ActionUnsupported for an action that the surface's function has no word
        for, a point off the frame, and words that the layout can't hold.
        """
        call = _call(function_of(surface), self._words.arguments(decision.action, size, surface))
        thought = kept_thought(decision.thought).strip()
        if thought_of(thought) != thought:
            thought = f"Thought: {thought}"  # One such word is taken off again.
        if any(tag in thought for tag in TAGS) or _LEFT_OVER.search(thought):
            raise ActionUnsupported(f"The thought {shown(thought)} can't be written: it holds tags of a call.")
        return f"{thought}\n{call}" if thought else call


def _call(function: str, arguments: dict[str, Any]) -> str:
    lines = [f"<tool_call>\n<function={function}>"]
    for name, value in arguments.items():
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if _END in written:
            raise ActionUnsupported(f"The {name} {shown(written)} can't be written: it holds {_END}.")
        lines.append(f"<parameter={name}>\n{written}\n{_END}")
    return "\n".join([*lines, "</function>\n</tool_call>"])


def _read(text: str, start: int) -> tuple[tuple[str, dict[str, Any]], int]:
    """A call's function and arguments, and where it ends.

    Raises ValueError where no call begins, ActionInvalid where one does but can't be read to its end: what comes behind
    may be in a text.
    """
    function = _FUNCTION.match(text, start)
    if not function:
        raise ValueError("The call must begin with <function=computer_use> or <function=mobile_use>.")
    arguments, position = {}, function.end()
    while parameter := _PARAMETER.match(text, position):
        name, end = parameter.group(1), text.find(_END, parameter.end())
        if end < 0:
            raise ActionInvalid(f"The parameter {shown(name)} has no {_END}; close it.")
        if name in arguments:
            raise ActionInvalid(f"The parameter {shown(name)} is given twice.")
        arguments[name] = _value(name, text[parameter.end() : end])
        position = end + len(_END)
    close = _CLOSE.match(text, position)
    if not close:
        raise ActionInvalid("After its parameters the call must end with </function> and </tool_call>.")
    if "text" in arguments and _LEFT_OVER.search(text, close.end()):
        raise ActionInvalid(_LEFT)
    return (function.group(1), arguments), close.end()


def _value(name: str, written: str) -> Any:
    """JSON where that is what the parameter takes, else the text: whoever reads it says what is wrong with it."""
    if name == "text":
        return written.removeprefix("\n").removesuffix("\n")
    bare = written.strip()
    if name in _WORDS:
        return bare
    try:
        value, end = read_at(bare, 0)
    except ValueError:
        return bare
    if end < len(bare) or (name == "keys" and not isinstance(value, list | str)):
        return bare  # A key named 1 is that key.
    return value
