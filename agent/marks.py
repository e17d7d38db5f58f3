"""Turns steps into marks on the frame that they were decided on: where it was clicked, dragged, typed."""

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    MiddleClick,
    MouseMove,
    Open,
    RightClick,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from agent.trajectory import Step
from perception.geometry import Point, Size
from perception.overlay import LabelMark, Mark, PathMark, PointMark

_LONGEST_TEXT = 40


def action_marks(action: Action | None, size: Size, pointer: Point | None = None) -> tuple[Mark, ...]:
    """What to draw for an action on a frame of this size; `pointer` is where the mouse was before, if that is
    known."""
    resting = pointer or Point(x=size.width // 2, y=size.height // 2)
    match action:
        case LeftClick():
            return (PointMark(at=action.at),)
        case DoubleClick():
            return (PointMark(at=action.at, rings=2),)
        case TripleClick():
            return (PointMark(at=action.at, rings=3),)
        case RightClick() | MiddleClick():
            name = "right" if action.kind == "right_click" else "middle"
            return PointMark(at=action.at), LabelMark(at=action.at, text=name)
        case MouseMove():
            return (PointMark(at=action.at, rings=0),)
        case LeftClickDrag():
            start = action.start or resting
            return PathMark(points=(start, action.end)), PointMark(at=start, rings=0)
        case LongPress():
            return PointMark(at=action.at), LabelMark(at=action.at, text=f"{action.seconds:g} s")
        case Swipe():
            return PathMark(points=(action.start, action.end)), PointMark(at=action.start, rings=0)
        case SystemButton():
            return (LabelMark(at=resting, text=action.button),)
        case Open():
            return (LabelMark(at=resting, text=_short(action.app)),)
        case Scroll():
            return (_wheel(action.at or resting, 0, action.pixels, size),)
        case HScroll():
            return (_wheel(action.at or resting, action.pixels, 0, size),)
        case Type():
            return (LabelMark(at=resting, text=_short(action.text)),)
        case Key():
            return (LabelMark(at=resting, text="+".join(action.keys)),)
        case Wait() | Terminate() | Answer() | None:
            return ()


def step_marks(steps: tuple[Step, ...]) -> tuple[tuple[Mark, ...], ...]:
    """The marks of each step of a run, with the pointer followed from step to step."""
    drawn = []
    pointer: Point | None = None
    for step in steps:
        drawn.append(action_marks(step.action, step.before.size, pointer))
        pointer = pointer_after(step.action, pointer)
    return tuple(drawn)


def pointer_after(action: Action | None, pointer: Point | None) -> Point | None:
    """Where the mouse is once an action was carried out."""
    if isinstance(action, LeftClickDrag | Swipe):
        return action.end
    return getattr(action, "at", None) or pointer


def _wheel(at: Point, across: int, up: int, size: Size) -> PathMark:
    """An arrow the way the page's content will be looked at: wheel up looks further up."""
    reach = max(12, min(size.width, size.height) // 6)
    x = at.x - (reach if across > 0 else -reach if across < 0 else 0)
    y = at.y - (reach if up > 0 else -reach if up < 0 else 0)
    inside = Point(x=min(max(x, 0), size.width - 1), y=min(max(y, 0), size.height - 1))
    return PathMark(points=(at, inside))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
