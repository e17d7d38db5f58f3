"""Questions to a person and their answers, as files in a run's folder: any process may answer, the first answer counts.

    questions/ID.json          what is asked
    questions/ID.answer.json   the one answer
    questions/ID.spent         the answer is not good any more: the screen had changed

A question is bound to one action of one step on one screen at one address. It is good until it expires, for a single
answer, and that answer for a single use (the ledger names the question with the intent).
"""

import re
import time
from itertools import count
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import Action
from actions.risk import Risk
from agent.errors import QuestionClosed, RecordError
from perception.files import create_file, replace_file
from perception.geometry import Box
from perception.observation import ImageRef

FOLDER = "questions"
_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
Record = TypeVar("Record", bound=BaseModel)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1


class Question(_Record):
    """May this be done?"""

    id: str
    run_id: str
    step: int = Field(ge=0)
    action: Action
    thought: str = ""
    reason: str
    """Why it is asked."""
    risks: tuple[Risk, ...] = ()
    texts: tuple[str, ...] = ()
    """What the action would hit says."""
    url: str = ""
    before: ImageRef
    """The screen that it was decided on."""
    box: Box | None = None
    """The part of it that the action would hit; None for what has no place, such as a key."""
    crop: str = ""
    """Digest of that part."""
    asked_at: float
    """Seconds since 1970."""
    expires_at: float

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return time.time() >= self.expires_at


class Answer(_Record):
    """What the person said."""

    question: str
    kind: Literal["approve", "edit", "refuse", "take_over"]
    reason: str = ""
    """Of a refusal: the model reads it."""
    action: Action | None = None
    """Of an edit: what is done instead."""
    by: str = ""
    """Who answered, and where."""
    at: float = 0.0
    """Seconds since 1970."""


class Questions:
    """The questions of one run."""

    def __init__(self, folder: Path) -> None:
        """folder: the run's. Nothing is made before something is asked."""
        self._folder = folder / FOLDER

    def ask(self, question: Question) -> Question:
        """Put a question on disk and give it back, under its name or the name with a number. One that was asked
        before, of the same action on the same screen, is the same question while it is good. Raises RecordError."""
        for number in count(1):
            name = question.id if number == 1 else f"{question.id}.{number}"
            asked = self.get(name)
            if asked is None:
                return self._put(question.model_copy(update={"id": name}))
            same = (asked.before, asked.action, asked.url) == (question.before, question.action, question.url)
            if same and not asked.is_over and not self._spent_path(name).exists():
                return asked
        raise AssertionError("there is always another number")

    def spend(self, name: str) -> None:
        """The answer to a question is not good any more. Raises RecordError."""
        _create(self._spent_path(name), b"")

    def _put(self, question: Question) -> Question:
        try:
            self._folder.mkdir(exist_ok=True)
            replace_file(self._path(question.id), question.model_dump_json(indent=2).encode())
        except OSError as error:
            raise RecordError(f"{self._folder} can't be written: {error.strerror}; free some space") from error
        return question

    def get(self, name: str) -> Question | None:
        """A question; None where nothing of that name was asked. Raises RecordError for a file that was changed."""
        return self._read(self._path(name), Question)

    def answer_to(self, name: str) -> Answer | None:
        """The answer to a question; None while there is none."""
        return self._read(self._answer_path(name), Answer)

    def answer(self, answer: Answer) -> None:
        """Answer a question that is open. Raises QuestionClosed for one that was answered, has expired or was never
        asked, and RecordError when the answer can't be written; then nothing is answered."""
        question = self.get(answer.question)
        if question is None:
            raise QuestionClosed(f"there is no question {answer.question} in {self._folder.parent}")
        if question.is_over:
            raise QuestionClosed(f"the question {question.id} has expired: the run was told that nobody answered")
        if answer.kind == "edit" and answer.action is None:
            raise QuestionClosed("an edit names the action that is done instead")
        timed = answer.model_copy(update={"at": time.time()})
        if not _create(self._answer_path(question.id), timed.model_dump_json(indent=2).encode()):
            raise QuestionClosed(f"the question {question.id} was answered already")

    def open(self) -> list[Question]:
        """Those that can be answered now, the oldest first."""
        if not self._folder.is_dir():
            return []
        names = [path.name.removesuffix(".json") for path in self._folder.glob("*.json")]
        found = [self.get(name) for name in names if not name.endswith(".answer")]
        waiting = [one for one in found if one and not one.is_over and not self._answer_path(one.id).exists()]
        return sorted(waiting, key=lambda one: one.asked_at)

    def _path(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise QuestionClosed(f"{name!r} is no question's name")
        return self._folder / f"{name}.json"

    def _spent_path(self, name: str) -> Path:
        return self._path(name).with_suffix(".spent")

    def _answer_path(self, name: str) -> Path:
        return self._path(name).with_suffix(".answer.json")

    def _read(self, path: Path, kind: type[Record]) -> Record | None:
        try:
            return kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"{path} can't be read: {error.strerror}") from error
        except ValidationError as error:
            raise RecordError(f"{path} is no {kind.__name__.lower()}: it was changed") from error


def _create(path: Path, content: bytes) -> bool:
    try:
        return create_file(path, content)
    except OSError as error:
        raise RecordError(f"{path} can't be written: {error.strerror}; free some space") from error
