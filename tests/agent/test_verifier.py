import numpy as np
import pytest

from actions.action import Action, Key, LeftClick, Scroll, Type, Wait
from agent.verifier import verify
from perception.geometry import Point
from perception.observation import Frame


def frames(*box: int) -> tuple[Frame, Frame]:
    """A grey frame, and one with a white box (left, top, right, bottom)."""
    grey = np.full((20, 40, 3), 90, np.uint8)
    white = grey.copy()
    if box:
        left, top, right, bottom = box
        white[top:bottom, left:right] = 255
    return Frame(grey), Frame(white)


@pytest.mark.parametrize("action", [LeftClick(at=Point(x=1, y=1)), Type(text="a"), Scroll(pixels=-9)])
def test_what_should_show_and_does_not_is_said(action: Action):
    verdict = verify(*frames(), action)
    assert not verdict.changed
    assert not verdict.expected
    assert "changed nothing" in verdict.reason


@pytest.mark.parametrize("action", [Wait(seconds=1), Key(keys=("tab",))])
def test_what_need_not_show_is_as_expected(action: Action):
    verdict = verify(*frames(), action)
    assert (verdict.changed, verdict.expected, verdict.reason) == (False, True, "")


def test_the_changed_share_is_measured():
    verdict = verify(*frames(0, 0, 20, 10), LeftClick(at=Point(x=5, y=5)))
    assert (verdict.changed, verdict.expected, verdict.changed_share, verdict.reason) == (True, True, 0.25, "")


def test_a_change_elsewhere_is_said_and_still_expected():
    verdict = verify(*frames(30, 10, 40, 20), LeftClick(at=Point(x=5, y=5)))
    assert verdict.expected
    assert "not at the point" in verdict.reason


def test_another_size_is_a_change():
    small = Frame(np.zeros((2, 2, 3), np.uint8))
    assert verify(frames()[0], small, Wait(seconds=1)).changed_share == 1.0


@pytest.mark.parametrize("action", [Type(text="a"), LeftClick(at=Point(x=30, y=1)), Wait(seconds=1)])
def test_a_caret_that_blinks_is_no_change(action: Action):
    verdict = verify(*frames(5, 4, 6, 18), action)
    assert not verdict.changed
    assert verdict.expected == (action.kind == "wait")


def test_a_caret_in_the_row_that_was_clicked_is_the_focus():
    assert verify(*frames(5, 4, 6, 18), LeftClick(at=Point(x=30, y=10))).changed
