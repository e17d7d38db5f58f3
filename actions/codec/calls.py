"""The calls in a reply, and the prose around them: the layout of Qwen's `<tool_call>`, whatever it holds.

A call inside `<think>…</think>` is a thought and not a call. A chat template may open `<think>` in the prompt, so a
close without an open makes all before it thinking.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from actions.codec.values import shown
from actions.errors import ActionInvalid
from actions.space import WORDS

TAGS = ("<think>", "</think>", "<tool_call>")
"""What a thought can't say in this layout."""

_TAGS = re.compile("|".join(TAGS))
_LEAD = re.compile(r"\A(?:Action|Thought)\s*:\s*", re.IGNORECASE)


class Call(NamedTuple):
    """One call: what it holds, or why that can't be read, and the text before it."""

    value: Any
    error: str
    before: str


Read = Callable[[str, int], tuple[Any, int]]
"""What a call at this place of a text holds, and where it ends.

Raises ValueError when it can't be read, which is no matter in thinking, ActionInvalid when the whole reply must not be.
"""


def scan(text: str, read: Read) -> tuple[str, list[Call]]:
    """The prose outside of thinking, and every call in it."""
    prose, calls, position = "", [], 0
    while tag := _TAGS.search(text, position):
        prose += text[position : tag.start()]
        position = tag.end()
        if tag.group() == "<tool_call>":
            try:
                value, position = read(text, position)
                calls.append(Call(value, "", prose))
            except ValueError as error:
                calls.append(Call(None, str(error), prose))
        elif tag.group() == "</think>":
            prose, calls = "", []
        else:
            close = text.find("</think>", position)
            position = len(text) if close < 0 else close + len("</think>")
    return prose + text[position:], calls


def only(calls: list[Call]) -> Call:
    """The one call of a reply. Raises ActionInvalid for more than one."""
    if len(calls) > 1:
        raise ActionInvalid(f"The reply has {len(calls)} calls; give one action at a time.")
    return calls[0]


def check_function(name: Any, arguments: Any) -> dict[str, Any]:
    """The arguments of a call. Raises ActionInvalid for another function, and for arguments that are no object."""
    if not isinstance(name, str) or name not in WORDS or not isinstance(arguments, dict):
        given = shown({"name": name, "arguments": arguments})
        raise ActionInvalid(f"Functions are {' and '.join(WORDS)}, with an object of arguments, not {given}.")
    return arguments


def thought_of(before: str) -> str:
    """The thought in the text before a call: without a leading `Action:` or `Thought:`, and white space around it."""
    return _LEAD.sub("", before.strip()).strip()
