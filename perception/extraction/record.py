"""What was read under a schema: a value for each field, with the place and the words that say so."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from perception.document.page import Source
from perception.geometry import Box

Scalar = str | int | float | bool | None


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Leaf(_Plain):
    """One field. Where nothing was found, the value is None and so is the rest."""

    path: str
    """Names with dots between them; a table's row by its number, from 0: `items.0.amount`."""
    value: Scalar = None
    page: int | None = None
    box: Box | None = None
    """Of the words that say it, in points of their page."""
    quote: str = ""
    """Those words, as they stand on the page."""
    source: Source | None = None
    """Whether they are of the text layer, of a form, or read from pixels."""
    read_by: str = ""
    """labels, or the model's name."""
    on_page: bool = False
    """Whether the value was found among the page's words. A model may claim what is not: then this is false."""
    doubt: str = ""
    """What speaks against it, in words, such as another value that stands there too; empty where nothing does."""
    confidence: float | None = None
    """A probability, where one was measured; none of the readers here gives one yet."""


class Check(_Plain):
    """What a schema demands of values, and whether it holds."""

    check: str
    holds: bool | None
    """None where a value that it speaks of is missing."""
    says: str = ""
    """What is wrong, in words."""


class Record(_Plain):
    """One document's record."""

    schema_version: Literal[1] = 1
    document: str
    read_by: str
    leaves: tuple[Leaf, ...]
    checks: tuple[Check, ...] = ()
    missing: tuple[str, ...] = ()
    """Paths of required fields that were not found."""
    notes: tuple[str, ...] = Field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether all that is required is there, on the page, and no check fails."""
        return not self.missing and all(check.holds is not False for check in self.checks)

    def values(self) -> dict[str, Any]:
        """The values alone, nested as the schema nests them."""
        return nested((leaf.path, leaf.value) for leaf in self.leaves)


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Paths and values as objects within objects; numbers in paths make lists."""
    tree: dict[str, Any] = {}
    for path, value in pairs:
        at = tree
        *parents, last = path.split(".")
        for name in parents:
            at = at.setdefault(name, {})
        at[last] = value
    return _with_lists(tree)


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    plain = {key: _with_lists(value) for key, value in tree.items()}
    if plain and all(key.isdecimal() for key in plain):
        return [plain[key] for key in sorted(plain, key=int)]
    return plain
