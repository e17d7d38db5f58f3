"""Writes a run's folder as the run goes, and reads it back.

`run.json` is replaced whole; `steps.jsonl` only grows, a synced line a step, each naming the hash of the line
before. What reading has to mend (a torn last line) is said in the trajectory's notes; what it can't mend is
refused.
"""

import errno
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from agent.errors import RecordError
from agent.journal import Journal, read_lines
from agent.trajectory import SCHEMA_VERSION, Outcome, RunRecord, Step, Trajectory
from perception.files import replace_file
from perception.image_store import ImageStore

RUN_FILE = "run.json"
STEPS_FILE = "steps.jsonl"
IMAGES_FOLDER = "images"

Record = TypeVar("Record", bound=BaseModel)


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_folder(runs: Path, task_id: str) -> Path:
    """A folder for a new run, named by time and task, that does not exist yet."""
    slug = re.sub(r"[^a-z0-9]+", "-", task_id.lower())[:40].strip("-") or "run"
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{slug}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 10_000))]
    return next(runs / name for name in names if not (runs / name).exists())


def image_store(folder: Path) -> ImageStore:
    """The images of a run."""
    return ImageStore(folder / IMAGES_FOLDER)


def load(folder: Path) -> Trajectory:
    """Read a run without changing it.

    Raises RecordError when it is no run, was changed afterwards, or was written by a newer HandEye.
    """
    run = _read_run(folder)
    lines = read_lines(folder / STEPS_FILE)
    return Trajectory(run=run, steps=_steps(folder, lines.whole), notes=_torn_note(lines.torn))


class Recorder:
    """The one writer of a run's folder."""

    def __init__(self, folder: Path, run: RunRecord, journal: Journal) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.run = run
        self.steps: list[Step] = list(_steps(folder, journal.lines))
        self.images = image_store(folder)
        self.notes = _torn_note(journal.torn)
        """What opening it had to mend."""
        self._journal = journal

    @classmethod
    def create(cls, folder: Path, run: RunRecord) -> "Recorder":
        """Begin a run's folder; what is written so far is taken away again when that fails.

        Raises RecordError when there is a run in it already, or it can't be written.
        """
        if (folder / RUN_FILE).exists() or (folder / STEPS_FILE).exists():
            raise RecordError(f"{folder} holds a run already: take another folder, or resume that run")
        existed = folder.exists()
        journal: Journal | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            journal = Journal(folder / STEPS_FILE)
            _replace(folder / RUN_FILE, run)
        except BaseException as error:
            if journal is not None:
                journal.close()
                (folder / STEPS_FILE).unlink(missing_ok=True)
            if not existed and folder.exists():
                folder.rmdir()
            if isinstance(error, OSError):
                raise _as_record_error(folder, error) from error
            raise
        return cls(folder, run, journal)

    @classmethod
    def open(cls, folder: Path) -> "Recorder":
        """Go on with a run's folder; a torn last line is cut back.

        Raises RecordBusy when another process has it, RecordError as `load` does.
        """
        run = _read_run(folder)
        journal = Journal(folder / STEPS_FILE)
        try:
            return cls(folder, run, journal)
        except BaseException:
            journal.close()
            raise

    def append(self, step: Step) -> Step:
        """Put a step on disk, chained to the line before, and return it as it was written.

        Raises RecordError when it can't be written; no half line is left.
        """
        if step.index != len(self.steps):
            raise ValueError(f"step {step.index} was given where step {len(self.steps)} comes next")
        previous = sha256(self._journal.lines[-1]).hexdigest() if self._journal.lines else ""
        chained = step.model_copy(update={"previous_hash": previous})
        self._journal.append(chained.model_dump_json().encode())
        self.steps.append(chained)
        return chained

    def conclude(self, outcome: Outcome | None) -> None:
        """Write the outcome into run.json, or take it out again. Raises RecordError when it can't be
        written.
        """
        self.run = self.run.model_copy(update={"outcome": outcome})
        _replace(self.folder / RUN_FILE, self.run)

    def close(self) -> None:
        """Let the files go; may be called twice."""
        self._journal.close()


def _read_run(folder: Path) -> RunRecord:
    path = folder / RUN_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RecordError(f"{folder} is not a run: it has no {RUN_FILE}") from error
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}") from error
    return _parse(RunRecord, content, str(path))


def _steps(folder: Path, lines: Sequence[bytes]) -> tuple[Step, ...]:
    """Parse and check the chain: indexes without gaps, and each line's hash in the next."""
    steps: list[Step] = []
    previous = ""
    for number, line in enumerate(lines, start=1):
        where = f"{folder / STEPS_FILE}, line {number}"
        step = _parse(Step, line, where)
        if step.index != number - 1 or step.previous_hash != previous:
            raise RecordError(f"{where} does not follow from the line before: the file was changed")
        steps.append(step)
        previous = sha256(line).hexdigest()
    return tuple(steps)


def _parse(kind: type[Record], content: bytes, where: str) -> Record:
    try:
        value = from_json(content)
    except ValueError as error:
        raise RecordError(f"{where} is not JSON: the file was changed") from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != SCHEMA_VERSION:
        raise RecordError(f"{where} has schema version {version}, and this HandEye reads {SCHEMA_VERSION}: update it")
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{where} is not a {kind.__name__}: {field}: {first['msg']}") from error


def _torn_note(torn: bytes) -> tuple[str, ...]:
    if not torn:
        return ()
    return (f"{STEPS_FILE} ended in a torn line ({len(torn)} bytes), which is cut off: that step was not recorded",)


def _replace(path: Path, record: BaseModel) -> None:
    try:
        replace_file(path, record.model_dump_json(indent=2).encode() + b"\n")
    except OSError as error:
        raise _as_record_error(path, error) from error


def _as_record_error(path: Path, error: OSError) -> RecordError:
    what_to_do = "free some space" if error.errno == errno.ENOSPC else "choose another folder for runs (run.folder)"
    return RecordError(f"{path} can't be written: {error.strerror}; {what_to_do}")
