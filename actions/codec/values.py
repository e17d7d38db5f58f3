"""Values that a model wrote, checked one at a time. A refusal is one short line that can be told back to the model."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from actions.action import Action, Decision
from actions.errors import ActionInvalid, ActionUnsupported
from actions.keys import chord

_MAX_SHOWN = 60
_KEY_CHARACTERS = {"\n", "\r", "\t"}


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number between two bounds, both included. Raises ActionInvalid."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value in (math.inf, -math.inf):
        raise ActionInvalid(f"{name} must be a number, not {shown(value)}.")
    if not low <= value <= high:
        raise ActionInvalid(f"{name} must be from {low} to {high}, not {shown(value)}.")
    return value


def whole(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> int:
    """A number without a fraction; 3.0 counts as 3. Raises ActionInvalid."""
    found = number(name, value, low, high)
    if found != int(found):
        raise ActionInvalid(f"{name} must be a whole number, not {shown(value)}.")
    return int(found)


def text(kind: str, value: Any, name: str = "text") -> str:
    """A string. Raises ActionInvalid, naming the action's kind and the parameter."""
    if not isinstance(value, str):
        raise ActionInvalid(f"{kind}: {name} must be text, not {shown(value)}.")
    return value


def keys(value: Any) -> tuple[str, ...]:
    """The canonical keys of a chord, from one name or a list of names. Raises ActionInvalid."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ActionInvalid(f"keys must be a list of key names, not {shown(value)}.")
    for name in names:
        if not name.isprintable() and name not in _KEY_CHARACTERS:
            raise ActionInvalid(f"There is no key {shown(name)}; a key's name is one short word.")
    return chord(names)


def decided(thought: str, action: Action) -> Decision:
    """A thought and an action. Raises ActionInvalid for a thought that is half of a character, which can't be kept."""
    if not _is_unicode(thought):
        raise ActionInvalid("The thought holds half of a character (a surrogate); write it again in plain text.")
    return Decision(thought=thought, action=action)


def kept_thought(thought: str) -> str:
    """A thought, for writing. Raises ActionUnsupported when it would not be read."""
    if not _is_unicode(thought):
        raise ActionUnsupported(f"The thought {shown(thought)} can't be written: it holds a surrogate.")
    return thought


def kept_keys(names: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of an action, for writing. Raises ActionUnsupported for names that would be read as others."""
    try:
        same = chord(names) == names
    except ActionInvalid as error:
        raise ActionUnsupported(f"The keys can't be written: {error}") from error
    if not same:
        raise ActionUnsupported(f"The keys {shown(list(names))} can't be written: use the names of actions.keys.")
    return names


def compact(seconds: float) -> float:
    """An integer where it is one, since that is how models write it."""
    return int(seconds) if seconds == int(seconds) else seconds


def shown(value: Any) -> str:
    """A value from the model as a message may quote it: ASCII on one line, and short."""
    try:
        written = json.dumps(value)
    except (ValueError, TypeError, RecursionError):  # Nested too deeply, a number of thousands of digits, bytes.
        return f"this {type(value).__name__}"
    return written if len(written) <= _MAX_SHOWN else f"{written[: _MAX_SHOWN - 3]}..."


def _is_unicode(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def refusing(kind: str) -> Iterator[None]:
    """What pydantic finds wrong inside, as ActionInvalid in one sentence."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ActionInvalid(f"{kind}: {first['msg']}.") from error
