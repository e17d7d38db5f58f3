"""The ledger of effects: what was about to be done, and what came of it.

An intent is on disk before an action is carried out, its receipt after. A run that was killed in between
finds an intent without a receipt: the action may have happened, so it is settled by looking at the world
(`agent.loop.settling`) instead of being done again. Lines are chained and carry checksums, as those of steps do.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from actions.action import Action
from actions.risk import Risk
from agent import chained
from agent.chained import ChainedEntry
from agent.journal import Journal
from perception.observation import ImageRef

FILE_NAME = "effects.jsonl"

Settled = Literal["happened", "did_not_happen", "unknown", "gone", "stands"]
"""How an action that may have happened was settled. happened, did_not_happen: the screen, or somebody, told; unknown:
nobody could tell, so it counts as having happened; gone: whatever it did went with the page; stands: it was not carried
out, since an earlier one that it would repeat was, or may have been."""


class _Entry(ChainedEntry):
    unchained = (1,)

    effect_id: str


class Intent(_Entry):
    """This action is about to be carried out."""

    type: Literal["intent"] = "intent"
    action: Action
    question: str = ""
    """Of the answer that it is carried out by: no answer is used twice."""
    before: ImageRef | None = None
    """The screen that it is carried out on."""
    url: str = ""
    risks: tuple[Risk, ...] = ()
    """Kinds of effect that it may have, by the guard."""
    texts: tuple[str, ...] = ()
    """What it hits says, by the guard."""


class Receipt(_Entry):
    """What the action led to."""

    type: Literal["receipt"] = "receipt"
    after: ImageRef | None = None
    url: str = ""
    notes: tuple[str, ...] = ()
    error: str = ""
    """What broke while it was carried out."""
    over: str = ""
    """Why the environment is over, if it is."""
    act_ms: float = 0.0
    info: dict[str, Any] = Field(default_factory=dict)
    settled: Settled | None = None
    """Set where it was written without having been there: how the question of what happened was settled."""
    settled_by: str = ""
    """screen, or who was asked."""


Entry = Intent | Receipt
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Intent | Receipt, Field(discriminator="type")])


class Effects:
    """The ledger of one run."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger of a run's folder; a torn last line is cut back.

        Raises RecordError when it can't be read or written.
        """
        self._journal = Journal(folder / FILE_NAME)
        self._intents: dict[str, Intent] = {}
        self._receipts: dict[str, Receipt] = {}
        try:
            for entry in entries(folder, self._journal.lines):
                self._keep(entry)
        except BaseException:
            self.close()
            raise

    def new_id(self, stem: str) -> str:
        """A name that was never about to be carried out: the stem, or the stem with a number."""
        names = (stem if number == 1 else f"{stem}.{number}" for number in count(1))
        return next(name for name in names if name not in self._intents)

    def used(self, question: str) -> bool:
        """Whether something was carried out by the answer to this question."""
        return any(intent.question == question for intent in self._intents.values())

    def intent(self, effect_id: str) -> Intent | None:
        """The intent of that name, if it was ever about to be carried out."""
        return self._intents.get(effect_id)

    def receipt(self, effect_id: str) -> Receipt | None:
        """The receipt of that name; None when it is missing."""
        return self._receipts.get(effect_id)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Everything that was ever about to be carried out, in order."""
        return tuple(self._intents.values())

    def write(self, entry: Entry) -> None:
        """Put an entry on disk, chained to the one before. Raises RecordError when it can't be."""
        chained.append(self._journal, entry)
        self._keep(entry)

    def close(self) -> None:
        """Let the file go; may be called twice."""
        self._journal.close()

    def _keep(self, entry: Entry) -> None:
        if isinstance(entry, Intent):
            self._intents[entry.effect_id] = entry
        else:
            self._receipts[entry.effect_id] = entry


def entries(folder: Path, lines: Sequence[bytes]) -> Iterator[Entry]:
    """The entries of the lines of a run's ledger. Raises RecordError at one that was changed or is missing."""
    return chained.entries(_ENTRY, folder / FILE_NAME, lines)


def entry_of(line: bytes, previous: bytes | None, where: str) -> Entry:
    """One entry, after the line before it. Raises RecordError, which begins with `where`."""
    return chained.entry_of(_ENTRY, line, previous, where)
