"""Steps that nearly equal one that is kept already: the same action at nearly the same place of a screen that looks
nearly the same.

Screens are compared by a difference hash (whether each cell of a small grey picture is brighter than the one to its
left), which a caret, a clock or a pixel of noise changes by a few bits.
"""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from actions.action import Action
from agent.trajectory import Step
from perception.geometry import Point
from perception.observation import Frame

SIDE = 16
MOST_BITS = 5
"""Of the 256 bits of a hash that two screens may differ in and count as one."""
MOST_SHARE = 0.02
"""Of the screen's longer side by which two points may lie apart and count as one."""


def difference_hash(frame: Frame) -> int:
    """SIDE x SIDE bits."""
    grey = Image.fromarray(frame.pixels).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    cells = np.asarray(grey, dtype=np.int16)
    return int.from_bytes(np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes(), "big")


@dataclass(slots=True)
class Seen:
    """The steps that are kept."""

    _kept: dict[str, list[tuple[int, list[Point]]]] = field(default_factory=dict)

    def is_new(self, frame: Frame, step: Step) -> bool:
        """Whether a step, decided on this frame, nearly equals none before; it is remembered when it does not."""
        action = step.action
        if action is None:
            return False
        picture, points = difference_hash(frame), _points(action)
        alike = self._kept.setdefault(f"{frame.size} {step.thought} {_words(action)}", [])
        near = MOST_SHARE * max(frame.size.width, frame.size.height)
        for other, others in alike:
            if (picture ^ other).bit_count() <= MOST_BITS and all(map(_within(near), points, others)):
                return False
        alike.append((picture, points))
        return True


def _within(near: float):
    return lambda one, other: abs(one.x - other.x) <= near and abs(one.y - other.y) <= near


def _points(action: Action) -> list[Point]:
    named = (getattr(action, name, None) for name in ("at", "start", "end"))
    return [point for point in named if isinstance(point, Point)]


def _words(action: Action) -> str:
    """All of an action but its points, and which of those it has."""
    plain = action.model_dump(mode="json")
    return str({name: value if not isinstance(value, dict) else "point" for name, value in plain.items()})
