"""A batch: every document is entered by an ordinary run of its own, one after the other, and the ledger says how far.

What was cut is settled before anything else is done with its document (`agent.booking.settling`), so the same command
goes on with a batch that was killed. A document is entered by one run at a time, and by another one only where the
ledger says that nothing arrived.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from agent import runner
from agent.booking.ledger import Begun, Ledger, Listed, Read, Receipt, Standing
from agent.booking.looking import Listing
from agent.booking.readback import Readback
from agent.booking.settling import Judges, settle
from agent.booking.wanted import Wanted, wanted_of
from agent.errors import SettingsError
from agent.events import Watcher
from agent.guard.person import Person
from agent.guard.rules import Rules
from agent.loop.context import Settle
from agent.policy import Policy
from agent.settings import RunSettings
from agent.trajectory import Outcome
from perception.errors import HandEyeError
from perception.extraction.checks import check_record
from perception.extraction.record import Check, Record, Scalar
from perception.extraction.schema import RecordSchema
from perception.ocr import Recognizer
from sandboxes.environment import Environment
from sandboxes.task import Task

PERSON = "a person"
"""Who read a record that was in doubt."""
Reading = Callable[[Path], Awaitable[Record]]
"""Reads a document under the batch's schema."""
Deciding = Callable[[Sequence[Wanted]], Policy]
"""Who enters a record: the same model each time, or a policy made for this record."""
Mending = Callable[[str, RecordSchema, Read], Awaitable[Mapping[str, Scalar] | None]]
"""A person says what a document of that name says, since its record can't be trusted; None leaves it as it is."""
Told = Callable[[Standing], None]
"""Is told of every document once this call has finished with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be entered, and where."""

    task: Task
    """Where each run begins; its instruction is what a person said about all documents."""
    schema: RecordSchema
    listed: str = ""
    """The address of a page that lists what was entered, see `agent.booking.looking.Listing`; empty for none."""
    anew: bool = False
    """Whether the record of an earlier call is read once more, since somebody may have corrected it meanwhile."""
    on_its_way: float = 5.0
    """Seconds since a run was last heard of, before which what it sent may still be on its way to the list."""
    settings: RunSettings = field(default_factory=RunSettings)
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who works on it; all stay open."""

    environment: Environment
    deciding: Deciding
    reading: Reading
    eye: Recognizer
    person: Person | None = None
    settle: Settle | None = None
    mending: Mending | None = None
    watcher: Watcher = runner.ignore


async def enter_all(
    batch: Batch, files: Sequence[Path], ledger: Ledger, crew: Crew, told: Told = lambda standing: None
) -> Outcome | None:
    """Enter what is not entered yet, in the order of the files; None when every file's turn has come.

    A run that a person stopped or that broke ends the batch with its outcome, so that it can go on later. Raises
    SandboxError when the form or the list can't be opened, RecordError when the ledger can't be written, SettingsError
    where a run was cut whose record the schema has no fields for, ImportError without what reads pixels.
    """
    crew.eye.start()  # Where it can't be had, nothing is begun.
    for standing in [*ledger.standings.values()]:
        if standing.open_run:
            await _Turn(batch, ledger, crew, standing.document).settle_last()
    for path in files:
        document = sha256(path.read_bytes()).hexdigest()
        if not ledger.of(document).name:
            ledger.write(Listed(document=document, name=path.name))
        outcome = await _Turn(batch, ledger, crew, document).take(path)
        told(ledger.of(document))
        if outcome is not None and outcome.kind in runner.RESUMABLE:
            return outcome
    return None


class _Turn:
    """One document's turn."""

    def __init__(self, batch: Batch, ledger: Ledger, crew: Crew, document: str) -> None:
        self._batch, self._ledger, self._crew, self._document = batch, ledger, crew, document

    async def settle_last(self) -> None:
        """Find out what came of the last run, by the record that it entered; the file may be gone by now."""
        wanted = self._wanted_of(self._standing)
        known = self._standing.record
        if known is None or len(wanted) < sum(value is not None for value in known.values.values()):
            raise SettingsError(
                f"nobody knows yet what came of {self._standing.name}, and the schema has other fields now: "
                f"call again with the one that has {', '.join(known.values) if known else 'them'}"
            )
        await self._settle(self._standing.runs[-1], wanted)

    async def take(self, path: Path) -> Outcome | None:
        """Read, enter, settle; the outcome of the run, where there was one."""
        if self._can_be_told:
            await self.settle_last()
        if self._standing.is_settled:
            return None
        wanted = await self._read(path)
        if not wanted or self._is_copy(wanted):
            return None
        outcome = await self._run(wanted)
        if outcome.kind not in runner.RESUMABLE:  # Otherwise whatever broke may keep the look from telling, too.
            await self._settle(self._standing.runs[-1], wanted)
        return outcome

    @property
    def _standing(self) -> Standing:
        return self._ledger.of(self._document)

    @property
    def _can_be_told(self) -> bool:
        """Whether what nobody could tell of a run may be told now: there is a list, or a person."""
        receipt = self._standing.receipt
        if receipt is None or receipt.by == "record":
            return False
        unknown = receipt.state == "unknown"
        return bool(self._batch.listed and (unknown or receipt.state == "sent")) or bool(self._crew.settle and unknown)

    async def _read(self, path: Path) -> tuple[Wanted, ...]:
        """What is wanted in the form; nothing where the record lacks something, which is then its receipt."""
        schema, known = self._batch.schema, self._standing.record
        paths = {one.path for one in schema.fields}
        # The schema may be another one by now.
        if self._batch.anew or known is None or known.lacks or not paths <= known.values.keys():
            known = await self._record(path)
            if known.lacks:
                known = await self._mended(known)
            self._ledger.write(known)
        if known.lacks:
            self._ledger.write(Receipt(document=self._document, state="not_entered", by="record", said=known.lacks))
        return () if known.lacks else wanted_of(schema, known.values)

    async def _record(self, path: Path) -> Read:
        try:
            record = await self._crew.reading(path)
        except HandEyeError as error:
            return Read(document=self._document, values={}, read_by="", lacks=f"it can't be read: {error}")
        values = {leaf.path: leaf.value for leaf in record.leaves}
        return Read(document=self._document, values=values, read_by=record.read_by, lacks=lacks_of(record))

    async def _mended(self, read: Read) -> Read:
        """What a person makes of a record that can't be entered; the same where nobody does."""
        mending, schema = self._crew.mending, self._batch.schema
        values = None if mending is None else await mending(self._standing.name, schema, read)
        if values is None:
            return read
        missing = [field.path for field in schema.fields if field.required and values.get(field.path) is None]
        lacks = _lacking(missing, check_record(schema, values))
        return Read(document=read.document, values=dict(values), read_by=PERSON, lacks=lacks)

    def _is_copy(self, wanted: Sequence[Wanted]) -> bool:
        """Whether another document says the same and was entered, or may have been; then that is this one's receipt."""
        for other in self._ledger.standings.values():
            if other.document == self._document or other.record is None or other.receipt is None:
                continue
            same = [one.text for one in wanted] == [one.text for one in self._wanted_of(other)]
            if same and other.receipt.state not in ("not_entered", "copy"):
                said = f"{other.name} says the same, and is {other.receipt.state.replace('_', ' ')}"
                self._ledger.write(Receipt(document=self._document, state="copy", by="record", said=said))
                return True
        return False

    async def _run(self, wanted: Sequence[Wanted]) -> Outcome:
        batch, crew, number = self._batch, self._crew, len(self._standing.runs) + 1
        run = f"{self._document[:12]}-{number}"
        self._ledger.write(Begun(document=self._document, run=run))
        task = batch.task.model_copy(
            update={"id": run, "instruction": instruction_of(batch.task.instruction, wanted)},
        )
        return await runner.run(
            task,
            crew.environment,
            crew.deciding(wanted),
            self._ledger.folder / run,
            batch.settings,
            crew.watcher,
            rules=batch.rules,
            person=crew.person,
            holding=Readback(self._ledger, self._document, run, wanted, crew.eye),
        )

    async def _settle(self, run: str, wanted: Sequence[Wanted]) -> None:
        crew, batch = self._crew, self._batch
        listing = Listing(batch.listed, crew.environment, batch.task, crew.eye) if batch.listed else None
        judges = Judges(crew.eye, crew.environment, listing, batch.on_its_way, crew.settle)
        self._ledger.write(await settle(self._standing, self._ledger.folder / run, wanted, self._control(), judges))

    def _control(self) -> tuple[Wanted, ...]:
        """The record that was entered last, as far as is known for sure."""
        entered = [one for one in self._ledger.standings.values() if one.receipt and one.receipt.state == "entered"]
        return self._wanted_of(entered[-1]) if entered else ()

    def _wanted_of(self, standing: Standing) -> tuple[Wanted, ...]:
        return () if standing.record is None else wanted_of(self._batch.schema, standing.record.values)


def instruction_of(said: str, wanted: Sequence[Wanted]) -> str:
    """What one run is told: what the person said about all documents, and what this one says."""
    values = "; ".join(f"{one.title}: {one.text}" for one in wanted)
    return f"{said.strip()}\nThis is one of the documents, enter this one alone and once: {values}"


def lacks_of(record: Record) -> str:
    """Why a record can't be entered as it was read; empty where nothing speaks against it."""
    if why := _lacking(record.missing, record.checks):
        return why
    said = [leaf for leaf in record.leaves if leaf.value is not None and leaf.read_by != PERSON]
    invented = [leaf.path for leaf in said if not leaf.on_page]
    if invented:
        return f"not on its pages: {', '.join(invented)}"
    doubted = [f"{leaf.path}: {leaf.doubt}" for leaf in record.leaves if leaf.doubt]
    if doubted:
        return f"somebody has to look at it: {'; '.join(doubted)}"
    return "" if any(leaf.value is not None for leaf in record.leaves) else "nothing was found in it"


def _lacking(missing: Sequence[str], checks: Sequence[Check]) -> str:
    if missing:
        return f"not found in it: {', '.join(missing)}"
    failed = [f"{check.check} ({check.says})" for check in checks if check.holds is False]
    return f"a check of the record fails: {'; '.join(failed)}" if failed else ""
