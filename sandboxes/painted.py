"""A drawn toy screen: a form of text fields, check boxes and one button, without any browser.

It is a real environment: what is clicked and typed changes what is drawn next, and its checker reads its own
state. It is fast and draws the same pixels every time, so the loop and whatever watches it are tested on it.
"""

import time
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import (
    Action,
    DoubleClick,
    Key,
    LeftClick,
    TripleClick,
    Type,
)
from actions.risk import Role, Under
from perception.geometry import Box, Point, Size
from perception.observation import Frame, Observation
from sandboxes.describing import point_of
from sandboxes.environment import Transition
from sandboxes.errors import SandboxError
from sandboxes.task import Score, Task

DEFAULT_SIZE = Size(width=320, height=224)

_PAPER = (246, 244, 238)
_INK = (38, 38, 46)
_LINE = (130, 130, 140)
_FOCUS = (30, 100, 200)
_BUTTON = (52, 92, 88)
_ROW = 48


class PaintedForm(BaseModel):
    """What the screen shows and what is wanted of it: the `settings` of a task of this environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[str, ...] = ("Name",)
    """Labels of text fields, from the top."""
    checks: tuple[str, ...] = ("Agree",)
    """Labels of check boxes, below the fields."""
    button: str = "Save"
    wanted: dict[str, str | bool] = Field(default_factory=dict)
    """What each control must hold when the button is pressed; a control that is not named must be as it was.
    """
    ends: bool = False
    """Whether pressing the button ends the episode (`terminated`)."""


class PaintedEnvironment:
    """The drawn form. `boxes` says where each control is, for those who write tests."""

    surface = "browser"

    def __init__(self) -> None:
        self.form = PaintedForm()
        self.boxes: dict[str, Box] = {}
        self.values: dict[str, str | bool] = {}
        self.focus = ""
        self.pressed: dict[str, str | bool] | None = None
        """What the controls held when the button was last pressed."""
        self._size = DEFAULT_SIZE
        self._font = ImageFont.load_default(13)
        self._selected = False
        self._began: float | None = None

    async def reset(self, task: Task) -> Observation:
        """Draw the task's form, empty. Raises SandboxError for settings that are no `PaintedForm`."""
        try:
            self.form = PaintedForm.model_validate(task.settings)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SandboxError(f"Task {task.id}: settings.{where}: {first['msg']}.") from error
        self._size = task.viewport or DEFAULT_SIZE
        self.boxes = _layout(self.form, self._size)
        self.values = {**dict.fromkeys(self.form.fields, ""), **dict.fromkeys(self.form.checks, False)}
        self.focus, self._selected, self.pressed = "", False, None
        self._began = time.monotonic()
        return await self.observe()

    async def observe(self) -> Observation:
        """The screen as it is."""
        if self._began is None:
            raise SandboxError("The painted screen has not been reset.")
        pixels = np.asarray(self._draw())
        return Observation(
            frame=Frame(pixels=pixels, time=time.monotonic() - self._began),
            url="painted://form",
            title=self.form.button,
        )

    async def step(self, action: Action) -> Transition:
        """Let the action change the form; what means nothing here (scroll, wait, …) changes nothing."""
        if self._began is None:
            raise SandboxError("The painted screen has not been reset.")
        match action:
            case LeftClick(at=at) | DoubleClick(at=at) | TripleClick(at=at):
                self._click(at)
                self._selected = action.kind != "left_click" and self.focus in self.form.fields
            case Type(text=text):
                self._type(text)
            case Key(keys=keys):
                self._press(keys)
        over = self.form.ends and self.pressed is not None
        score = await self.score()
        reward = score.reward if over else 0.0
        return Transition(await self.observe(), reward=reward, terminated=over, info={"focus": self.focus})

    async def under(self, action: Action) -> Under:
        """The control that the action would meet. Nothing leaves this screen."""
        point = point_of(action)
        hit = self.focus if point is None else next((n for n, box in self.boxes.items() if box.contains(point)), "")
        role: Role = "button" if hit == self.form.button else "toggle" if hit in self.form.checks else "field"
        return Under(role=role if hit else "text", texts=(hit,), url="painted://form", contained=True)

    async def score(self) -> Score:
        """Whether the button was pressed while every control held what is wanted."""
        start: dict[str, Any] = {
            **dict.fromkeys(self.form.fields, ""),
            **dict.fromkeys(self.form.checks, False),
        }
        success = self.pressed == {**start, **self.form.wanted}
        return Score(reward=float(success), success=success, facts={"pressed": self.pressed})

    async def close(self) -> None:
        """Forget the task."""
        self._began = None

    def _click(self, at: Point) -> None:
        hit = next((name for name, box in self.boxes.items() if box.contains(at)), "")
        self.focus = hit
        self._activate(hit)

    def _activate(self, name: str) -> None:
        if name in self.form.checks:
            self.values[name] = not self.values[name]
        elif name == self.form.button:
            self.pressed = dict(self.values)

    def _type(self, text: str) -> None:
        if self.focus not in self.form.fields:
            return
        first, newline, _ = text.partition("\n")
        held = "" if self._selected else str(self.values[self.focus])
        self.values[self.focus] = held + first
        self._selected = False
        if newline:
            self._activate(self.form.button)

    def _press(self, keys: tuple[str, ...]) -> None:
        match keys:
            case ("tab",):
                names = list(self.boxes)
                self.focus = names[(names.index(self.focus) + 1) % len(names)] if self.focus else names[0]
                self._selected = self.focus in self.form.fields and bool(self.values[self.focus])
            case ("space",) if self.focus not in self.form.fields:
                self._activate(self.focus)
            case ("enter",) if self.focus not in self.form.checks:
                self._activate(self.form.button)
            case ("ctrl", "a"):
                self._selected = self.focus in self.form.fields
            case ("backspace",) if self.focus in self.form.fields:
                self.values[self.focus] = "" if self._selected else str(self.values[self.focus])[:-1]
                self._selected = False
            case (character,) if len(character) == 1 or character == "space":
                self._type(" " if character == "space" else character)

    def _draw(self) -> Image.Image:
        image = Image.new("RGB", (self._size.width, self._size.height), _PAPER)
        draw = ImageDraw.Draw(image)
        for name, box in self.boxes.items():
            if name in self.form.fields:
                self._draw_field(draw, name, box)
            elif name in self.form.checks:
                self._draw_check(draw, name, box)
            else:
                draw.rounded_rectangle(_corners(box), 5, _BUTTON, self._edge(name))
                draw.text((box.left + 14, box.top + 5), name, (255, 255, 255), self._font)
        if self.pressed is not None:
            button = self.boxes[self.form.button]
            draw.text((button.right + 12, button.top + 5), "Saved", _INK, self._font)
        return image

    def _draw_field(self, draw: ImageDraw.ImageDraw, name: str, box: Box) -> None:
        text, focused = str(self.values[name]), name == self.focus
        end = box.left + 6 + draw.textlength(text, self._font)
        draw.text((box.left, box.top - 18), name, _INK, self._font)
        draw.rectangle(_corners(box), (255, 255, 255), self._edge(name))
        if self._selected and focused:
            draw.rectangle((box.left + 5, box.top + 4, end, box.bottom - 5), (190, 212, 250))
        draw.text((box.left + 6, box.top + 4), text, _INK, self._font)
        if focused:
            draw.line((end + 1, box.top + 4, end + 1, box.bottom - 5), _INK)

    def _draw_check(self, draw: ImageDraw.ImageDraw, name: str, box: Box) -> None:
        left, top = box.left, box.top
        draw.rectangle((left, top + 3, left + 14, top + 17), (255, 255, 255), self._edge(name))
        if self.values[name]:
            draw.line((left + 3, top + 10, left + 6, top + 14, left + 12, top + 6), _INK, 2)
        draw.text((left + 22, top + 3), name, _INK, self._font)

    def _edge(self, name: str) -> tuple[int, int, int]:
        return _FOCUS if name == self.focus else _LINE


def _corners(box: Box) -> tuple[float, float, float, float]:
    """As PIL wants them: all four inside."""
    return box.left, box.top, box.right - 1, box.bottom - 1


def _layout(form: PaintedForm, size: Size) -> dict[str, Box]:
    """Where each control is, from the top; controls that do not fit lie outside and can't be seen or hit."""
    boxes, y = {}, 10
    for name in form.fields:
        boxes[name] = Box(left=16, top=y + 18, right=max(40, size.width - 16), bottom=y + 40)
        y += _ROW
    for name in form.checks:
        boxes[name] = Box(left=16, top=y, right=16 + 30 + 8 * len(name), bottom=y + 21)
        y += 28
    boxes[form.button] = Box(left=16, top=y + 4, right=16 + 28 + 8 * len(form.button), bottom=y + 30)
    return boxes
