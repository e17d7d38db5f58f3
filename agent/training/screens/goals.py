"""Goals that a screen can be worked towards, the step that each needs next, and the steps it took when reached.

The next step follows from what is visible and from what was clicked before: a field that shows the value is finished
with, an empty one with the focus wants typing, any other wants a click. So a click that missed is simply made again.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from agent.training.screens.describing import shape_name
from agent.training.screens.record import Box, Size, Widget, centre


@dataclass(slots=True)
class Move:
    """One step: its thought, action and arguments, and where it lands."""

    thought: str
    action: str
    arguments: dict[str, Any] = field(default_factory=dict)
    target: Box | None = None
    hit: Box | None = None


FINISHED = Move("Finished", "terminate", {"status": "success"})


def on_grid(point: tuple[float, float], size: Size) -> list[int]:
    """A point in pixels as integers 0..1000 of a frame of `size`."""
    return [min(1000, max(0, round(value * 1000 / side))) for value, side in zip(point, size, strict=True)]


def click(thought: str, widget: Widget, size: Size, action: str = "left_click") -> Move:
    """A click (or other pointing action) at the middle of where the widget should be aimed at."""
    return Move(thought, action, {"coordinate": on_grid(centre(widget.aim), size)}, widget.aim, widget.box)


def named(widget: Widget) -> str:
    """How a thought names a widget: in double quotes, or by what it is where no name is written."""
    if widget.kind == "shape":
        return f"the {shape_name(widget)}"
    if widget.kind == "icon":
        return f"the {widget.text} icon"
    return f'"{widget.text}"' if widget.text else "the text field"


@dataclass(slots=True)
class Goal:
    """Something to reach with one control: enter, tick, untick, choose, select or press."""

    kind: str
    widget: Widget
    value: str = ""
    """What to enter, or the option to select."""
    option: Widget | None = None
    """The option in the open list of a select."""

    def reached(self, history: list[str]) -> bool:
        """Whether what is visible (for a press: what was clicked before) shows it reached."""
        widget = self.widget
        if self.kind in ("enter", "select"):
            return widget.value == self.value and not widget.open
        if self.kind in ("tick", "choose"):
            return widget.checked
        return not widget.checked if self.kind == "untick" else self.steps()[-1] in history

    def steps(self) -> list[str]:
        """The thoughts of somebody who reaches it without a slip."""
        name = named(self.widget)
        if self.kind == "enter":
            return [f"Focus {name}", f'Type "{self.value}"']
        if self.kind == "select":
            return [f"Open {name}", f'Choose "{self.value}"']
        verb = {"tick": "Tick", "untick": "Untick", "choose": "Choose", "press": "Click"}[self.kind]
        return [f"{verb} {name}"]

    def begun(self) -> list[str]:
        """The thoughts that led to what is visible, when it is not reached: the field focused, its text marked."""
        widget = self.widget
        if self.kind == "select" and self.option is not None:
            return self.steps()[:1]
        if self.kind != "enter" or not widget.focused:
            return []
        return [f"Select the text in {named(widget)}"] if widget.selected else [] if widget.value else self.steps()[:1]

    def move(self, size: Size) -> Move:
        """The step it needs now, when it is not reached."""
        widget, steps = self.widget, self.steps()
        if self.kind == "enter":
            if widget.selected or (widget.focused and not widget.value):
                return Move(steps[1], "type", {"text": self.value})
            if widget.value:
                return click(f"Select the text in {named(widget)}", widget, size, "triple_click")
        if self.kind == "select" and self.option is not None:
            return click(steps[1], self.option, size)
        return click(steps[0], widget, size)

    @property
    def words(self) -> tuple[str, dict[str, str]]:
        """The kind of wording it takes and the names in it."""
        widget = self.widget
        if self.kind == "enter":
            return ("enter", {"x": widget.text, "v": self.value}) if widget.text else ("enter_only", {"v": self.value})
        if self.kind == "select":
            return "select", {"x": self.value, "group": widget.text}
        return self.kind, {"x": widget.text}


def fitting_value(rng: random.Random, make: Any, widget: Widget) -> str:
    """A value from `make` that a field as wide as the widget's shows whole."""
    room = (widget.box[2] - widget.box[0]) / 9
    for _ in range(8):
        text = make()
        if len(text) <= room:
            return text
    return make()
