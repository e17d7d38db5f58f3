"""What a person at a browser would have noticed and a picture of the page can't show.

A page's own words stand in a note between quotes that they can't close, on one line: see `said`.
"""

import re
from collections.abc import Callable

from perception.clients.wording import plain_line

MAX_NOTES = 6
MAX_SAID = 200
"""Characters of a page's own words in a note."""

_QUOTE = re.compile('["\u201c\u201d\u201e\u201f\u2033\uff02]')


class Notes:
    """Lines that wait for the next observation."""

    def __init__(self, scrub: Callable[[str], str] = str) -> None:
        """scrub: takes what nobody may read out of a page's words, before they are cut."""
        self._lines: list[str] = []
        self.scrub = scrub

    def add(self, line: str) -> None:
        """Keep one line; the same one counts once, and `MAX_NOTES` are enough."""
        if len(self._lines) < MAX_NOTES and line not in self._lines:
            self._lines.append(line)

    def take(self) -> tuple[str, ...]:
        """The lines since the last time."""
        lines, self._lines = tuple(self._lines), []
        return lines

    def said(self, text: str) -> str:
        """A page's words, scrubbed and ready to be quoted."""
        return said(self.scrub(text))


def said(text: str) -> str:
    """A page's words as they may stand between double quotes: on one line (see `plain_line`), without such quotes, cut
    to `MAX_SAID`."""
    return _QUOTE.sub("'", plain_line(text))[:MAX_SAID]
