"""What an action would meet on a phone, as `uiautomator dump` tells: facts for a guard, never for a model."""

import re
from xml.etree import ElementTree

from actions.risk import Role, Under
from perception.geometry import Box, Point

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
_TOGGLES = ("CheckBox", "Switch", "RadioButton", "ToggleButton", "CheckedTextView", "SeekBar", "Spinner", "TabView")
_AROUND = 1500
"""Characters of the screen's words."""


def under_in(described: str, point: Point | None, url: str) -> Under:
    """The innermost node at a point, or the one that has the focus, from a dump's XML; unknown where there is none, or
    the XML can't be read."""
    try:
        root = ElementTree.fromstring(described)
    except ElementTree.ParseError:
        return Under(url=url)
    nodes = list(root.iter("node"))
    around = " ".join(filter(None, (_own(node) for node in nodes)))[:_AROUND]
    hits = [node for node in nodes if _is_hit(node, point)]
    if not hits:
        return Under(url=url, around=around)
    inner = hits[-1]
    # A row is clickable as a whole, and its words stand in the texts in it.
    target = next((node for node in reversed(hits) if _role(node) != "text"), inner)
    texts = [_own(node) for node in target.iter("node")]
    return Under(role=_role(target), texts=tuple(filter(None, texts))[:8], around=around, url=url)


def _is_hit(node: ElementTree.Element, point: Point | None) -> bool:
    if point is None:
        return node.get("focused") == "true"
    match = _BOUNDS.fullmatch(node.get("bounds", ""))
    if match is None:
        return False
    left, top, right, bottom = map(int, match.groups())
    return Box(left=left, top=top, right=right, bottom=bottom).contains(point)


def _role(node: ElementTree.Element) -> Role:
    kind = node.get("class", "").rpartition(".")[2]
    if node.get("password") == "true":
        return "password"
    if kind.endswith("EditText"):
        return "field"
    if kind in _TOGGLES or node.get("checkable") == "true":
        return "toggle"
    if kind.endswith("Button"):
        return "button"
    return "link" if node.get("clickable") == "true" else "text"


def _own(node: ElementTree.Element) -> str:
    return " ".join((node.get("text") or node.get("content-desc") or "").split())
