"""Who looks at the screen before something lasting is done: asked every time, stricter than any rule, never a leave."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.guard.holding import Held
from agent.guard.rules import Asks, Rules
from agent.recorder import load
from agent.runner import run
from agent.trajectory import Outcome
from tests.walk.test_asking import OpenForm, Scripted, says
from tests.walk.toy import TASK, follower, plan, policy_of

ALLOWED = Rules(ask=Asks(sending="allow"))


class Looking:
    """Says what it is told to, and keeps what it was shown."""

    def __init__(self, reason: str = "", meanwhile: Callable[[], object] = lambda: None) -> None:
        self.said, self.meanwhile, self.held = reason, meanwhile, list[Held]()

    async def reason(self, held: Held) -> str:
        self.held.append(held)
        self.meanwhile()
        return self.said


async def walked(
    folder: Path, looking: Looking, rules: Rules, person: Scripted | None = None, form: OpenForm | None = None
) -> Outcome:
    policy = policy_of(follower(await plan()))
    return await run(TASK, form or OpenForm(), policy, folder, rules=rules, person=person, holding=looking)


async def test_it_is_asked_about_what_lasts_alone(runs_folder: Path) -> None:
    looking = Looking()
    outcome = await walked(runs_folder / "one", looking, ALLOWED)
    assert outcome.success
    (held,) = looking.held
    steps = load(runs_folder / "one").steps
    assert held.frame.digest == held.image.digest == steps[3].before.digest
    assert (held.action, held.effect_id, held.earlier) == (steps[3].action, steps[3].effect_id, ())


async def test_a_reason_is_asked_about_whatever_the_rules_allow(runs_folder: Path) -> None:
    person = Scripted(says("approve"))
    outcome = await walked(runs_folder / "one", Looking("it looks odd"), ALLOWED, person)
    assert outcome.success
    assert [question.reason for question in person.asked] == ["it looks odd"]


async def test_nothing_is_sent_against_it_without_a_person(runs_folder: Path) -> None:
    outcome = await walked(runs_folder / "one", Looking("it looks odd"), ALLOWED)
    assert (outcome.kind, outcome.success) == ("stuck", False)
    assert "it looks odd" in outcome.reason


async def test_it_gives_no_leave(runs_folder: Path) -> None:
    looking, person = Looking(), Scripted(says("approve"))
    await walked(runs_folder / "one", looking, Rules(ask=Asks(sending="ask")), person)
    assert person.asked[0].reason.startswith("sending: ")
    looking = Looking()
    outcome = await walked(runs_folder / "two", looking, Rules(ask=Asks(sending="deny")))
    assert (outcome.success, looking.held) == (False, [])


@pytest.mark.parametrize("number", [0, 1])
async def test_a_screen_that_changes_while_it_is_read_is_asked_about(runs_folder: Path, number: int) -> None:
    form = OpenForm()

    def change() -> None:
        form.values["Name"], form.values["Agree"] = ("Eve", True) if number else ("Ada", False)

    outcome = await walked(runs_folder / "one", Looking("", change), ALLOWED, form=form)
    assert outcome.success is False
    refused = [step.error for step in load(runs_folder / "one").steps if step.error]
    assert "the screen changed while it was read" in refused[0]


async def test_it_is_told_of_what_was_sent_before(runs_folder: Path) -> None:
    looking, decisions = Looking(), await plan()
    twice = [*decisions[:4], decisions[0], decisions[3], decisions[4]]
    await run(TASK, OpenForm(), policy_of(follower(twice)), runs_folder / "one", rules=ALLOWED, holding=looking)
    assert [len(held.earlier) for held in looking.held] == [0, 1]
