"""Finding on a page what somebody says is written there: the words that say it, and the box around them."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from perception.document.lines import hull, text_lines
from perception.document.page import PageText, Source, Word
from perception.geometry import Box

_ALIKE = 0.86
"""How alike words read from pixels have to be to what is said."""
_MOST_LETTERS = 300
"""Of a quote; of a longer one the beginning is looked for."""


class Snapped(NamedTuple):
    """Words on a page."""

    page: int
    box: Box
    quote: str
    source: Source


class Haystack:
    """A page's words, prepared for being searched."""

    def __init__(self, text: PageText, page: int) -> None:
        self.page = page
        self._words = [word for line in text_lines(text.words) for word in line]
        bare = [_bare(word.text) for word in self._words]
        self._text = "".join(bare)
        self._ends = list(accumulate(map(len, bare)))
        self._starts = [end - len(word) for end, word in zip(self._ends, bare, strict=True)]
        self._reads_pixels = text.reads_pixels

    def find(self, text: str, near: Box | None = None) -> Snapped | None:
        """The words that say the text, spaces and punctuation aside; of several places the one nearest to a box.

        Words read from pixels may differ in a letter here and there.
        """
        wanted = _bare(text)[:_MOST_LETTERS]
        if not wanted:
            return None
        found = list(self._exact(wanted))
        if not found and self._reads_pixels:
            found = list(self._alike(wanted))
        if not found:
            return None
        best = min(found, key=lambda words: _distance(hull(word.box for word in words), near))
        sources = {word.source for word in best}
        source: Source = "ocr" if "ocr" in sources else "form" if "form" in sources else "text"
        return Snapped(self.page, hull(word.box for word in best), " ".join(word.text for word in best), source)

    def _exact(self, wanted: str) -> Iterable[Sequence[Word]]:
        """Whole words whose letters are these, side by side."""
        said = [index for index, (at, end) in enumerate(zip(self._starts, self._ends, strict=True)) if end > at]
        starts = {self._starts[index]: index for index in said}
        ends = {self._ends[index]: index for index in said}
        at = self._text.find(wanted)
        while at >= 0:
            last = at + len(wanted)
            if at in starts and last in ends and ends[last] >= starts[at]:
                yield self._words[starts[at] : ends[last] + 1]
            at = self._text.find(wanted, at + 1)

    def _alike(self, wanted: str) -> Iterable[Sequence[Word]]:
        if len(wanted) < 4 or any(letter.isdigit() for letter in wanted):
            return  # a number with another digit is another number
        for first in range(len(self._words)):
            last = first
            while last < len(self._words) and self._ends[last] - self._starts[first] < len(wanted) - 1:
                last += 1
            last = min(last, len(self._words) - 1)
            said = self._text[self._starts[first] : self._ends[last]]
            if abs(len(said) - len(wanted)) <= 3 and SequenceMatcher(None, said, wanted).ratio() >= _ALIKE:
                yield self._words[first : last + 1]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _distance(box: Box, near: Box | None) -> float:
    if near is None:
        return 0.0
    return abs(box.center.x - near.center.x) + abs(box.center.y - near.center.y)
