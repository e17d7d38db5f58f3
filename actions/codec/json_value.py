"""One JSON value in a model's text, read exactly: no name twice, no NaN, nothing after it."""

import json
from typing import Any

from actions.codec.values import shown
from actions.errors import ActionInvalid


def read_object(text: str) -> tuple[str, dict[str, Any]]:
    """The thought of a reply that is one JSON object, and its other values. Raises ActionInvalid."""
    try:
        value, end = read_at(text, 0)
    except ValueError as error:
        raise ActionInvalid(f"The reply is not JSON: {error}.") from error
    if text[end:].strip():
        raise ActionInvalid("The reply must be one JSON object with nothing after it.")
    if not isinstance(value, dict):
        raise ActionInvalid("The reply must be one JSON object with thought, action and its parameters.")
    thought = value.pop("thought", "")
    if not isinstance(thought, str):
        raise ActionInvalid(f"thought must be text, not {shown(thought)}.")
    return thought, value


def read_at(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at `start`, and where it ends. Raises ValueError, also for a value nested too deeply."""
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError(f"{error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
