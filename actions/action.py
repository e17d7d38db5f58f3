"""The action union: everything an agent can do to a surface, in pixels of the frame that it was decided on.

The kinds are those of Qwen3-VL's `computer_use` and `mobile_use` functions (Qwen3-VL cookbooks,
`agent_function_call`); a tap is a left click.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from perception.geometry import Point


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Key(_Action):
    """Press keys together, as a chord: the first is held while the rest are pressed."""

    kind: Literal["key"] = "key"
    keys: tuple[str, ...] = Field(min_length=1, max_length=8)


class Type(_Action):
    """Type text where the keyboard's focus is."""

    kind: Literal["type"] = "type"
    text: str = Field(max_length=100_000)


class MouseMove(_Action):
    """Move the pointer."""

    kind: Literal["mouse_move"] = "mouse_move"
    at: Point


class LeftClick(_Action):
    """Click with the left button."""

    kind: Literal["left_click"] = "left_click"
    at: Point


class RightClick(_Action):
    """Click with the right button."""

    kind: Literal["right_click"] = "right_click"
    at: Point


class MiddleClick(_Action):
    """Click with the middle button."""

    kind: Literal["middle_click"] = "middle_click"
    at: Point


class DoubleClick(_Action):
    """Click twice with the left button."""

    kind: Literal["double_click"] = "double_click"
    at: Point


class TripleClick(_Action):
    """Click three times with the left button."""

    kind: Literal["triple_click"] = "triple_click"
    at: Point


class LeftClickDrag(_Action):
    """Press the left button at `start`, move to `end`, let go. A model that names only the end starts at
    the pointer.
    """

    kind: Literal["left_click_drag"] = "left_click_drag"
    start: Point | None = None
    end: Point


class Scroll(_Action):
    """Turn the wheel at a point; positive pixels scroll up."""

    kind: Literal["scroll"] = "scroll"
    at: Point | None = None
    pixels: int = Field(ge=-100_000, le=100_000)


class HScroll(_Action):
    """Turn the wheel sideways at a point; positive pixels scroll left."""

    kind: Literal["hscroll"] = "hscroll"
    at: Point | None = None
    pixels: int = Field(ge=-100_000, le=100_000)


class LongPress(_Action):
    """Press a point and hold it for some seconds."""

    kind: Literal["long_press"] = "long_press"
    at: Point
    seconds: float = Field(default=1.0, ge=0, le=60)


class Swipe(_Action):
    """Move a finger quickly from `start` to `end`: what is under it goes along."""

    kind: Literal["swipe"] = "swipe"
    start: Point
    end: Point


class SystemButton(_Action):
    """Press a button of the device itself."""

    kind: Literal["system_button"] = "system_button"
    button: Literal["back", "home", "menu", "enter"]


class Open(_Action):
    """Open an app by its name."""

    kind: Literal["open"] = "open"
    app: str = Field(min_length=1, max_length=200)


class Wait(_Action):
    """Let time pass."""

    kind: Literal["wait"] = "wait"
    seconds: float = Field(ge=0, le=60)


class Terminate(_Action):
    """End the run, saying how the model thinks it went."""

    kind: Literal["terminate"] = "terminate"
    status: Literal["success", "failure"]


class Answer(_Action):
    """Give an answer in words to the person who asked."""

    kind: Literal["answer"] = "answer"
    text: str = Field(max_length=100_000)


Action = Annotated[
    Key
    | Type
    | MouseMove
    | LeftClick
    | RightClick
    | MiddleClick
    | DoubleClick
    | TripleClick
    | LeftClickDrag
    | Scroll
    | HScroll
    | LongPress
    | Swipe
    | SystemButton
    | Open
    | Wait
    | Terminate
    | Answer,
    Field(discriminator="kind"),
]

ACTION: TypeAdapter[Action] = TypeAdapter(Action)
"""Reads and writes any action as JSON: `ACTION.validate_python({"kind": "wait", "seconds": 1})`."""


class Decision(_Action):
    """What one reply of the model says: why, and what to do."""

    thought: str = ""
    action: Action
