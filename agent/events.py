"""What a run tells those who watch, as it happens: the command line, the console and tests read the same stream.

A watcher is any callable that takes an event. It must not block; whatever it raises ends the run like any other error.
"""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.action import Action
from agent.guard.question import Answer, Question
from agent.trajectory import Outcome, RunRecord, Step
from perception.observation import ImageRef


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str


class RunStarted(_Event):
    """A run began, or goes on after a stop."""

    type: Literal["run_started"] = "run_started"
    record: RunRecord
    folder: str
    resumed_at: int = 0
    """The index of the first step that is still to come."""
    notes: tuple[str, ...] = ()


class Seen(_Event):
    """The screen was looked at."""

    type: Literal["seen"] = "seen"
    index: int
    image: ImageRef
    url: str = ""
    see_ms: float = 0.0


class Decided(_Event):
    """The model's reply was read, and the action comes next."""

    type: Literal["decided"] = "decided"
    index: int
    thought: str
    action: Action | None
    think_ms: float
    error: str = ""


class Asked(_Event):
    """A person is asked, and the run waits."""

    type: Literal["asked"] = "asked"
    question: Question


class Answered(_Event):
    """The run goes on after a question."""

    type: Literal["answered"] = "answered"
    answer: Answer


class StepRecorded(_Event):
    """A step is on disk."""

    type: Literal["step"] = "step"
    step: Step


class RunEnded(_Event):
    """The outcome is on disk."""

    type: Literal["run_ended"] = "run_ended"
    outcome: Outcome
    folder: str


Event = Annotated[RunStarted | Seen | Decided | Asked | Answered | StepRecorded | RunEnded, Field(discriminator="type")]
Watcher = Callable[[Event], None]
