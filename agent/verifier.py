"""Did the screen do what an action of this kind should make it do?

Only pixels are compared; the verifier knows no page. Typing and clicks should change something, and a click's
change is looked for around the point too, since a busy page changes elsewhere by itself.
"""

from actions.action import Action
from agent.trajectory import Verdict
from perception.geometry import Box, Point
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
    "scroll": "scrolling changed nothing on the screen: it may be at its end",
    "hscroll": "scrolling changed nothing on the screen: it may be at its end",
}
"""Kinds that should show. Keys, waiting and moving the pointer may rightly change nothing."""


def verify(before: Frame, after: Frame, action: Action) -> Verdict:
    """Compare the frames around an action. Frames of different sizes count as changed all over."""
    if before.size != after.size:
        return Verdict(changed=True, changed_share=1.0, reason="the screen has another size")
    changed = difference(before, after)
    if changed.box is None:
        reason = _SHOULD_CHANGE.get(action.kind, "")
        return Verdict(changed=False, expected=not reason, reason=reason)
    return Verdict(changed=True, changed_share=changed.share, reason=_where(changed.box, action))


def _where(box: Box, action: Action) -> str:
    """Says when a change lies elsewhere than the click. It may still be the click's doing (a dialog that
    opens).
    """
    at: Point | None = getattr(action, "at", None)
    if at is None or box.contains(at):
        return ""
    return "what changed is not at the point"
