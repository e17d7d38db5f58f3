"""Runs that a person holds between deciding and acting: let go, told something, taken over, overtaken by the screen."""

from pathlib import Path

from actions.action import Action
from agent.events import Decided, Event
from agent.guard.question import Answer, Question
from agent.guard.steering import Turn
from agent.loop.state import state_after
from agent.policy import Choice, Situation
from agent.recorder import load
from agent.runner import run
from agent.settings import RunSettings
from perception.observation import Frame, Observation
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, follower, plan, policy_of


class Steerer:
    """A person who says at each decision what was written down for it, and lets the rest go."""

    def __init__(self, *turns: Turn, by_hand: tuple[Action, ...] = ()) -> None:
        self.turns, self.by_hand, self.num_asked = list(turns), list(by_hand), 0

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        return None

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        return self.by_hand.pop(0) if self.by_hand else None

    async def steer(self) -> Turn:
        self.num_asked += 1
        return self.turns.pop(0) if self.turns else Turn()


class Listening:
    """A policy that keeps what it was told."""

    def __init__(self, policy) -> None:  # type: ignore[no-untyped-def]
        self._policy, self.identity, self.notes = policy, policy.identity, list[tuple[str, ...]]()

    async def decide(self, situation: Situation) -> Choice:
        self.notes.append(situation.notes)
        return await self._policy.decide(situation)


async def test_what_is_let_go_goes_and_the_end_is_held_as_well(runs_folder: Path) -> None:
    person = Steerer()
    outcome = await run(
        TASK, PaintedEnvironment(), policy_of(follower(await plan())), runs_folder / "one", person=person
    )
    assert (outcome.kind, outcome.success, person.num_asked) == ("finished", True, 5)
    assert all(step.actor == "model" for step in load(runs_folder / "one").steps)


async def test_what_it_is_told_holds_to_the_end_and_is_on_record(runs_folder: Path) -> None:
    person = Steerer(Turn(), Turn("think_again", ("mind the tick",)), Turn(), Turn("think_again", ("and hurry",)))
    policy = Listening(policy_of(follower(await plan())))
    outcome = await run(TASK, PaintedEnvironment(), policy, runs_folder / "one", person=person)
    assert outcome.success
    told = [tuple(note for note in notes if note.startswith("The person adds: ")) for notes in policy.notes]
    first, both = ("The person adds: mind the tick",), ("The person adds: mind the tick", "The person adds: and hurry")
    assert told == [(), (), first, first, both, both, both]
    steps = load(runs_folder / "one").steps
    assert [len(step.info.get("told", ())) for step in steps] == [0, 1, 2, 2, 2]
    assert state_after(steps[:3], RunSettings()).get("told") == ["mind the tick", "and hurry"]


async def test_a_takeover_puts_the_decision_aside(runs_folder: Path) -> None:
    decisions = await plan()
    person = Steerer(Turn(), Turn("take_over"), by_hand=(decisions[1].action, decisions[2].action))
    outcome = await run(TASK, PaintedEnvironment(), policy_of(follower(decisions)), runs_folder / "one", person=person)
    steps = load(runs_folder / "one").steps
    assert outcome.success
    assert [step.actor for step in steps] == ["model", "human", "human", "model", "model"]
    assert [step.action for step in steps] == [decision.action for decision in decisions]
    assert [step.thought for step in steps[1:3]] == ['Type "Ada"', 'Click "Agree"'], "named as the place names it"


async def test_even_the_end_can_be_taken_over(runs_folder: Path) -> None:
    decisions = await plan()
    person = Steerer(Turn("take_over"), by_hand=tuple(decision.action for decision in decisions[:4]))
    outcome = await run(
        TASK, PaintedEnvironment(), policy_of(follower(decisions[4:])), runs_folder / "one", person=person
    )
    assert outcome.success
    assert [step.actor for step in load(runs_folder / "one").steps] == ["human"] * 4 + ["model"]


class Swapping(Steerer):
    """While the first decision waits, the screen changes."""

    def __init__(self, form: PaintedEnvironment) -> None:
        super().__init__()
        self._form = form

    async def steer(self) -> Turn:
        turn = await super().steer()
        if self.num_asked > 1:
            return turn
        self._form.values["Name"] = "Eve"
        return turn._replace(waited=True)


async def test_a_decision_that_waited_is_made_anew_where_the_screen_changed(runs_folder: Path) -> None:
    form, events = PaintedEnvironment(), list[Event]()
    person = Swapping(form)
    await run(TASK, form, policy_of(follower(await plan())), runs_folder / "one", None, events.append, person=person)
    decided = [event.index for event in events if isinstance(event, Decided)]
    assert decided[:3] == [0, 0, 1]
    images = {step.index: step.before for step in load(runs_folder / "one").steps}
    assert images[0] != images[1]
