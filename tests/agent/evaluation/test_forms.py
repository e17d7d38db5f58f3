"""Whole forms: what was asked for is read from the page, and so is what was not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from actions.action import Action, LeftClick, TripleClick, Type
from agent.evaluation.forms import FormEnvironment
from agent.training.words import words_in
from perception.geometry import Point
from sandboxes.environment import Transition
from sandboxes.task import Task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MIDDLES = """() => Object.fromEntries([...document.querySelectorAll('[data-box]')].map(box => {
  const r = (box.querySelector('[data-mark]') ?? box).getBoundingClientRect();
  return [box.dataset.box, [Math.round((r.left + r.right) / 2), Math.round((r.top + r.bottom) / 2)]];
}))"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forms() -> AsyncIterator[FormEnvironment]:
    environment = FormEnvironment()
    yield environment
    await environment.close()


async def work(forms: FormEnvironment, seed: int, *, skip: int = 0) -> None:
    """Do what is asked, but for the first `skip` controls."""
    await forms.reset(Task(id="form", instruction="", environment="form", seed=seed, settings={"split": "heldout"}))
    wanted = (await forms.score()).facts["asked"]  # type: ignore[union-attr]
    found = (await forms.score()).facts["found"]  # type: ignore[union-attr]
    middles = await forms.browser.evaluate(MIDDLES)
    for box in [box for box in wanted if wanted[box] != found.get(box)][skip:]:
        at = Point(x=middles[box][0], y=middles[box][1])
        steps: list[Action] = [LeftClick(at=at)]
        if isinstance(wanted[box], str):
            steps = [TripleClick(at=at), Type(text=wanted[box])]
        for step in steps:
            assert not (await forms.step(step)).terminated


async def press(forms: FormEnvironment, which: str) -> Transition:
    x, y = (await forms.browser.evaluate(MIDDLES))[which]
    return await forms.step(LeftClick(at=Point(x=x, y=y)))


@pytest.mark.parametrize("seed", [0, 2, 3, 6])
async def test_a_form_that_is_done_and_sent_is_a_success(forms: FormEnvironment, seed: int) -> None:
    await work(forms, seed)
    before = await forms.score()
    assert before is not None
    assert not before.success
    assert (await press(forms, forms.button)).terminated
    after = await forms.score()
    assert after is not None
    assert after.success, after.facts


async def test_a_form_with_a_control_left_out_is_none(forms: FormEnvironment) -> None:
    await work(forms, 0, skip=1)
    assert (await press(forms, forms.button)).terminated
    score = await forms.score()
    assert score is not None
    assert not score.success


async def test_a_control_that_nobody_asked_for_must_not_change(forms: FormEnvironment) -> None:
    await work(forms, 0)
    await forms.browser.evaluate("() => { document.querySelectorAll('input')[1].value += 'x'; }")
    await press(forms, forms.button)
    score = await forms.score()
    assert score is not None
    assert not score.success


async def test_requests_name_their_controls_and_the_same_seed_asks_the_same(forms: FormEnvironment) -> None:
    task = Task(id="form", instruction="", environment="form", seed=5, settings={"split": "heldout"})
    first = await forms.reset(task)
    asked = forms.instruction
    again = await forms.reset(task)
    assert forms.instruction == asked
    assert len(words_in(asked)) > 4
    assert first.frame.digest == again.frame.digest
