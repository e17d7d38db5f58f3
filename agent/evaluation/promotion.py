"""A candidate in the place of the model in use, when it is better beyond doubt; and a record of every decision.

Both play the same held-out episodes. The candidate is better when the 95% interval of the difference of successes lies
above a margin (`comparison.newcombe`, the careful interval for pairs). Where it was taught some tasks, these have to be
better so, and the others together no worse than by a little. Then its files become the folder of the model in use, in
one exchange of names, and the older ones stay beside it:

    models/current/             what --model names
    models/current.before-3/    what was there before the third promotion
    models/current.jsonl        a line a decision
"""

import ctypes
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.errors import RecordError
from agent.evaluation.comparison import compare, compare_some
from agent.evaluation.report import Interval, Report
from agent.journal import Journal, read_lines
from agent.recorder import now
from agent.sealed import line_of, parse
from perception.errors import ModelError

_AT_FDCWD, _EXCHANGE = -100, 2


class Side(BaseModel):
    """One of the two models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    name: str
    """As its client says it."""
    weights: dict[str, str]
    """File -> SHA-256."""
    evaluation: str
    """Where its episodes are recorded."""
    success: float
    ci95: Interval
    episodes: int
    crashed: int


class Decision(BaseModel):
    """A line of the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    time: str
    """ISO 8601 in UTC."""
    suite: str
    seed: int
    before: Side
    candidate: Side
    change: float
    ci95: Interval
    """Of the change."""
    margin: float
    tasks: list[dict[str, Any]]
    """The change of each task, with its interval."""
    taught: tuple[str, ...] = ()
    """The tasks that the candidate was taught, where it was: the change is of these alone."""
    others: dict[str, Any] | None = None
    """The change of all other tasks together, where some were taught and others were played."""
    worse: float = 0.0
    """By how much these may be worse."""
    promoted: bool
    reason: str
    kept: str = ""
    """Where the model before went; empty where none was there, or nothing was changed."""


def decide(
    before: Report,
    candidate: Report,
    sides: tuple[Side, Side],
    *,
    margin: float = 0.0,
    taught: Sequence[str] = (),
    worse: float = 0.0,
) -> Decision:
    """Whether the candidate is better by more than a margin, and why or why not.

    taught: the tasks that it is to be better at; the share of successes at all others may fall by `worse`. Raises
    RecordError where the two did not play the same episodes.
    """
    same = (before.suite, before.seed, {name: row.episodes for name, row in before.tasks.items()})
    if same != (candidate.suite, candidate.seed, {name: row.episodes for name, row in candidate.tasks.items()}):
        raise RecordError("the two models did not play the same episodes, so they can't be compared")
    whole, *tasks = compare(before, candidate)
    kept = [name for name in before.tasks if name not in taught]
    if taught:
        whole = compare_some(before, candidate, taught, "taught")
    others = compare_some(before, candidate, kept, "others") if taught and kept else None
    span = f"{whole.change:+.1%} ({whole.ci95[0]:+.1%} to {whole.ci95[1]:+.1%})"
    valid = before.valid and candidate.valid
    if not valid:
        promoted, reason = False, "too many episodes crashed for the comparison to hold"
    elif others is not None and others.change < -worse:
        promoted, reason = False, f"{span} at what it was taught, but {others.change:+.1%} at the others"
    elif whole.ci95[0] > margin and others is not None:
        promoted, reason = True, f"better at what it was taught: {span}; the others: {others.change:+.1%}"
    elif whole.ci95[0] > margin:
        promoted, reason = True, f"better: {span}"
    else:
        promoted, reason = False, f"not shown to be better by more than {margin:.1%}: {span}"
    return Decision(
        time=now(),
        suite=before.suite,
        seed=before.seed,
        before=sides[0],
        candidate=sides[1],
        change=whole.change,
        ci95=whole.ci95,
        margin=margin,
        tasks=[row._asdict() for row in tasks],
        taught=tuple(taught),
        others=None if others is None else others._asdict(),
        worse=worse,
        promoted=promoted,
        reason=reason,
    )


def carry_out(decision: Decision, current: Path) -> Decision:
    """Put the candidate in place where that was decided, and write the decision down; gives it as it was written.

    Raises ModelError where the files can't be put there (then nothing is changed), RecordError for the record.
    """
    kept = put_in_place(Path(decision.candidate.folder), current) if decision.promoted else None
    decision = decision.model_copy(update={"kept": str(kept or "")})
    current.parent.mkdir(parents=True, exist_ok=True)
    journal = Journal(record_of(current))
    try:
        journal.append(line_of(decision))
    finally:
        journal.close()
    return decision


def record_of(current: Path) -> Path:
    """Where the decisions about a folder are written."""
    return current.with_name(f"{current.name}.jsonl")


def read_decisions(current: Path) -> list[Decision]:
    """The decisions about a folder, the first one first, read without changing anything. Raises RecordError."""
    path = record_of(current)
    return [parse(Decision, line, f"{path}, line {number}") for number, line in enumerate(read_lines(path).whole, 1)]


def put_in_place(candidate: Path, current: Path) -> Path | None:
    """Make a copy of the candidate's folder the current one; gives where the one before went, if there was one.

    Whoever opens a model meanwhile finds the old one or the new. Raises ModelError when it can't be copied.
    """
    unfinished = current.with_name(f".{current.name}.unfinished")
    try:
        current.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(candidate, unfinished)
        if not current.exists():
            unfinished.rename(current)
            return None
        names = (current.with_name(f"{current.name}.before-{number}") for number in range(1, 1_000_000))
        kept = next(name for name in names if not name.exists())
        unfinished.rename(kept)
        _exchange(kept, current)
    except OSError as error:
        raise ModelError(f"{current} can't be replaced ({error}): free some space, or change its rights") from error
    return kept


def _exchange(one: Path, other: Path) -> None:
    """Swap two names at once, where the system can; else in three steps. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        names = os.fsencode(one), os.fsencode(other)
        if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0:
            return
    between = one.with_name(f".{one.name}.between")
    other.rename(between)
    one.rename(other)
    between.rename(one)
