"""What a synthetic screen is made of: the widgets, the screen and the questions about it.

Boxes are (x1, y1, x2, y2) in pixels of the finished image, floats, x to the right and y down.
"""

import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Box = tuple[float, float, float, float]
"""(x1, y1, x2, y2) in pixels."""

Size = tuple[int, int]
"""(width, height) in pixels."""

SIZES: tuple[Size, ...] = (
    (320, 256),
    (224, 320),  # a 160x210 page enlarged by the minimum-pixels rule
    (352, 288),
    (256, 256),
    (384, 256),
    (288, 224),
    (320, 224),
)
"""Frames that `make_screen` chooses from: multiples of 32, 224..384 wide and 192..320 high."""

LARGE_SIZES: tuple[Size, ...] = (
    (448, 320),
    (512, 384),
    (640, 384),
    (640, 480),
    (800, 608),
    (1024, 768),
    (1280, 800),
)
"""Larger frames, smaller ones first."""

LARGE_SHARE = 0.3
"""Of the frames that are drawn where no size is asked for."""


def any_size(rng: random.Random) -> Size:
    """A usual frame mostly, else a larger one, of which the largest are the rarest."""
    if rng.random() >= LARGE_SHARE:
        return rng.choice(SIZES)
    return rng.choices(LARGE_SIZES, range(len(LARGE_SIZES), 0, -1))[0]


def scaled(box: Box, sx: float, sy: float) -> Box:
    """`box` after the picture was stretched by `sx` and `sy`."""
    return (box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy)


def centre(box: Box) -> tuple[float, float]:
    """The middle of `box` in pixels."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


@dataclass(slots=True)
class Widget:
    """One thing on the screen that can be named, read or worked."""

    kind: str
    """button, link, tab, menuitem, checkbox, radio, field, select, option, slider, icon, shape, cell, item, text,
    title, spinner, scroller."""
    box: Box
    """All that a click would hit; of a field the input alone, its name lies in `label_box`."""
    text: str = ""
    """The name: what is written on it or beside it, the icon's name, the cell's content."""
    mark: Box | None = None
    """The part to aim at where that is smaller than the box: the square of a check box, the thumb of a slider."""
    label_box: Box | None = None
    colour: str = ""
    """Of a shape, or of the face of a button, where it has a name."""
    shape: str = ""
    scale: str = ""
    """small or large, where a page shows shapes in two sizes."""
    checked: bool = False
    """A ticked box, a chosen radio, option or tab."""
    focused: bool = False
    selected: bool = False
    """The field's text is marked, so that typing replaces it."""
    disabled: bool = False
    value: str = ""
    """What a field or a select shows; for a password as many stars."""
    hidden: bool = False
    """The name was a placeholder, and the value has taken its place: nothing on the screen says it any more."""
    clipped: bool = False
    """The value is wider than the field, so that a part of it can't be read."""
    secret: bool = False
    open: bool = False
    """The list of a select is open, or a menu is."""
    group: str = ""
    """The name of the group that a radio, option, menu item or cell belongs to, where one is written."""
    row: str = ""
    column: str = ""
    fraction: float = 0.0
    """How far the thumb of a slider is along `track`, 0..1."""
    track: Box | None = None

    @property
    def aim(self) -> Box:
        """Where a click should land."""
        return self.mark or self.box

    def stretched(self, sx: float, sy: float) -> "Widget":
        """The widget on the picture stretched by `sx` and `sy`."""
        boxes = {
            name: scaled(value, sx, sy)
            for name in ("box", "mark", "label_box", "track")
            if (value := getattr(self, name)) is not None
        }
        return replace(self, **boxes)


@dataclass(slots=True)
class Screen:
    """A drawn screen with all that is known of it."""

    image: np.ndarray
    """(H, W, 3) uint8, RGB."""
    widgets: list[Widget]
    glyphs: np.ndarray
    """(H / 16, W / 16, 4) int16: the characters whose middle lies in each 16 px patch, in reading order, 0 = none."""
    heldout: bool
    layout: str
    """Which genre of page it is, for the record."""
    theme: str
    modal: bool = False
    """A dialog or an open menu covers the page; `widgets` holds only what can be reached."""
    busy: bool = False
    """A spinner says that the page is still loading."""

    @property
    def size(self) -> Size:
        """(width, height) in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(slots=True)
class Question:
    """One thing to ask about a screen and the reply that is right."""

    kind: str
    """What is asked, for counting: click_button, type, tick, form, read, …"""
    instruction: str
    thought: str = ""
    action: str = ""
    """A name of the computer_use union: left_click, type, key, scroll, terminate, …; empty where the reply is none."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """The action's parameters in the order of the reply; coordinates in 0..1000 of the frame."""
    history: tuple[str, ...] = ()
    """The thoughts of the steps before."""
    target: Box | None = None
    """Where the click should land, in pixels: for a pointing loss. None where nothing is clicked."""
    hit: Box | None = None
    """Where a click counts as right: `target`, or more where the label is as good as the square beside it."""
    also: tuple[Box, ...] = ()
    """Boxes of other things that the words fit just as well."""
    reply: str = ""
    """The exact JSON text that the model should write; made from thought and action when it is not given."""

    def __post_init__(self) -> None:
        if not self.reply:
            self.reply = json.dumps({"thought": self.thought, "action": self.action, **self.arguments})
