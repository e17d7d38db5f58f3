"""Did the screen do what an action of this kind should make it do?

Only pixels are compared; the verifier knows no page. Typing and clicks should change something, and a click's change
is looked for around the point too, since a busy page changes elsewhere by itself. A text caret that blinks is no
change, unless it came up in the row that was clicked: then the click gave a field the focus.
"""

from actions.action import Action
from agent.trajectory import Verdict
from perception.geometry import Box, Point, Size
from perception.observation import Frame
from perception.screenshot import difference

_SHOULD_CHANGE = {
    "type": "typing changed nothing on the screen: nothing may have had the focus",
    "left_click": "the click changed nothing on the screen",
    "right_click": "the click changed nothing on the screen",
    "middle_click": "the click changed nothing on the screen",
    "double_click": "the double click changed nothing on the screen",
    "triple_click": "the triple click changed nothing on the screen",
    "left_click_drag": "the drag changed nothing on the screen",
    "long_press": "the long press changed nothing on the screen",
    "swipe": "the swipe changed nothing on the screen: it may be at its end",
    "scroll": "scrolling changed nothing on the screen: it may be at its end",
    "hscroll": "scrolling changed nothing on the screen: it may be at its end",
}
"""Kinds that should show. Keys, waiting and moving the pointer may rightly change nothing."""


_CARET = Size(width=3, height=48)
"""No text caret is larger."""


def verify(before: Frame, after: Frame, action: Action) -> Verdict:
    """Compare the frames around an action. Frames of different sizes count as changed all over."""
    if before.size != after.size:
        return Verdict(changed=True, changed_share=1.0, reason="the screen has another size")
    found = difference(before, after)
    at: Point | None = getattr(action, "at", None)
    if found.box is None or _only_a_caret(found.box, at):
        reason = _SHOULD_CHANGE.get(action.kind, "")
        return Verdict(changed=False, expected=not reason, reason=reason)
    # A change elsewhere may still be the click's doing, as a dialog is: it is said and not held against it.
    beside = at is not None and not found.box.contains(at)
    reason = "what changed is not at the point" if beside else ""
    return Verdict(changed=True, changed_share=found.share, reason=reason)


def is_caret(box: Box) -> bool:
    """Whether all that differs may be a text caret that blinks."""
    return box.right - box.left <= _CARET.width and box.bottom - box.top <= _CARET.height


def _only_a_caret(box: Box, at: Point | None) -> bool:
    """Whether all that changed may be a caret that blinks, other than in the row of a click at `at`."""
    return is_caret(box) and (at is None or not box.top <= at.y < box.bottom)
