"""The ledger of effects: what was about to be done, and what came of it.

An intent is on disk before an action is carried out, its receipt after. A run that was killed in between
finds an intent without a receipt: the action may have happened, so the run looks at the screen instead of
doing it again.
"""

from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from actions.action import Action
from agent.errors import RecordError
from agent.journal import Journal
from perception.observation import ImageRef

FILE_NAME = "effects.jsonl"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    effect_id: str


class Intent(_Entry):
    """This action is about to be carried out."""

    type: Literal["intent"] = "intent"
    action: Action


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


_ENTRY: TypeAdapter[Intent | Receipt] = TypeAdapter(Annotated[Intent | Receipt, Field(discriminator="type")])


class Effects:
    """The ledger of one run."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger of a run's folder; a torn last line is cut back.

        Raises RecordError when it can't be read or written.
        """
        self._journal = Journal(folder / FILE_NAME)
        self._intents: dict[str, Intent] = {}
        self._receipts: dict[str, Receipt] = {}
        for number, line in enumerate(self._journal.lines, start=1):
            self._keep(self._parse(line, number))

    def new_id(self, stem: str) -> str:
        """A name that was never about to be carried out: the stem, or the stem with a number."""
        names = (stem if number == 1 else f"{stem}.{number}" for number in count(1))
        return next(name for name in names if name not in self._intents)

    def intent(self, effect_id: str) -> Intent | None:
        """The intent of that name, if it was ever about to be carried out."""
        return self._intents.get(effect_id)

    def receipt(self, effect_id: str) -> Receipt | None:
        """The receipt of that name; None when it is missing."""
        return self._receipts.get(effect_id)

    def write(self, entry: Intent | Receipt) -> None:
        """Put an entry on disk. Raises RecordError when it can't be."""
        self._journal.append(entry.model_dump_json().encode())
        self._keep(entry)

    def close(self) -> None:
        """Let the file go; may be called twice."""
        self._journal.close()

    def _keep(self, entry: Intent | Receipt) -> None:
        if isinstance(entry, Intent):
            self._intents[entry.effect_id] = entry
        else:
            self._receipts[entry.effect_id] = entry

    def _parse(self, line: bytes, number: int) -> Intent | Receipt:
        try:
            return _ENTRY.validate_json(line)
        except ValidationError as error:
            self.close()
            raise RecordError(f"{self._journal.path}, line {number} is not an effect: it was changed") from error
