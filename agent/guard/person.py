"""The seam to whoever sits at a run, and waiting for what they, or somebody elsewhere, answer."""

import asyncio
import time
from typing import Protocol

from actions.action import Action
from agent.errors import QuestionClosed
from agent.guard.question import Answer, Question, Questions
from agent.verifier import is_caret
from perception.geometry import Box, Point
from perception.observation import Frame, Observation
from perception.screenshot import difference

LOOK_SECONDS = 0.1
"""How often an answer from elsewhere is looked for."""
AROUND = (64, 24)
"""Pixels to each side of a point that belong to what it hits."""
NOBODY = "nobody answered"


class Person(Protocol):
    """Somebody who sits at the run."""

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        """What they say; None leaves the question to others. Cancelled when somebody else was faster."""
        ...

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        """What they do themselves, after a takeover; None hands back."""
        ...


async def wait_for_answer(questions: Questions, question: Question, person: Person | None, frame: Frame) -> Answer:
    """The answer that came first, from the person or from elsewhere; when the question expires, a refusal."""
    asking = None if person is None else asyncio.ensure_future(_ask(questions, question, person, frame))
    try:
        while (answer := questions.answer_to(question.id)) is None:
            if asking is not None and asking.done():
                asking.result()  # An error of the person's own side ends the run with its words.
                asking = None
                continue
            left = question.expires_at - time.time()
            if left <= 0:
                return Answer(question=question.id, kind="refuse", reason=NOBODY, by="")
            waiting = {asking} if asking is not None else set()
            pause = min(LOOK_SECONDS, left)
            if waiting:
                await asyncio.wait(waiting, timeout=pause)
            else:
                await asyncio.sleep(pause)
        return answer
    finally:
        if asking is not None:
            asking.cancel()
            await asyncio.wait({asking})


async def _ask(questions: Questions, question: Question, person: Person, frame: Frame) -> None:
    answer = await person.answer(question, frame)
    if answer is None:
        return
    try:
        questions.answer(answer)
    except QuestionClosed:
        return  # Somebody else was faster, or it was too late: what is on disk counts.


def place_of(action: Action, frame: Frame) -> Box | None:
    """The part of a frame that an action would hit; None for what has no place."""
    points = [point for name in ("at", "start", "end") if isinstance(point := getattr(action, name, None), Point)]
    if not points:
        return None
    return Box(
        left=max(0, min(point.x for point in points) - AROUND[0]),
        top=max(0, min(point.y for point in points) - AROUND[1]),
        right=min(frame.size.width, max(point.x for point in points) + AROUND[0] + 1),
        bottom=min(frame.size.height, max(point.y for point in points) + AROUND[1] + 1),
    )


def crop_of(frame: Frame, box: Box | None) -> Frame:
    """That part as a frame of its own; the whole frame without a box."""
    if box is None:
        return frame
    return Frame(frame.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)])


def is_same_screen(before: Frame, now: Frame, box: Box | None, *, whole: bool) -> bool:
    """Whether an approval still holds: nothing differs but perhaps a caret that blinks. whole: all of the screen
    counts, or only the part that would be hit (all of it where there is none)."""
    if before.size != now.size:
        return False
    if not whole and box is not None:
        before, now = crop_of(before, box), crop_of(now, box)
    found = difference(before, now).box
    return found is None or is_caret(found)
