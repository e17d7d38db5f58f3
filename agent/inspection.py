"""Reads all of a run's folder and says everything that is wrong with it, one sentence each; changes nothing.

Faults are what was changed, is missing or does not fit together. Notes are what a kill leaves (a torn line, an action
that is not settled yet), and what can't be checked since an earlier HandEye wrote no checksums.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from agent.effects import FILE_NAME as EFFECTS_FILE
from agent.effects import Entry, Intent, Receipt, entry_of
from agent.errors import RecordError
from agent.journal import read_lines
from agent.recorder import RUN_FILE, STEPS_FILE, image_store, is_cut_short, read_run, step_of, torn_note
from agent.review import reviews
from agent.sealed import DOCUMENT, LINE, goes_on, has_checksum
from agent.trajectory import RunRecord, Step
from perception.errors import ImageError
from perception.geometry import Size
from perception.observation import ImageRef

Record = TypeVar("Record")


class Report(NamedTuple):
    """What was found."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    num_steps: int
    num_effects: int
    num_images: int


class _Lines(NamedTuple):
    """What a journal's file holds: the lines, and the records of those that can be read, by line number."""

    lines: Sequence[bytes]
    records: dict[int, object]


def inspect(folder: Path) -> Report:
    """Check run.json, and every step, effect, review and image. Never raises for what it finds in the folder."""
    inspection = _Inspection(folder)
    run = inspection.run()
    steps = inspection.journal(STEPS_FILE, step_of)
    effects = inspection.journal(EFFECTS_FILE, lambda line, previous, index, where: entry_of(line, previous, where))
    found = [step for step in steps.records.values() if isinstance(step, Step)]
    ledger = [entry for entry in effects.records.values() if isinstance(entry, Intent | Receipt)]
    if run is not None:
        inspection.ending(run, steps.lines)
    inspection.ledger(steps.records, ledger)
    num_images = inspection.images(found, ledger)
    if len(found) == len(steps.lines):  # Of steps that can't be read nothing can be said.
        inspection.reviews(tuple(found))
    return Report(
        faults=tuple(inspection.faults),
        notes=tuple(inspection.notes),
        num_steps=len(found),
        num_effects=sum(isinstance(entry, Intent) for entry in ledger),
        num_images=num_images,
    )


class _Inspection:
    """One folder's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self.notes: list[str] = []

    def run(self) -> RunRecord | None:
        """The run's record, where it can be read."""
        try:
            run = read_run(self.folder)
        except RecordError as error:
            self.faults.append(str(error))
            return None
        if not has_checksum((self.folder / RUN_FILE).read_bytes(), DOCUMENT):
            self.notes.append(f"{RUN_FILE} has no checksum: an earlier HandEye wrote it")
        return run

    def journal(self, name: str, read: Callable[[bytes, bytes | None, int, str], Record]) -> _Lines:
        """Every line of a file, each checked against the one before as it is there."""
        path = self.folder / name
        try:
            lines = read_lines(path)
        except RecordError as error:
            self.faults.append(str(error))
            return _Lines((), {})
        records: dict[int, object] = {}
        previous: bytes | None = None
        for number, line in enumerate(lines.whole, start=1):
            try:
                records[number] = read(line, previous, number - 1, f"{path}, line {number}")
            except RecordError as error:
                self.faults.append(str(error))
            previous = line
        self._end(name, lines.torn, len(lines.whole) + 1)
        unsealed = sum(not has_checksum(lines.whole[number - 1], LINE) for number in records)
        if unsealed:
            self.notes.append(f"{name} has {unsealed} lines without a checksum: an earlier HandEye wrote them")
        return _Lines(lines.whole, records)

    def ending(self, run: RunRecord, lines: Sequence[bytes]) -> None:
        """Whether the steps end where the outcome says that they do."""
        path = self.folder / STEPS_FILE
        if is_cut_short(run, lines):
            self.faults.append(
                f"{path}, line {len(lines)} is not the last line that was there when {RUN_FILE} got its outcome"
            )
        elif run.outcome is not None and not run.last_step_hash and run.outcome.steps != len(lines):
            self.faults.append(f"{path} has {len(lines)} lines where {RUN_FILE} tells of {run.outcome.steps} steps")

    def ledger(self, steps: dict[int, object], ledger: Sequence[Entry]) -> None:
        """Every action that a step tells of has its intent and its receipt, and every receipt its intent."""
        intents = {entry.effect_id for entry in ledger if isinstance(entry, Intent)}
        receipts = {entry.effect_id: entry for entry in ledger if isinstance(entry, Receipt)}
        for number, step in steps.items():
            effect_id = step.effect_id if isinstance(step, Step) else ""
            if effect_id and effect_id not in receipts:
                where = f"{self.folder / STEPS_FILE}, line {number}"
                self.faults.append(f"{where} tells of the effect {effect_id}, of which {EFFECTS_FILE} has no receipt")
        for effect_id, receipt in receipts.items():
            if effect_id not in intents and receipt.settled != "stands":
                self.faults.append(f"{self.folder / EFFECTS_FILE} has a receipt of {effect_id} and no intent before it")
        for effect_id in sorted(intents - receipts.keys()):
            self.notes.append(f"{effect_id} was under way when the run was cut: handeye resume settles it")

    def reviews(self, steps: tuple[Step, ...]) -> None:
        """Whether what people said of the steps is whole, and about steps that are there."""
        try:
            reviews(self.folder, steps)
        except RecordError as error:
            self.faults.append(str(error))

    def images(self, steps: Sequence[Step], ledger: Sequence[Entry]) -> int:
        """Every image that is named, and every other one that is there; returns how many there are."""
        store = image_store(self.folder)
        refs = {ref.digest: ref for ref in _refs(steps, ledger)}
        for path in sorted(store.folder.glob("*.png")):
            refs.setdefault(path.stem, ImageRef(digest=path.stem, size=Size(width=1, height=1)))
        for ref in refs.values():
            try:
                store.get(ref)
            except ImageError as error:
                self.faults.append(str(error))
        return len(refs)

    def _end(self, name: str, torn: bytes, number: int) -> None:
        if goes_on(torn):
            self.faults.append(f"{self.folder / name}, line {number} does not end in a newline: the file was changed")
        else:
            self.notes.extend(torn_note(name, torn))


def _refs(steps: Sequence[Step], ledger: Sequence[Entry]) -> list[ImageRef]:
    refs = [ref for step in steps for ref in (step.before, step.after)]
    refs += [entry.before if isinstance(entry, Intent) else entry.after for entry in ledger]
    return [ref for ref in refs if ref is not None]
