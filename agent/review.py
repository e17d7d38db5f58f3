"""What people say of recorded steps afterwards: good, bad, or where the click belonged.

    reviews.jsonl   one Review a line, append-only, beside the record, which stays as it is

Of several reviews of a step the last counts. A step that is marked bad is not learned; one whose click was put right is
learned as the person's, with that click in place of what was done. Training imports this file, so it needs the contract
types alone.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.action import (
    Action,
    DoubleClick,
    LeftClick,
    LongPress,
    MiddleClick,
    MouseMove,
    RightClick,
    TripleClick,
)
from agent.errors import RecordBusy, RecordError
from agent.journal import Journal, read_lines
from agent.recorder import now
from agent.sealed import SCHEMA_VERSION, line_of, parse
from agent.trajectory import Step
from perception.geometry import Point

FILE_NAME = "reviews.jsonl"
INFO = "review"
"""Under this name a step that goes out as it was reviewed says who did it and how."""
MARKED_BAD = "steps that a person marked bad"
"""Why such a step is not learned."""

Said = Literal["good", "bad", "corrected", "withdrawn"]
"""corrected: the click belonged elsewhere; withdrawn: what was said before does not count any more."""

_POINTED = LeftClick | RightClick | MiddleClick | DoubleClick | TripleClick | MouseMove | LongPress
_TRIES, _BETWEEN_SECONDS = 40, 0.05
"""Two people may mark steps of a run at once; a line takes a moment."""


class Review(BaseModel):
    """What one person said of one step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    step: int = Field(ge=0)
    """Its index."""
    screen: str
    """Digest of the frame that the step was decided on: it says which step was meant."""
    said: Said
    at: Point | None = None
    """Where the click belonged, of a corrected one."""
    by: str = ""
    time: str
    """ISO 8601 in UTC."""


def add(folder: Path, step: Step, said: Said, *, at: Point | None = None, by: str = "") -> Review:
    """Put a review on disk, in the folder of the step's run.

    Raises ValueError where a correction has no point on the step's screen, or something else has one; RecordError when
    it can't be written.
    """
    if (at is None) == (said == "corrected"):
        raise ValueError("a correction names the point where the click belonged, and nothing else does")
    size = step.before.size
    if at is not None and not (0 <= at.x < size.width and 0 <= at.y < size.height):
        raise ValueError(f"{at} is not on the step's screen of {size.width}x{size.height} pixels")
    review = Review(step=step.index, screen=step.before.digest, said=said, at=at, by=by, time=now())
    journal = _opened(folder / FILE_NAME)
    try:
        journal.append(line_of(review))
    finally:
        journal.close()
    return review


def reviews(folder: Path, steps: tuple[Step, ...]) -> dict[int, Review]:
    """What counts of each step that was reviewed, by its index.

    Raises RecordError for a file that was changed, or that tells of steps which the run does not have.
    """
    path = folder / FILE_NAME
    found: dict[int, Review] = {}
    for number, line in enumerate(read_lines(path).whole, start=1):
        review = parse(Review, line, f"{path}, line {number}")
        if (fault := _fault(review, steps)) is not None:
            raise RecordError(f"{path}, line {number} {fault}")
        found[review.step] = review
    return {index: review for index, review in found.items() if review.said != "withdrawn"}


def as_reviewed(step: Step, found: Mapping[int, Review]) -> Step | None:
    """The step as it is to be learned: None for one that is marked bad, with its click put right where it was.

    found: what `reviews` gave for the step's run.
    """
    review = found.get(step.index)
    if review is None:
        return step
    if review.said == "bad":
        return None
    info = {**step.info, INFO: {"said": review.said, "by": review.by, "time": review.time}}
    if review.at is None:
        return step.model_copy(update={"info": info})
    # What came of the wrong click is nothing that came of the right one.
    other = {"actor": "human", "action": corrected(step.action, review.at), "after": None, "verdict": None, "error": ""}
    return step.model_copy(update={**other, "info": info})


def corrected(action: Action | None, at: Point) -> Action:
    """An action that points, at another place; a left click there instead of any other."""
    return action.model_copy(update={"at": at}) if isinstance(action, _POINTED) else LeftClick(at=at)


def _fault(review: Review, steps: tuple[Step, ...]) -> str | None:
    if review.step >= len(steps):
        return f"tells of step {review.step + 1}, and the run has {len(steps)}"
    before = steps[review.step].before
    if before.digest != review.screen:
        return f"tells of another step {review.step + 1} than the run has: one of the files was changed"
    if (review.at is None) == (review.said == "corrected"):
        return "has a point that it should not have, or lacks one"
    inside = review.at is None or (0 <= review.at.x < before.size.width and 0 <= review.at.y < before.size.height)
    return None if inside else f"names {review.at}, which is not on the step's screen"


def _opened(path: Path) -> Journal:
    for _ in range(_TRIES):
        try:
            return Journal(path)
        except RecordBusy:
            time.sleep(_BETWEEN_SECONDS)
    raise RecordError(f"{path} is being written by somebody else: try again")
