"""A form filled in by whoever can only point: field by field, what missed done again, what was refused given up."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from actions.action import Action, Decision, LeftClick, Terminate, Wait
from agent.booking.filling import Filling, pressing
from agent.policy import Choice, Identity, Situation
from agent.trajectory import Step
from perception.geometry import Point
from perception.ocr import Recognizer
from sandboxes.task import Task
from tests.agent.booking.drawn import LABELS, TYPED, DrawnProgram, wanted
from tests.agent.samples import step
from tests.walk.filler import SAID

pytestmark = pytest.mark.slow

FEW = tuple(one for one in wanted() if one.field.path in ("number", "net", "tax"))
BOOKED = [TYPED[name] if name in ("number", "net", "tax") else "" for name in LABELS]


class Pointing:
    """A model that finds what it is asked for by its label, except where it is told to point elsewhere, once."""

    identity = Identity(policy="pointing", model="pointing")

    def __init__(self, places: Mapping[str, Point], missed: Mapping[str, str] | None = None) -> None:
        """missed: field -> the one that is taken for it the first time; empty for none at all."""
        self._places, self._missed, self.asked = places, dict(missed or {}), list[str]()

    async def decide(self, situation: Situation) -> Choice:
        self.asked.append(situation.instruction)
        names = [name for name, label in LABELS.items() if label in situation.instruction] or ["save"]
        name = self._missed.pop(names[0], names[0])
        action: Action = LeftClick(at=self._places[name]) if name else Wait(seconds=1)
        return Choice(Decision(thought="there", action=action))


async def filled(program: DrawnProgram, model: Pointing, eye: Recognizer, most: int = 40) -> Terminate:
    """How it ends, on a program that is acted on without a guard."""
    policy = Filling(model, FEW, eye, SAID)
    observation = await program.reset(Task(id="t", instruction=SAID, url="http://books/new"))
    steps: list[Step] = []
    for index in range(most):
        choice = await policy.decide(Situation(instruction=SAID, observation=observation, steps=steps))
        assert choice.decision is not None
        if isinstance(choice.decision.action, Terminate):
            return choice.decision.action
        observation = (await program.step(choice.decision.action)).observation
        steps.append(step(index, choice.decision.thought, choice.decision.action))
    raise AssertionError("it goes on and on")


async def test_every_field_is_asked_for_once_and_then_the_button(eye: Recognizer) -> None:
    program = DrawnProgram()
    model = Pointing(program.places)
    assert (await filled(program, model, eye)).status == "success"
    assert program.books == [BOOKED]
    assert model.asked == [*(f"Click the {one.title} field" for one in FEW), "press Save invoice"]


@pytest.mark.parametrize("missed", [{"net": "tax"}, {"number": "", "tax": "number"}])
async def test_what_went_elsewhere_is_typed_over(eye: Recognizer, missed: dict[str, str]) -> None:
    program = DrawnProgram()
    assert (await filled(program, Pointing(program.places, missed), eye)).status == "success"
    assert program.books == [BOOKED]


async def test_the_label_is_clicked_where_the_model_points_elsewhere(eye: Recognizer) -> None:
    program = DrawnProgram()
    model = Pointing({**program.places, "tax": program.places["net"]})
    assert (await filled(program, model, eye)).status == "success"
    assert program.books == [BOOKED]
    assert sum("Tax amount" in asked for asked in model.asked) == 2, "it was asked for in other words"


async def test_what_was_refused_is_given_up(eye: Recognizer) -> None:
    program = DrawnProgram()
    policy = Filling(Pointing(program.places), wanted(), eye, SAID)
    refused = Situation(instruction=SAID, observation=await program.observe(), steps=[step(error="a person refused")])
    choice = await policy.decide(refused)
    assert choice.decision is not None
    assert choice.decision.action == Terminate(status="failure")


@pytest.mark.parametrize(
    ("said", "press"),
    [
        (SAID, "press Save invoice"),
        ("Click New, enter it and then click Book.", "click Book"),
        ("Book the invoice.", "Book the invoice."),
    ],
)
def test_what_is_pressed_at_the_end_is_the_instructions_last_word(said: str, press: str) -> None:
    assert pressing(said) == press
