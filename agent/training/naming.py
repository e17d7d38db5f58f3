"""What stands in each visual token, as three class numbers: kind of control, colour, and the name of a shape or icon.

Only drawn marks have a colour and a name; words are what the reading loss is for.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agent.training.screens.icon_store import STORED_NAMES
from agent.training.screens.icons import ICONS
from agent.training.screens.marks import COLOURS, SHAPES
from agent.training.screens.record import Widget

TOKEN_PIXELS = 32
COVER = 0.25
"""A control is named where it takes so much of a token, or so much of it lies there."""

KINDS = (
    "button",
    "link",
    "tab",
    "menuitem",
    "checkbox",
    "radio",
    "field",
    "select",
    "option",
    "slider",
    "icon",
    "shape",
    "cell",
    "item",
    "text",
    "title",
)
NAMES = (*SHAPES, *ICONS, *STORED_NAMES)
"""With a class for each name that only an archive of icons draws, so that heads fit with and without one."""
CLASSES = (len(KINDS) + 1, len(COLOURS) + 1, len(NAMES) + 1)
"""Number of classes of each attribute; 0 is always "none"."""


class Label(NamedTuple):
    """One control's class numbers."""

    kind: int
    colour: int
    name: int


def label_of(widget: Widget) -> Label:
    """Kinds that are not listed are nothing."""
    name = widget.shape if widget.kind == "shape" else widget.text if widget.kind == "icon" else ""
    return Label(_number(KINDS, widget.kind), _number(tuple(COLOURS), widget.colour), _number(NAMES, name))


def label_grid(widgets: Sequence[Widget], width: int, height: int) -> np.ndarray:
    """int64 [height / 32, width / 32, 3]; where controls share a token, the smallest is named."""
    grid = np.zeros((height // TOKEN_PIXELS, width // TOKEN_PIXELS, 3), np.int64)
    for widget in sorted(widgets, key=_area, reverse=True):
        label = label_of(widget)
        if label.kind:
            grid[_covered(widget, *grid.shape[:2])] = label
    return grid


def _covered(widget: Widget, rows: int, columns: int) -> np.ndarray:
    """bool [rows, columns]: tokens in which enough of the widget lies."""
    left, top, right, bottom = widget.box
    across, down = _overlap(left, right, columns), _overlap(top, bottom, rows)
    least = COVER * min(TOKEN_PIXELS**2, max(_area(widget), 1.0))
    return down[:, None] * across[None, :] >= least


def _overlap(start: float, end: float, count: int) -> np.ndarray:
    """float [count]: pixels of start..end that lie in each of `count` tokens."""
    edges = np.arange(count) * TOKEN_PIXELS
    return np.clip(np.minimum(end, edges + TOKEN_PIXELS) - np.maximum(start, edges), 0, None)


def _area(widget: Widget) -> float:
    left, top, right, bottom = widget.box
    return max(0.0, right - left) * max(0.0, bottom - top)


def _number(names: Sequence[str], name: str) -> int:
    return names.index(name) + 1 if name in names else 0
