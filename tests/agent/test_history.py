from hypothesis import given
from hypothesis import strategies as st

from actions.action import Key, Scroll, Terminate, Type, Wait
from agent import history
from agent.trajectory import Verdict
from tests.agent.samples import step


def test_compact_tells_the_thoughts_of_steps_that_counted():
    steps = [
        step(0, 'Focus "Name"'),
        step(1, 'Click "Void"', changed=False),
        step(2, 'Type "Ada"', Type(text="Ada")),
        step(3, 'Click "Gone"', error="the page is gone"),
        step(4, "no action", None),
        step(5, "Press tab", Key(keys=("tab",)), changed=False),
        step(6, "Look further down", Scroll(pixels=-100), changed=False),
        step(7, "Wait", Wait(seconds=1), changed=False),
    ]
    assert history.compact(steps) == ('Focus "Name"', 'Type "Ada"', "Press tab", "Look further down")


def test_a_thought_that_insists_is_told_once():
    tries = [step(index, 'Focus "Name"', changed=False) for index in range(5)]
    assert history.compact(tries[:2]) == ()
    assert history.compact(tries[:3]) == ('Focus "Name"',)
    assert history.compact(tries) == ('Focus "Name"',)
    assert history.compact([*tries[:2], step(2, 'Type "Ada"'), tries[3]]) == ('Type "Ada"',)


def test_a_thought_that_worked_twice_is_told_twice():
    assert history.compact([step(0, 'Click "More"'), step(1, 'Click "More"')]) == ('Click "More"', 'Click "More"')


def test_full_tells_every_step_and_what_came_of_it():
    silent = step(3, "Again").model_copy(update={"verdict": Verdict(changed=False, expected=False, reason="no change")})
    steps = [step(0, "First"), step(1, "Second", error="it is\nlocked"), step(2, "", Wait(seconds=1)), silent]
    assert history.full(steps) == (
        "First",
        "Second (it failed: it is locked)",
        "(no thought)",
        "Again (no change)",
    )


def test_a_step_that_nobody_judged_has_no_remark():
    end = step(0, "Finished", Terminate(status="success")).model_copy(update={"verdict": None})
    assert history.remark(end) == ""


@given(st.text())
def test_a_thought_can_not_pass_for_two_lines(thought):
    assert "\n" not in history.line(thought)
    assert len(history.compact([step(0, thought)])) == 1
