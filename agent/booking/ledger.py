"""The ledger of a batch: what every document said, what stood on the screen before it was sent, and what came of it.

    document    this file is to be entered
    record      this is what it says
    run         it is entered by the run of this name; written before the run begins
    screen      this stands in the form, beside the record; written before the guard lets the form be sent
    receipt     entered, or not; written when somebody or something has told

A line of `booking.jsonl` each, synced, chained and with a checksum as a run's effects are. A run without a receipt was
cut, or nobody could tell yet: it is settled by looking (`agent.booking.settling`), never by entering it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from agent import chained
from agent.chained import ChainedEntry
from agent.errors import RecordError
from agent.journal import Journal, read_lines
from agent.recorder import now
from perception.extraction.record import Scalar
from perception.geometry import Box

FILE_NAME = "booking.jsonl"

State = Literal["entered", "sent", "unknown", "not_entered", "copy"]
"""entered: it was seen where it was entered, or somebody told so; sent: it was sent once, and nobody looked whether it
arrived; unknown: it may have been sent, and nobody could tell; not_entered: nothing was sent, or it did not arrive;
copy: another document says the same and was entered."""
OPEN: tuple[State, ...] = ("not_entered",)
"""What may be tried again."""


class _Entry(ChainedEntry):
    document: str
    """SHA-256 of the file: the same content is the same document, whatever it is called."""
    at: str = Field(default_factory=now)


class Listed(_Entry):
    """A file that is to be entered."""

    type: Literal["document"] = "document"
    name: str


class Read(_Entry):
    """What it says."""

    type: Literal["record"] = "record"
    values: dict[str, Scalar]
    """By the fields' paths."""
    read_by: str
    lacks: str = ""
    """Why it can't be entered, in words; empty where it is whole."""


class Begun(_Entry):
    """The run that enters it."""

    type: Literal["run"] = "run"
    run: str
    """Its folder, beside the ledger."""


class FieldSeen(BaseModel):
    """One field of the form as it stands on the screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    wanted: str
    """What the record says."""
    seen: str
    """What was read from the pixels beside or below the field's label; empty where nothing was."""
    agrees: bool
    """Whether both mean the same."""
    why: str = ""
    """Why not, in words."""
    box: Box | None = None
    """Where, in pixels of the screen."""
    label: Box | None = None
    """Where the field's label stands; None where it was not read."""


class Screen(_Entry):
    """What stood in the form when it was about to be sent."""

    type: Literal["screen"] = "screen"
    run: str
    effect_id: str
    image: str
    """Digest of the screen, in the run's images."""
    fields: tuple[FieldSeen, ...]
    reason: str = ""
    """Why a person is asked; empty where all agrees."""


class Receipt(_Entry):
    """What came of a document."""

    type: Literal["receipt"] = "receipt"
    run: str = ""
    state: State
    by: Literal["run", "screen", "list", "asked", "record"]
    """Who told: the run's own ledger, the screen after it was sent, the page that lists what was entered, a person, or
    the record alone."""
    said: str = ""
    """What the screen or the list said, or why it was not entered."""
    image: str = ""
    """Digest of that screen, in the run's images."""


Entry = Listed | Read | Begun | Screen | Receipt
_ENTRY: TypeAdapter[Entry] = TypeAdapter(
    Annotated[Listed | Read | Begun | Screen | Receipt, Field(discriminator="type")]
)


class Standing(BaseModel):
    """How far one document has come."""

    document: str
    name: str = ""
    record: Read | None = None
    runs: tuple[str, ...] = ()
    open_run: str = ""
    """A run that was begun and has no receipt."""
    screens: tuple[Screen, ...] = ()
    receipt: Receipt | None = None
    """The last one; None while a run is open."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be entered any more."""
        return self.receipt is not None and self.receipt.state not in OPEN


class Ledger:
    """The one writer of a batch's ledger."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger in a batch's folder, which is made where there is none.

        Raises RecordBusy when another process has it open, RecordError when it can't be read or written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"{folder} can't be made: {error.strerror}") from error
        self.folder = folder
        self._journal = Journal(folder / FILE_NAME)
        self._standings: dict[str, Standing] = {}
        try:
            for entry in _entries(folder, self._journal.lines):
                self._keep(entry)
        except BaseException:
            self.close()
            raise

    @property
    def standings(self) -> Mapping[str, Standing]:
        """Every document by its SHA-256, in the order in which they were listed."""
        return self._standings

    def of(self, document: str) -> Standing:
        """How far a document has come; at the very beginning for one that is not listed."""
        return self._standings.get(document) or Standing(document=document)

    def write(self, entry: Entry) -> None:
        """Put an entry on disk, chained to the one before. Raises RecordError when it can't be."""
        chained.append(self._journal, entry)
        self._keep(entry)

    def close(self) -> None:
        """Let the file go; may be called twice."""
        self._journal.close()

    def _keep(self, entry: Entry) -> None:
        self._standings[entry.document] = _after(self.of(entry.document), entry)


def read_standings(folder: Path) -> tuple[Standing, ...]:
    """How far every document has come, in the order in which they were listed, without keeping a writer out.

    Raises RecordError when the ledger can't be read, or was changed.
    """
    standings: dict[str, Standing] = {}
    for entry in _entries(folder, read_lines(folder / FILE_NAME).whole):
        known = standings.get(entry.document) or Standing(document=entry.document)
        standings[entry.document] = _after(known, entry)
    return tuple(standings.values())


def _entries(folder: Path, lines: Sequence[bytes]) -> Iterator[Entry]:
    return chained.entries(_ENTRY, folder / FILE_NAME, lines)


def _after(standing: Standing, entry: Entry) -> Standing:
    match entry:
        case Listed():
            update: dict[str, object] = {"name": entry.name}
        case Read():
            update = {"record": entry}
        case Begun():
            update = {"runs": (*standing.runs, entry.run), "open_run": entry.run, "receipt": None}
        case Screen():
            update = {"screens": (*standing.screens, entry)}
        case Receipt():
            update = {"receipt": entry, "open_run": ""}
    return standing.model_copy(update=update)
