"""What the two action spaces of OSWorld share: PyAutoGUI's buttons, keys and wheel, and the words WAIT, DONE and FAIL.

From `desktop_env` 1.0.2 (`actions.py`, `controllers/python.py`) and PyAutoGUI 0.9.54. Both dialects name desktops only,
so a phone is refused; neither has a word for an answer.
"""

import re
from typing import Any, NamedTuple

from actions.action import (
    Action,
    DoubleClick,
    HScroll,
    LeftClick,
    MiddleClick,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Wait,
)
from actions.codec.calls import thought_of
from actions.codec.values import compact, kept_keys, shown, whole
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import MAX_PIXELS, WHEEL_PIXELS, function_of
from perception.geometry import Point

MAX_CLICKS = MAX_PIXELS // WHEEL_PIXELS

WAIT_SECONDS = 2.0
"""How long a WAIT is: `DesktopEnv.step` pauses for this unless it is told otherwise."""

WORDS: dict[str, Action] = {
    "WAIT": Wait(seconds=WAIT_SECONDS),
    "DONE": Terminate(status="success"),
    "FAIL": Terminate(status="failure"),
}
"""What is said by a word alone."""

Clicked = LeftClick | DoubleClick | TripleClick | RightClick | MiddleClick

CLICKS: dict[tuple[str, int], type[Clicked]] = {
    ("left", 1): LeftClick,
    ("left", 2): DoubleClick,
    ("left", 3): TripleClick,
    ("right", 1): RightClick,
    ("middle", 1): MiddleClick,
}
"""Which action a button and a number of clicks are."""

_KEYS = {"meta": "win", "menu": "apps", "space": " "}
"""Canonical keys that PyAutoGUI or OSWorld call otherwise."""

_NO_KEYS = {"power", "camera"}
CODE_LINE = re.compile(r"^[^\S\n]*(?:```|\{|[A-Za-z_][\w.]*(?:\(| ?=)|import \w)", re.MULTILINE)
"""Where an action may begin: behind that, tags and other lines of code may be in a text that it types."""

_FENCE = re.compile(
    r"^[ \t]*```(?:[ \t]*(WAIT|DONE|FAIL)[ \t]*```|\w*[ \t]*\n(.*?)(?:^[ \t]*```|\Z))", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A reply in two parts."""

    before: str
    """The words before its code block; empty without one."""
    content: str
    """What is in the block; without one all of the reply but its thinking."""


def block(text: str) -> Block:
    """The reply's one Markdown code block, or all of it.

    Tags of thinking and blocks count only before an action begins (`CODE_LINE`). Raises ActionInvalid for two blocks.
    """
    said = _outside_thinking(text.replace("\r\n", "\n").strip())
    blocks = list(_FENCE.finditer(said))
    if not blocks or CODE_LINE.search(said, 0, blocks[0].start()):
        return Block("", said.strip())
    if len(blocks) > 1:
        raise ActionInvalid(f"The reply has {len(blocks)} code blocks; give one action at a time.")
    return Block(thought_of(said[: blocks[0].start()]), (blocks[0].group(1) or blocks[0].group(2) or "").strip())


def _outside_thinking(text: str) -> str:
    """A reply without its thinking. A chat template may have opened that, so a close alone ends it, too."""
    before, close, after = text.partition("</think>")
    if text.startswith("<think>"):
        return after
    return after if close and not CODE_LINE.search(before) else text


def clicked(button: Any, clicks: Any, at: Point) -> Clicked:
    """The click that a button and a number make. Raises ActionInvalid for one that is no action."""
    if not isinstance(button, str) or (button, whole("clicks", clicks)) not in CLICKS:
        known = ", ".join(f"{name} {count}" for name, count in CLICKS)
        raise ActionInvalid(f"There is no click of {shown(button)} {shown(clicks)} times; there are {known}.")
    return CLICKS[button, int(clicks)](at=at)


def scrolled(name: str, clicks: Any, at: Point | None = None) -> Scroll:
    """The wheel turned by clicks, up where they are positive. Raises ActionInvalid."""
    return Scroll(at=at, pixels=WHEEL_PIXELS * whole(name, clicks, -MAX_CLICKS, MAX_CLICKS))


def hscrolled(name: str, clicks: Any, at: Point | None = None) -> HScroll:
    """The wheel turned sideways by clicks: PyAutoGUI's are positive to the right, an action's pixels to the left."""
    return HScroll(at=at, pixels=-WHEEL_PIXELS * whole(name, clicks, -MAX_CLICKS, MAX_CLICKS))


def num_clicks(action: Scroll | HScroll) -> int:
    """The clicks of a scroll, with PyAutoGUI's sign. Raises ActionUnsupported when they are no whole number."""
    clicks, rest = divmod(action.pixels, WHEEL_PIXELS)
    if rest:
        raise ActionUnsupported(f"{action.pixels} pixels can't be written: a wheel turns by {WHEEL_PIXELS} at a time.")
    return clicks if isinstance(action, Scroll) else -clicks


def key_names(keys: tuple[str, ...]) -> list[str]:
    """What PyAutoGUI calls the keys of a chord. Raises ActionUnsupported for one that it does not know."""
    for key in kept_keys(keys):
        if key in _NO_KEYS or not key.isascii():
            raise ActionUnsupported(f"PyAutoGUI has no key {shown(key)}.")
    return [_KEYS.get(key, key) for key in keys]


def word_for(action: Action) -> str | None:
    """The word alone that says this action, or None."""
    return next((word for word, meant in WORDS.items() if meant == action), None)


def unsupported(dialect: str, action: Action) -> ActionUnsupported:
    """What to raise for an action that a dialect can't say."""
    if isinstance(action, Wait):
        told = f"{dialect} waits {compact(WAIT_SECONDS)} seconds and no other time."
        return ActionUnsupported(told)
    return ActionUnsupported(f'{dialect} has no word for the action "{action.kind}".')


def check_surface(dialect: str, surface: str) -> None:
    """Raises ActionUnsupported for a surface that is not worked by mouse and keyboard, or not known."""
    if function_of(surface) != "computer_use":
        raise ActionUnsupported(f'{dialect} works by mouse and keyboard; "{surface}" needs another codec.')
