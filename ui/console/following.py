"""Which run a page follows, and what it was told of it last.

Answers can come to the browser in another order than they were made: one that was asked for before a run was started
would put the page back to the run before. So what is followed is kept here and no answer carries it back, and each
answer has a number by which a late one is seen: the page asks once more.
"""

import threading
import time
from typing import Any, Self

_MOST_KEPT = 32


class Following:
    """One page's, of all its tabs. The page never gets hold of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.name = ""
        """Of the run that is followed; empty for the newest."""
        self.mark = ""
        """Of what was told last."""
        self.number = 0
        """Of the answer that told it. It grows with time, also from a page's first state to the one after it was
        forgotten."""
        self._held: dict[int, int] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Every page begins with one of its own."""
        return type(self)()

    def tell(self, mark: str, held: int) -> int:
        """The number of an answer; mark: changes with what the answer depends on; held: the decision that the page's
        button lets go by it."""
        self.mark = mark
        self.number = max(self.number + 1, time.monotonic_ns() // 1000)
        self._held[self.number] = held
        while len(self._held) > _MOST_KEPT:
            del self._held[min(self._held)]
        return self.number

    def held(self, number: str) -> int:
        """The decision that a page lets go which shows the answer of this number; 0 for none."""
        return self._held.get(int(number), 0) if number.isdecimal() else 0
