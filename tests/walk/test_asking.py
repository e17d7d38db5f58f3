"""Runs that ask a person: approved, edited, refused, taken over, answered from elsewhere, resumed, overtaken."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from actions.action import Action, Decision, LeftClick, Terminate, Type
from actions.risk import Under
from agent.events import Answered, Asked, Event
from agent.guard.question import Answer, Question, Questions
from agent.guard.rules import Asks, Rules, Waiting
from agent.recorder import load
from agent.runner import resume, run
from agent.trajectory import Outcome
from perception.observation import Frame, Observation
from sandboxes.painted import PaintedEnvironment
from tests.walk.toy import TASK, follower, plan, policy_of

SWAPS = int(os.environ.get("SWAPS", "25"))
"""How many questions are asked while the screen changes; 500 shows all of it."""
PATIENT = Rules(ask=Asks(sending="ask"), questions=Waiting(seconds=30))


class OpenForm(PaintedEnvironment):
    """The drawn form, whose button sends something away."""

    async def under(self, action: Action) -> Under:
        met = await super().under(action)
        return Under(role=met.role, texts=met.texts, url=met.url, submits=met.role == "button")


class Scripted:
    """A person who says what was written down for them."""

    def __init__(self, *answers: Answer | Callable[[Question], Answer], by_hand: tuple[Action, ...] = ()) -> None:
        self.answers, self.by_hand, self.asked = list(answers), list(by_hand), list[Question]()

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        self.asked.append(question)
        assert frame.digest == question.before.digest
        said = self.answers.pop(0)
        answer = said(question) if callable(said) else said
        return answer.model_copy(update={"question": question.id})

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        return self.by_hand.pop(0) if self.by_hand else None


def says(kind: str, **fields: object) -> Answer:
    return Answer.model_validate({"question": "?", "kind": kind, **fields})


async def walked(
    folder: Path, person: Scripted | None, rules: Rules = PATIENT, form: OpenForm | None = None
) -> Outcome:
    return await run(TASK, form or OpenForm(), policy_of(follower(await plan())), folder, rules=rules, person=person)


async def test_what_is_approved_is_done_once(runs_folder: Path) -> None:
    person = Scripted(says("approve", by="ada"))
    outcome = await walked(runs_folder / "one", person)
    assert (outcome.kind, outcome.success) == ("finished", True)
    (question,) = person.asked
    assert question.reason.startswith("sending: ")
    assert question.texts == ("Save",)
    step = load(runs_folder / "one").steps[question.step]
    assert step.info["guard"]["answer"] == "approve"
    assert step.info["guard"]["by"] == "ada"
    assert step.actor == "model"


async def test_a_refusal_is_a_step_that_the_model_reads(runs_folder: Path) -> None:
    person = Scripted(*[says("refuse", reason="not today")] * 30)
    outcome = await walked(runs_folder / "one", person)
    assert outcome.success is False
    assert outcome.kind == "stuck"
    refused = [step for step in load(runs_folder / "one").steps if step.error]
    assert all(step.error.startswith("A person was asked and refused: not today (sending: ") for step in refused)
    assert all(step.after is None and not step.effect_id for step in refused)


async def test_without_a_person_it_is_refused_at_once(runs_folder: Path) -> None:
    outcome = await walked(runs_folder / "one", None, Rules(ask=Asks(sending="ask")))
    assert (outcome.kind, outcome.success) == ("stuck", False)
    assert outcome.seconds < 20
    assert "nobody answered" in outcome.reason


async def test_what_is_denied_is_not_even_asked(runs_folder: Path) -> None:
    person = Scripted()
    outcome = await walked(runs_folder / "one", person, Rules(ask=Asks(sending="deny")))
    assert (outcome.success, person.asked) == (False, [])
    assert "sending is not allowed" in outcome.reason


async def test_an_edit_is_the_persons_own_action(runs_folder: Path) -> None:
    agree = (await plan())[2].action
    person = Scripted(says("edit", action=agree), says("approve"))
    form = OpenForm()
    outcome = await walked(runs_folder / "one", person, form=form)
    steps = load(runs_folder / "one").steps
    edited = steps[person.asked[0].step]
    assert (edited.actor, edited.action) == ("human", agree)
    assert outcome.success is False, "it took the tick away again"


async def test_a_takeover_and_its_end(runs_folder: Path) -> None:
    form = OpenForm()
    decisions = await plan()
    person = Scripted(says("take_over"), by_hand=(decisions[3].action,))
    outcome = await walked(runs_folder / "one", person, form=form)
    steps = load(runs_folder / "one").steps
    assert [step.actor for step in steps] == ["model", "model", "model", "human", "model"]
    assert (outcome.kind, outcome.success) == ("finished", True)
    assert steps[3].effect_id, "it is in the ledger as well"
    assert [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]


async def test_an_answer_from_elsewhere(runs_folder: Path) -> None:
    questions, events = Questions(runs_folder / "one"), list[Event]()

    def watch(event: Event) -> None:
        events.append(event)
        if isinstance(event, Asked):
            questions.answer(says("approve", question=event.question.id, by="another terminal"))

    policy = policy_of(follower(await plan()))
    outcome = await run(TASK, OpenForm(), policy, runs_folder / "one", watcher=watch, rules=PATIENT)
    assert outcome.success
    assert [event.answer.by for event in events if isinstance(event, Answered)] == ["another terminal"]


class Swapped(OpenForm):
    """Its screen changes while a person thinks."""

    pressed_ever = 0

    def swap(self, number: int) -> None:
        """Another text, an undone tick or another focus: something that a person would have wanted to see."""
        kind = number % 3
        if kind == 0:
            self.values["Name"] = f"Eve{number}"
        elif kind == 1:
            self.values["Agree"] = not self.values["Agree"]
        else:
            down = 1 if number % 2 else -1
            self.boxes = {name: box.model_copy(update={"top": box.top + down}) for name, box in self.boxes.items()}

    async def step(self, action: Action):  # type: ignore[no-untyped-def]
        before = self.pressed
        transition = await super().step(action)
        self.pressed_ever += self.pressed is not before
        return transition


async def test_a_screen_that_changed_since_is_asked_about_again(runs_folder: Path) -> None:
    form = Swapped()
    press = (await plan())[3]
    asked: list[Question] = []

    def approve(question: Question) -> Answer:
        asked.append(question)
        form.swap(len(asked))
        return says("approve")

    person = Scripted(*[approve] * SWAPS, *[says("refuse", reason="enough")] * 30)
    policy = policy_of(follower([press], num_replies=SWAPS + 60))
    outcome = await run(TASK, form, policy, runs_folder / "one", rules=PATIENT, person=person)
    assert outcome.kind == "stuck", outcome.reason
    assert len(asked) == SWAPS
    assert form.pressed_ever == 0
    assert len({question.id for question in asked}) == SWAPS, "each is a question of its own"


async def test_a_run_that_was_stopped_while_it_asked_asks_on(runs_folder: Path, tmp_path: Path) -> None:
    folder, form = runs_folder / "one", OpenForm()
    policy = policy_of(follower(await plan()))
    asked = asyncio.Event()
    running = asyncio.create_task(
        run(
            TASK,
            form,
            policy,
            folder,
            rules=PATIENT,
            watcher=lambda event: asked.set() if isinstance(event, Asked) else None,
        )
    )
    await asyncio.wait_for(asked.wait(), 30)
    running.cancel()
    assert (await running).kind == "interrupted"
    person = Scripted(says("approve"))
    outcome = await resume(folder, form, policy_of(follower(await plan())), person=person)
    assert outcome.kind == "finished"
    assert [question.texts for question in person.asked] == [("Save",)]


async def test_typing_by_hand_is_recorded_as_a_persons(runs_folder: Path) -> None:
    decisions = await plan()
    text = Type(text="Ada")
    person = Scripted(says("take_over"), by_hand=(decisions[0].action, text, decisions[2].action, decisions[3].action))
    start = [Decision(thought="Click Save", action=decisions[3].action), Decision(action=Terminate(status="success"))]
    outcome = await run(TASK, OpenForm(), policy_of(follower(start)), runs_folder / "one", rules=PATIENT, person=person)
    steps = load(runs_folder / "one").steps
    assert [step.action for step in steps[:4]] == [decisions[0].action, text, decisions[2].action, decisions[3].action]
    assert {step.actor for step in steps[:4]} == {"human"}
    assert outcome.success


async def test_a_click_is_not_carried_out_on_a_used_answer(runs_folder: Path) -> None:
    person = Scripted(says("approve"))
    await walked(runs_folder / "one", person)
    ledger = (runs_folder / "one" / "effects.jsonl").read_text()
    assert ledger.count(f'"question":"{person.asked[0].id}"') == 1
    assert isinstance(person.asked[0].action, LeftClick)
