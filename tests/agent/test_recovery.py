from actions.action import LeftClick, Wait
from agent.recovery import Advice, advise, num_idle
from perception.geometry import Point
from tests.agent.samples import step


def test_steps_that_change_the_screen_are_headway():
    steps = [step(0), step(1), step(2, action=Wait(seconds=1))]
    assert num_idle(steps) == num_idle([]) == 0
    assert advise(steps, stuck_after=2) == Advice()


def test_steps_in_vain_are_counted_from_the_end():
    steps = [step(0, changed=False), step(1), step(2, changed=False), step(3, error="locked")]
    advice = advise(steps, stuck_after=3)
    assert (advice.attempt, advice.stop) == (2, False)
    assert "locked" in advice.note
    assert "Do something else" in advice.note
    assert advice.reason.startswith("2 steps in a row")
    assert "locked" in advice.reason
    assert "Do something else" not in advice.reason
    assert advise(steps[:3], stuck_after=1).stop


def test_the_same_action_on_the_same_screen_is_no_headway():
    there, back = step(0, before="a"), step(1, before="b")
    assert [num_idle([there, back] * number) for number in (1, 2, 3)] == [0, 2, 4]
    assert "same screen" in advise([there, back, there], stuck_after=9).note


def test_another_point_on_the_same_screen_is_another_action():
    other = LeftClick(at=Point(x=19, y=9))
    assert num_idle([step(0, before="a"), step(1, action=other, before="a")]) == 0


def test_a_point_beside_the_last_one_is_the_same_action():
    """A box that is ticked and unticked in turn, never at the very same pixel."""
    ticks = [step(n, action=LeftClick(at=Point(x=30 + n, y=50 - n)), before="ab"[n % 2]) for n in range(6)]
    assert num_idle(ticks) == 4


def test_an_action_that_was_cut_by_a_crash_is_no_headway():
    assert num_idle([step(0).model_copy(update={"verdict": None})]) == 1
