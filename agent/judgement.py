"""What a model said of a run afterwards: whether it did its task; and how often such a word is wrong.

    judgements.jsonl   one Judgement a line, append-only, beside the record, which stays as it is

Where the task's checker has spoken, its word counts and no judge's. `agreement` counts how often the two differ: a
judge that was not measured so is an opinion. Training imports this file, so it needs the contract types alone.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from agent.journal import read_lines
from agent.sealed import SCHEMA_VERSION, parse
from agent.trajectory import Trajectory

FILE_NAME = "judgements.jsonl"


class Judgement(BaseModel):
    """What one judge says of one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    asked: str
    """SHA-256 of judge, question and pictures."""
    judge: str
    """The model's name."""
    success: bool
    reason: str
    time: str
    """ISO 8601 in UTC."""


class Agreement(NamedTuple):
    """Judgements beside the words of checkers, which are right."""

    right: int
    too_good: int
    """Successes that were none: what a policy would learn to fake."""
    too_bad: int
    """Successes that were not seen."""

    @property
    def total(self) -> int:
        """All that were compared."""
        return sum(self)

    @property
    def disagreed(self) -> int:
        """How many differ."""
        return self.too_good + self.too_bad


def judgements(folder: Path) -> list[Judgement]:
    """All that was said of a run, the newest last. Raises RecordError for a file that was changed."""
    path = folder / FILE_NAME
    return [parse(Judgement, line, f"{path}, line {number}") for number, line in enumerate(read_lines(path).whole, 1)]


def succeeded(folder: Path, trajectory: Trajectory) -> bool | None:
    """Whether a run did its task: by the checker where one has spoken, else by the newest judgement, else None."""
    outcome = trajectory.run.outcome
    if outcome is not None and outcome.success is not None:
        return outcome.success
    said = judgements(folder)
    return said[-1].success if said else None


def came_near(trajectory: Trajectory, least_reward: float) -> bool:
    """Whether the checker gave so much; a page that grades nearness calls hardly any run a success. With 0, no."""
    outcome = trajectory.run.outcome
    if outcome is None or outcome.score is None:
        return False
    return 0 < least_reward <= outcome.score.reward


def agreement(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    """Count (judge's word, checker's word)."""
    found = list(pairs)
    too_good = sum(said and not true for said, true in found)
    too_bad = sum(true and not said for said, true in found)
    return Agreement(len(found) - too_good - too_bad, too_good, too_bad)
