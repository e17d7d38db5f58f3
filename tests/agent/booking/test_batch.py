"""Batches on a drawn program: entered once, held where the form is wrong, settled after a cut, never entered twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action, LeftClick
from agent.booking.batch import PERSON, Batch, Crew, Mending, enter_all, instruction_of
from agent.booking.ledger import FILE_NAME, Ledger, Read, Standing
from agent.booking.wanted import Wanted
from agent.effects import Intent
from agent.errors import SettingsError
from agent.guard.question import Answer, Question
from agent.guard.rules import Asks, Rules
from agent.recorder import load
from agent.trajectory import Outcome
from perception.errors import DocumentInvalid
from perception.extraction.record import Leaf, Record
from perception.extraction.schema import RecordSchema, read_schema
from perception.observation import Frame, Observation
from perception.ocr import Recognizer
from sandboxes.task import Task
from tests.agent.booking.drawn import SCHEMA, TYPED, VALUES, DrawnProgram, wanted
from tests.walk.filler import SAID, Filler, Mistake

pytestmark = pytest.mark.slow

SECOND = VALUES | {"number": "2024/77110", "supplier": "Lowther Ltd", "net": 100.0, "tax": 20.0, "total": 120.0}
LIST = "http://books/list?number={number}"


class Desk:
    """One batch, gone on with by as many calls as wanted."""

    def __init__(self, folder: Path, eye: Recognizer, *records: dict[str, Any]) -> None:
        self.program, self.folder, self.eye = DrawnProgram(), folder / "batch", eye
        self.records: dict[str, dict[str, Any]] = {}
        for number, record in enumerate(records or (VALUES, SECOND)):
            path = folder / f"{number}.pdf"
            path.write_bytes(b"paper %d" % number)
            self.records[path.name] = record
        self.files = [folder / name for name in self.records]
        self.mistake: Mistake = ""
        self.doubts: dict[str, str] = {}
        self.asked: list[Intent] = []

    async def read(self, path: Path) -> Record:
        values = self.records[path.name]
        if not values:
            raise DocumentInvalid("it is no PDF")
        leaves = tuple(
            Leaf(path=name, value=value, on_page=True, doubt=self.doubts.get(name, ""))
            for name, value in values.items()
        )
        missing = tuple(name for name in VALUES if name not in values)
        return Record(document=path.name, read_by="test", leaves=leaves, missing=missing)

    async def enter(
        self,
        *,
        listed: str = "",
        person: Person | None = None,
        told: bool | None = None,
        cut: bool = False,
        rules: Rules | None = None,
        schema: RecordSchema = SCHEMA,
        mending: Mending | None = None,
        anew: bool = False,
    ) -> Outcome | None:
        def deciding(wanted: Sequence[Wanted]) -> Filler:
            return Filler(self.program, wanted, self.mistake)  # type: ignore[arg-type]

        async def settle(intent: Intent, view: Observation) -> bool | None:
            self.asked.append(intent)
            return told

        crew = Crew(
            environment=self.program,
            deciding=deciding,
            reading=self.read,
            eye=self.eye,
            person=person,
            settle=None if told is None else settle,
            mending=mending,
        )
        task = Task(id="t", instruction=SAID, url="http://books/new")
        batch = Batch(task=task, schema=schema, listed=listed, anew=anew, on_its_way=0, rules=rules or Rules())
        with closing(Ledger(self.folder)) as ledger:
            return await enter_all(batch, self.files, ledger, crew)

    async def cut(self, *, after: bool) -> None:
        """A call that is stopped while it sends the first document."""
        running = asyncio.ensure_future(self.enter())
        self.program.cut_before, self.program.cut_after = (None, running.cancel) if after else (running.cancel, None)
        outcome = await running
        assert outcome is not None
        assert outcome.kind == "interrupted"
        self.program.cut_before = self.program.cut_after = None

    def standings(self) -> list[Standing]:
        with closing(Ledger(self.folder)) as ledger:
            return list(ledger.standings.values())

    def states(self) -> list[str]:
        return [f"{one.receipt.state} by {one.receipt.by}" if one.receipt else "open" for one in self.standings()]

    @property
    def numbers(self) -> list[str]:
        return [row[0] for row in self.program.books]


class Person:
    """Somebody who is asked, and always says the same."""

    def __init__(self, kind: str, *by_hand: Action) -> None:
        self.kind, self.by_hand, self.asked = kind, list(by_hand), list[Question]()

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        self.asked.append(question)
        return Answer.model_validate({"question": question.id, "kind": self.kind})

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        return self.by_hand.pop(0) if self.by_hand else None


async def test_every_document_is_entered_once(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye)
    assert await desk.enter() is None
    assert desk.program.books == [[TYPED[name] for name in VALUES], desk.program.books[1]]
    assert desk.numbers == ["INV-88555", "2024/77110"]
    assert desk.states() == ["entered by screen"] * 2
    kinds = [line.split('"type":"')[1].split('"')[0] for line in (desk.folder / FILE_NAME).read_text().splitlines()]
    assert kinds == ["document", "record", "run", "screen", "receipt"] * 2
    assert await desk.enter() is None
    assert len(desk.numbers) == 2, "nothing is left to enter"


@pytest.mark.parametrize("mistake", ["swap", "autofill"])
async def test_a_wrong_form_is_held_and_entered_by_the_next_call(
    tmp_path: Path, eye: Recognizer, mistake: Mistake
) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    desk.mistake = mistake
    await desk.enter(rules=Rules(ask=Asks(sending="allow")))
    assert (desk.numbers, desk.states()) == ([], ["not_entered by run"])
    (screen,) = desk.standings()[0].screens
    assert screen.reason.startswith("what stands in the form is not what the document says: ")
    desk.mistake = ""
    await desk.enter()
    assert desk.states() == ["entered by screen"]
    assert len(desk.numbers) == 1


async def test_what_was_corrected_since_is_entered_as_it_is_now(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    desk.mistake = "swap"
    await desk.enter()
    desk.mistake, desk.records["0.pdf"] = "", VALUES | {"number": "INV-90001"}
    await desk.enter(anew=True)
    assert (desk.numbers, desk.states()) == (["INV-90001"], ["entered by screen"])
    desk.records["0.pdf"] = SECOND
    await desk.enter(anew=True)
    assert desk.numbers == ["INV-90001"], "what was entered is not entered again, however it reads now"


@pytest.mark.parametrize(("kind", "num_booked"), [("approve", 1), ("refuse", 0)])
async def test_a_person_is_asked_where_they_differ(tmp_path: Path, eye: Recognizer, kind: str, num_booked: int) -> None:
    desk, person = Desk(tmp_path, eye, VALUES), Person(kind)
    desk.mistake = "digit"
    await desk.enter(person=person, rules=Rules(ask=Asks(sending="allow")))
    (question,) = person.asked
    assert 'number is "INV-88555" in the record and "INV-88558" on the screen' in question.reason
    assert len(desk.numbers) == num_booked


async def test_what_a_person_let_through_is_not_sent_again(tmp_path: Path, eye: Recognizer) -> None:
    desk, person = Desk(tmp_path, eye, SECOND, VALUES), Person("approve")
    desk.files = desk.files[:1]
    await desk.enter()
    desk.files, desk.mistake = [tmp_path / "0.pdf", tmp_path / "1.pdf"], "digit"
    for _ in range(2):
        await desk.enter(listed=LIST, person=person, rules=Rules(ask=Asks(sending="allow")))
        assert (desk.states()[1], desk.numbers) == ("sent by run", ["2024/77110", "INV-88558"])


@pytest.mark.parametrize("after", [True, False])
async def test_a_cut_is_settled_by_the_list(tmp_path: Path, eye: Recognizer, after: bool) -> None:
    desk = Desk(tmp_path, eye, SECOND, VALUES)
    desk.files = desk.files[:1]
    await desk.enter()
    desk.files = [tmp_path / "0.pdf", tmp_path / "1.pdf"]
    await desk.cut(after=after)
    assert desk.states() == ["entered by screen", "open"]
    await desk.enter(listed=LIST)
    assert desk.numbers == ["2024/77110", "INV-88555"]
    assert desk.states()[1] == ("entered by list" if after else "entered by screen")


@pytest.mark.parametrize("after", [True, False])
async def test_a_cut_is_settled_by_a_person(tmp_path: Path, eye: Recognizer, after: bool) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    await desk.cut(after=after)
    await desk.enter(told=after)
    assert desk.numbers == ["INV-88555"]
    assert [intent.action.kind for intent in desk.asked] == ["left_click"]
    assert desk.states() == ["entered by asked" if after else "entered by screen"]


@pytest.mark.parametrize("after", [True, False])
async def test_what_nobody_can_tell_is_not_repeated(tmp_path: Path, eye: Recognizer, after: bool) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    await desk.cut(after=after)
    for _ in range(2):
        await desk.enter(listed=LIST)  # Nothing else was entered, so that an empty list tells nothing.
        assert desk.states() == ["entered by list" if after else "unknown by run"]
        assert len(desk.numbers) == after


async def test_what_was_sent_and_not_answered_is_not_repeated(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    desk.program.answers = False
    for _ in range(2):
        await desk.enter()
        assert (desk.states(), len(desk.numbers)) == (["sent by run"], 1)
    await desk.enter(listed=LIST)
    assert (desk.states(), len(desk.numbers)) == (["entered by list"], 1)


async def test_a_cut_is_settled_first_though_its_file_is_gone(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    await desk.cut(after=True)
    again = tmp_path / "again.pdf"
    again.write_bytes(b"another scan of the same paper")
    desk.records[again.name], desk.files = VALUES, [again]
    await desk.enter(listed=LIST)
    assert desk.states() == ["entered by list", "copy by record"]
    assert len(desk.numbers) == 1


async def test_a_cut_is_not_judged_by_another_schema(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    await desk.cut(after=True)
    other = read_schema({"type": "object", "properties": {"number": {"type": "string"}}})
    with pytest.raises(SettingsError, match=r"0\.pdf.*the one that has number, date, supplier"):
        await desk.enter(schema=other)
    assert desk.states() == ["open"]


async def test_what_a_person_sent_by_hand_is_not_sent_again(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    person = Person("take_over", LeftClick(at=desk.program.places["save"]))
    asking = Rules(ask=Asks(sending="ask"))
    for _ in range(2):
        await desk.enter(person=person, rules=asking)
        assert (desk.states(), len(desk.numbers)) == (["unknown by run"], 1)
    await desk.enter(listed=LIST)
    assert (desk.states(), len(desk.numbers)) == (["entered by list"], 1)


async def test_copies_and_what_cannot_be_entered(tmp_path: Path, eye: Recognizer) -> None:
    lacking = {name: value for name, value in SECOND.items() if name != "date"}
    desk = Desk(tmp_path, eye, VALUES, VALUES, lacking, {})
    assert await desk.enter() is None
    assert desk.states() == ["entered by screen", "copy by record", "not_entered by record", "not_entered by record"]
    said = [one.receipt.said for one in desk.standings() if one.receipt]
    assert said[1:] == [
        "0.pdf says the same, and is entered",
        "not found in it: date",
        "it can't be read: it is no PDF",
    ]
    desk.records["2.pdf"] = SECOND
    await desk.enter()
    assert desk.numbers == ["INV-88555", "2024/77110"], "it is read anew"


async def test_a_record_in_doubt_is_entered_when_a_person_says_what_the_paper_says(
    tmp_path: Path, eye: Recognizer
) -> None:
    desk = Desk(tmp_path, eye, VALUES | {"supplier": "Savings Bank"})
    desk.doubts = {"supplier": "no label names it"}
    said: dict[str, Any] | None = None

    async def mend(name: str, schema: RecordSchema, read: Read) -> dict[str, Any] | None:
        assert (name, read.lacks) == ("0.pdf", "somebody has to look at it: supplier: no label names it")
        return said

    for mending in (None, mend):
        await desk.enter(mending=mending)
        assert (desk.states(), desk.numbers) == (["not_entered by record"], [])
    said = VALUES | {"net": 1.0}
    await desk.enter(mending=mend)
    assert "a check of the record fails" in str(desk.standings()[0].receipt), "a person is checked too"
    said = VALUES
    await desk.enter(mending=mend)
    assert desk.program.books == [list(TYPED.values())]
    record = desk.standings()[0].record
    assert record is not None
    assert record.read_by == PERSON


async def test_a_run_is_told_its_own_document(tmp_path: Path, eye: Recognizer) -> None:
    desk = Desk(tmp_path, eye, VALUES)
    await desk.enter()
    (standing,) = desk.standings()
    record = load(desk.folder / standing.runs[0]).run
    assert record.task.instruction == instruction_of(SAID, wanted())
    assert "Invoice number: INV-88555; Invoice date: 2025-01-23" in record.task.instruction
