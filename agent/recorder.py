"""Writes a run's folder as the run goes, and reads it back.

`run.json` is replaced whole; `steps.jsonl` only grows, a synced line a step, each naming the hash of the line
before. Both carry checksums (`agent.sealed`). What reading has to mend (a torn last line) is said in the
trajectory's notes; what it can't mend is refused.
"""

import errno
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from pydantic import BaseModel

from agent.errors import RecordError
from agent.journal import Journal, Lines, read_lines
from agent.sealed import DOCUMENT, SCHEMA_VERSION, document_of, line_of, link, parse
from agent.trajectory import Outcome, RunRecord, Step, Trajectory
from perception.files import replace_file
from perception.image_store import ImageStore

RUN_FILE = "run.json"
STEPS_FILE = "steps.jsonl"
IMAGES_FOLDER = "images"
_FRAMES_KEPT = 4
"""In memory: the frames around an action are compared right after it."""


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_folder(runs: Path, task_id: str) -> Path:
    """A folder for a new run, named by time and task, that does not exist yet; no two calls name the same one."""
    slug = re.sub(r"[^a-z0-9]+", "-", task_id.lower())[:40].strip("-") or "run"
    return runs / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{slug}-{token_hex(3)}"


def image_store(folder: Path) -> ImageStore:
    """The images of a run."""
    return ImageStore(folder / IMAGES_FOLDER)


def load(folder: Path) -> Trajectory:
    """Read a run without changing it.

    Raises RecordError when it is no run, was changed afterwards, or was written by a newer HandEye.
    """
    run = read_run(folder)
    lines = read_lines(folder / STEPS_FILE)
    steps = _steps(folder, lines.whole)
    return Trajectory(run=run, steps=steps, notes=torn_note(STEPS_FILE, lines.torn) + _lost_note(run, lines.whole))


class Recorder:
    """The one writer of a run's folder."""

    def __init__(self, folder: Path, run: RunRecord, journal: Journal) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.run = run
        self.steps: list[Step] = list(_steps(folder, journal.lines))
        self.images = ImageStore(folder / IMAGES_FOLDER, num_kept=_FRAMES_KEPT)
        self.notes = torn_note(STEPS_FILE, journal.torn)
        """What opening it had to mend."""
        self._journal = journal

    @classmethod
    def create(cls, folder: Path, run: RunRecord) -> "Recorder":
        """Begin a run's folder; what is written so far is taken away again when that fails.

        Raises RecordError when there is a run in it already, or it can't be written.
        """
        # A beginning that was killed leaves an empty file of steps at most, and is begun again.
        if (folder / RUN_FILE).exists() or read_lines(folder / STEPS_FILE) != Lines((), b""):
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
        run = read_run(folder)
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
        update = {"schema_version": SCHEMA_VERSION, "previous_hash": self._last_hash()}
        chained = step.model_copy(update=update)
        self._journal.append(line_of(chained))
        self.steps.append(chained)
        return chained

    def conclude(self, outcome: Outcome | None) -> None:
        """Write the outcome into run.json, or take it out again. Raises RecordError when it can't be
        written.
        """
        last = "" if outcome is None else self._last_hash()
        update = {"schema_version": SCHEMA_VERSION, "outcome": outcome, "last_step_hash": last}
        self.run = self.run.model_copy(update=update)
        _replace(self.folder / RUN_FILE, self.run)

    def close(self) -> None:
        """Let the files go; may be called twice."""
        self._journal.close()

    def _last_hash(self) -> str:
        return link(self._journal.lines[-1] if self._journal.lines else None)


def read_run(folder: Path) -> RunRecord:
    """Read `run.json` alone. Raises RecordError as `load` does."""
    path = folder / RUN_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RecordError(f"{folder} is not a run: it has no {RUN_FILE}") from error
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}") from error
    return parse(RunRecord, content, str(path), DOCUMENT)


def step_of(line: bytes, previous: bytes | None, index: int, where: str) -> Step:
    """A step, which must be of that index and name the line before. Raises RecordError, which begins with `where`."""
    step = parse(Step, line, where)
    if step.index != index or step.previous_hash != link(previous):
        raise RecordError(f"{where} does not follow from the line before: the file was changed")
    return step


def torn_note(name: str, torn: bytes) -> tuple[str, ...]:
    """What is said of a journal's torn last line."""
    if not torn:
        return ()
    return (f"{name} ended in a torn line ({len(torn)} bytes), which is cut off: it was not recorded",)


def is_cut_short(run: RunRecord, lines: Sequence[bytes]) -> bool:
    """Whether steps are missing at the end that were there when the outcome was written."""
    return bool(run.last_step_hash) and run.last_step_hash != link(lines[-1] if lines else None)


def _steps(folder: Path, lines: Sequence[bytes]) -> tuple[Step, ...]:
    """Parse and check the chain: indexes without gaps, and each line's hash in the next."""
    path = folder / STEPS_FILE
    pairs = zip((None, *lines), lines, strict=False)
    return tuple(
        step_of(line, previous, index, f"{path}, line {index + 1}") for index, (previous, line) in enumerate(pairs)
    )


def _lost_note(run: RunRecord, lines: Sequence[bytes]) -> tuple[str, ...]:
    if not is_cut_short(run, lines):
        return ()
    return (f"{STEPS_FILE} lacks steps at its end that were there when the outcome was written",)


def _replace(path: Path, record: BaseModel) -> None:
    try:
        replace_file(path, document_of(record))
    except OSError as error:
        raise _as_record_error(path, error) from error


def _as_record_error(path: Path, error: OSError) -> RecordError:
    what_to_do = "free some space" if error.errno == errno.ENOSPC else "choose another folder for runs (run.folder)"
    return RecordError(f"{path} can't be written: {error.strerror}; {what_to_do}")
