"""Questions: one answer each, bound to a screen, never used twice."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from actions.action import LeftClick, Type
from agent.errors import QuestionClosed, RecordError
from agent.guard.person import NOBODY, is_same_screen, place_of, wait_for_answer
from agent.guard.question import Answer, Question, Questions
from perception.geometry import Box, Point, Size
from perception.observation import Frame, ImageRef

ASKED = Question(
    id="run-3",
    run_id="run",
    step=3,
    action=LeftClick(at=Point(x=50, y=30)),
    reason="buying: it presses OK",
    before=ImageRef(digest="0" * 64, size=Size(width=100, height=60)),
    asked_at=time.time(),
    expires_at=time.time() + 86_400,  # the whole lane may run between its making and its asking
)
FRAME = Frame(np.zeros((60, 100, 3), np.uint8))
YES = Answer(question="run-3", kind="approve", by="ada")


class Sitting:
    """Somebody who answers after a while, or leaves it to others."""

    def __init__(self, answer: Answer | None, seconds: float = 0.0) -> None:
        self.said, self.seconds, self.cancelled = answer, seconds, False

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return self.said

    async def act(self, instruction: str, observation: object) -> None:
        return None


def test_the_first_answer_counts(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    assert questions.open() == []
    questions.ask(ASKED)
    assert questions.open() == [ASKED]
    questions.answer(YES)
    assert questions.open() == []
    with pytest.raises(QuestionClosed, match="was answered already"):
        questions.answer(YES.model_copy(update={"kind": "refuse"}))
    answer = questions.answer_to("run-3")
    assert answer is not None
    assert answer.kind == "approve"
    assert answer.at > 0


def test_of_a_hundred_answers_at_once_one_counts(tmp_path: Path) -> None:
    Questions(tmp_path).ask(ASKED)
    ready = threading.Barrier(100)

    def answer(number: int) -> bool:
        ready.wait()
        try:
            Questions(tmp_path).answer(YES.model_copy(update={"by": str(number)}))
        except QuestionClosed:
            return False
        return True

    with ThreadPoolExecutor(100) as pool:
        assert sum(pool.map(answer, range(100))) == 1
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (ASKED, YES.model_copy(update={"question": "other"}), "there is no question other"),
        (ASKED, YES.model_copy(update={"question": "../run-3"}), "is no question's name"),
        (ASKED.model_copy(update={"expires_at": time.time() - 1}), YES, "has expired"),
        (ASKED, YES.model_copy(update={"kind": "edit"}), "an edit names the action"),
    ],
)
def test_what_can_not_be_answered(tmp_path: Path, question: Question, answer: Answer, words: str) -> None:
    questions = Questions(tmp_path)
    questions.ask(question)
    with pytest.raises(QuestionClosed, match=words):
        questions.answer(answer)


def test_a_question_stays_as_it_was_asked(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    questions.ask(ASKED)
    assert questions.ask(ASKED.model_copy(update={"reason": "another"})) == ASKED
    other = ASKED.model_copy(update={"before": ImageRef(digest="1" * 64, size=ASKED.before.size)})
    assert questions.ask(other).id == "run-3.2", "of another screen it is another question"
    questions.spend("run-3")
    assert questions.ask(ASKED).id == "run-3.3", "a spent answer is asked for again"
    (tmp_path / "questions" / "run-3.json").write_text("{}")
    with pytest.raises(RecordError, match="is no question: it was changed"):
        questions.get("run-3")


async def test_whoever_is_faster_answers(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    questions.ask(ASKED)
    slow = Sitting(YES.model_copy(update={"kind": "refuse"}), 60)
    waiting = asyncio.create_task(wait_for_answer(questions, ASKED, slow, FRAME))
    await asyncio.sleep(0.15)
    questions.answer(YES)
    assert (await waiting).kind == "approve"
    assert slow.cancelled


async def test_a_person_at_the_run_answers(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    questions.ask(ASKED)
    assert (await wait_for_answer(questions, ASKED, Sitting(YES), FRAME)).by == "ada"
    assert questions.open() == []


async def test_nobody_is_a_refusal(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    soon = questions.ask(ASKED.model_copy(update={"expires_at": time.time() + 0.2}))
    answer = await wait_for_answer(questions, soon, Sitting(None), FRAME)
    assert (answer.kind, answer.reason) == ("refuse", NOBODY)
    with pytest.raises(QuestionClosed, match="has expired"):
        questions.answer(YES)


def painted(*spots: tuple[int, int, int, int]) -> Frame:
    """Left, top, width, height of what is white."""
    pixels = np.zeros((60, 200, 3), np.uint8)
    for left, top, width, height in spots:
        pixels[top : top + height, left : left + width] = 255
    return Frame(pixels)


@pytest.mark.parametrize(
    ("now", "whole", "target"),
    [
        (painted(), True, True),
        (painted((10, 10, 1, 16)), True, True),  # a caret
        (painted((10, 10, 4, 16)), False, False),
        (painted((180, 50, 10, 5)), False, True),  # elsewhere
        (Frame(np.zeros((60, 201, 3), np.uint8)), False, False),
    ],
)
def test_the_same_screen(now: Frame, whole: bool, target: bool) -> None:
    before = painted()
    box = place_of(LeftClick(at=Point(x=20, y=15)), before)
    assert box == Box(left=0, top=0, right=85, bottom=40)
    assert is_same_screen(before, now, box, whole=True) is whole
    assert is_same_screen(before, now, box, whole=False) is target
    assert is_same_screen(before, now, place_of(Type(text="x"), before), whole=False) is whole
