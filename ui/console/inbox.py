"""The open questions of every run in the folder of runs, and answering the one that a page shows.

Questions are the files that every way of answering shares (`agent.guard.question`): of several answers the first
counts, wherever it comes from. What a page wants is bound to what it was shown, by run, question, step and screen.
"""

import threading
import time
from pathlib import Path
from typing import Literal, NamedTuple

from actions.action import Action
from agent.booking.ledger import FILE_NAME as BOOKING
from agent.errors import AgentError, QuestionClosed
from agent.guard.question import FOLDER, Answer, Question, Questions
from perception.geometry import Point

FRESH_SECONDS = 0.4
"""How long a look through the folder is good for, for all pages together."""
LOOK_FIRST_SECONDS = 0.7
"""How long a question must have been shown before it is answered: the second half of a double click comes earlier."""
LONGEST_REASON = 500
"""Characters of a refusal's reason."""

Kind = Literal["approve", "refuse", "take_over"]


class Asked(NamedTuple):
    """An open question and the run that asks."""

    run: str
    """Name of the run's folder; of a batch's run BATCH/RUN."""
    question: Question

    @property
    def key(self) -> str:
        """Names it on a page."""
        return f"{self.run}/{self.question.id}"


class Bound(NamedTuple):
    """The question that a page shows, as it was when it was shown."""

    run: str
    id: str
    step: int
    screen: str
    """Digest of the frame that it is about."""
    shown_at: float
    """Seconds of a clock that only goes on."""

    @property
    def key(self) -> str:
        """See `Asked.key`."""
        return f"{self.run}/{self.id}"


class Inbox:
    """The questions of a folder of runs. May be called from any thread."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._lock = threading.Lock()
        self._found: list[Asked] = []
        self._looked_at = float("-inf")

    def open(self) -> list[Asked]:
        """What can be answered now, the oldest first. What can't be read is left out."""
        with self._lock:
            if time.monotonic() - self._looked_at > FRESH_SECONDS:
                self._found = self._look()
                self._looked_at = time.monotonic()
            return [one for one in self._found if not one.question.is_over]

    def folder(self, run: str) -> Path:
        """Where a run is that has questions. Raises QuestionClosed for a name that is none of the folder's."""
        folder, names = self._runs, run.split("/")
        for name in names:
            folder /= name
            if Path(name).name != name or name in ("", "..") or folder.is_symlink():
                raise QuestionClosed("there is no such run any more")
        in_batch = len(names) == 2 and (folder.parent / BOOKING).is_file()
        if not (folder / FOLDER).is_dir() or not (len(names) == 1 or in_batch):
            raise QuestionClosed("there is no such run any more")
        return folder

    def show(self, key: str) -> tuple[Question, Bound]:
        """A question, and what binds a page to it. Raises QuestionClosed for one that is not open any more."""
        run, _, name = key.rpartition("/")
        question = self._get(run, name)
        if closed := self.closed(run, question):
            raise QuestionClosed(closed)
        return question, Bound(run, question.id, question.step, question.before.digest, time.monotonic())

    def closed(self, run: str, question: Question) -> str:
        """Why a question can't be answered any more, in a sentence; empty while it can."""
        answer = Questions(self.folder(run)).answer_to(question.id)
        if answer is not None:
            by = f" by {answer.by}" if answer.by else ""
            why = f": {answer.reason}" if answer.reason else ""
            return f"This was answered{by}: {said(answer.kind)}{why}."
        return "This has expired: the run was told that nobody answered." if question.is_over else ""

    def bound(self, bound: Bound) -> Question:
        """The question that a page is bound to, open or not. Raises QuestionClosed where it is another one now."""
        question = self._get(bound.run, bound.id)
        if (question.step, question.before.digest) != (bound.step, bound.screen):
            raise QuestionClosed("this question is another one now: look at it again")
        return question

    def answer(self, bound: Bound, kind: Kind, *, at: Point | None = None, reason: str = "", by: str) -> Answer:
        """Answer what the page shows; at: where the action is to happen instead, of an approval.

        Raises QuestionClosed when it was answered before, has expired, is another one, or was shown only just now;
        then nothing is answered.
        """
        question = self.bound(bound)
        if time.monotonic() - bound.shown_at < LOOK_FIRST_SECONDS:
            raise QuestionClosed("it had only just appeared: look at it, then answer")
        action = moved(question.action, at) if kind == "approve" and at is not None else None
        answer = Answer(
            question=question.id,
            kind="edit" if action is not None else kind,
            reason=" ".join(reason.split())[:LONGEST_REASON] if kind == "refuse" else "",
            action=action,
            by=by,
        )
        Questions(self.folder(bound.run)).answer(answer)
        with self._lock:
            self._looked_at = float("-inf")
        return answer

    def _get(self, run: str, name: str) -> Question:
        question = Questions(self.folder(run)).get(name)
        if question is None:
            raise QuestionClosed("there is no such question any more")
        return question

    def _look(self) -> list[Asked]:
        found: list[Asked] = []
        for path in (*self._runs.glob(f"*/{FOLDER}"), *self._runs.glob(f"batch-*/*/{FOLDER}")):
            run = path.parent.relative_to(self._runs).as_posix()
            try:
                found += [Asked(run, one) for one in Questions(self.folder(run)).open()]
            except AgentError:
                continue  # One run that was changed by hand must not hide the others' questions.
        return sorted(found, key=lambda one: one.question.asked_at)


def can_move(action: Action) -> bool:
    """Whether an action happens at one place, which another can stand for."""
    return isinstance(getattr(action, "at", None), Point)


def moved(action: Action, at: Point) -> Action:
    """The same action at another place. Raises QuestionClosed for one that has none."""
    if not can_move(action):
        raise QuestionClosed("this does not happen at one place: refuse it, or take over")
    return action.model_copy(update={"at": at})


def said(kind: str) -> str:
    """An answer's kind in words."""
    return {"approve": "approved", "edit": "approved at another place", "refuse": "refused"}.get(kind, "taken over")
