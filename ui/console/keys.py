"""Who is let in: links that work once, the passes that they are traded for, and a stop to guessing.

The first link is printed by the command; a browser that is in can ask for one for another browser.
"""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from hmac import compare_digest

LINK_SECONDS = 600.0
"""How long a link for another browser is good; the first one is good until it is used."""
MOST_WRONG = 5
"""Wrong keys in a minute; with one more, nobody is let in for a while."""
LOCKED_SECONDS = 60.0
MOST_BROWSERS = 32
_WINDOW_SECONDS = 60.0
_BYTES = 32


class Locked(Exception):
    """Too many wrong keys came: wait."""


class Keys:
    """The links and passes of one server. May be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds; only differences count."""
        self._clock = clock
        self._lock = threading.Lock()
        self._first: str = secrets.token_urlsafe(_BYTES)
        self._links: dict[str, float] = {self._first: float("inf")}
        self._passes: dict[str, str] = {}
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG + 1)
        self._locked_until = float("-inf")

    @property
    def first(self) -> str:
        """The first link's key. Raises ValueError when it was used."""
        if self._first not in self._links:
            raise ValueError("the link was used")
        return self._first

    def invite(self) -> str:
        """A key for one more browser; of those that were not used, the newest is good. Raises ValueError when there are
        browsers enough."""
        with self._lock:
            if len(self._passes) >= MOST_BROWSERS:
                raise ValueError(f"{MOST_BROWSERS} browsers are in already: start `handeye console` again")
            self._links = {key: end for key, end in self._links.items() if key == self._first}
            key = secrets.token_urlsafe(_BYTES)
            self._links[key] = self._clock() + LINK_SECONDS
            return key

    def enter(self, given: str) -> str | None:
        """Trade a key for a pass, once; None for a wrong one. Raises Locked, and then also for a right one."""
        with self._lock:
            now = self._clock()
            if now < self._locked_until:
                raise Locked
            found = _match(given, [key for key, end in self._links.items() if now < end])
            if found is not None:
                del self._links[found]
                admitted = secrets.token_urlsafe(_BYTES)
                self._passes[admitted] = f"browser {len(self._passes) + 1}"
                return admitted
            self._wrong.append(now)
            if len(self._wrong) > MOST_WRONG and now - self._wrong[0] < _WINDOW_SECONDS:
                self._wrong.clear()
                self._locked_until = now + LOCKED_SECONDS
                raise Locked
            return None

    def browser(self, given: str) -> str | None:
        """What the browser with this pass is called; None for a pass that was not given out."""
        found = _match(given, list(self._passes))
        return None if found is None else self._passes[found]


def _match(given: str, known: list[str]) -> str | None:
    """The known word that is the given one, in a time that tells nothing of them."""
    matches = [one for one in known if compare_digest(one.encode(), given.encode(errors="replace"))]
    return matches[0] if matches else None
