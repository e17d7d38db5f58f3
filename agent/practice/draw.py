"""Which tasks come next: each as often as any other, but what is won or lost always rests for a while."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from agent.exchange.measuring import MOST_SEED


class Drawn(NamedTuple):
    """One group's task."""

    number: int
    """Of the group, from 0 over the whole run."""
    name: str
    seed: int


class Draw:
    """Draws by the run's seed and the group's number; its state is plain data, so that a run can go on."""

    def __init__(
        self, names: Sequence[str], *, seed: int, most: float, rest: int, state: dict[str, Any] | None = None
    ) -> None:
        """most: a larger share of successes sends a task to rest, as none does, for `rest` draws; state: of an earlier
        draw, to go on with."""
        self._names, self._seed, self._most, self._rest = tuple(names), seed, most, rest
        known = state or {}
        self.wave: int = known.get("wave", 0)
        """Waves drawn so far."""
        self._number: int = known.get("number", 0)
        self._until: dict[str, int] = dict(known.get("until", {}))

    def next(self, count: int) -> list[Drawn]:
        """The groups of a wave, of different tasks while there are enough."""
        found: list[Drawn] = []
        for _ in range(count):
            rng = random.Random(f"{self._seed}:{self._number}")
            name = rng.choice(self._open({drawn.name for drawn in found}))
            found.append(Drawn(self._number, name, rng.randrange(1, MOST_SEED + 1)))
            self._number += 1
        self.wave += 1
        return found

    def note(self, name: str, success: float) -> None:
        """How a group of a task went: its share of successes."""
        if success == 0 or success > self._most:
            self._until[name] = self._number + self._rest
        else:
            self._until.pop(name, None)

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"wave": self.wave, "number": self._number, "until": dict(self._until)}

    def _open(self, taken: set[str]) -> list[str]:
        """Tasks that may be drawn: none that is taken, and none that rests, where that leaves any."""
        fresh = [name for name in self._names if name not in taken] or list(self._names)
        return [name for name in fresh if self._until.get(name, 0) <= self._number] or fresh
