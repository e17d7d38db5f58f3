"""Pages that lie askew in the scanner: their words as they would stand on a straight page, and boxes turned back.

The angle is the one that the lines of most letters have that were read from pixels. A word's box is the upright
rectangle round a turned one; straightened, it is that one. Small angles only: pages on their side are turned before.
"""

import math
from dataclasses import dataclass

from perception.document.page import PageText, Word
from perception.geometry import Box

_LEAST, _MOST = 0.1, 12.0
"""Degrees between which a page is askew."""
_FEWEST = 40
"""Letters without which nothing is known."""


@dataclass(frozen=True, slots=True)
class Skew:
    """A page of `width` by `height` points that is turned clockwise by `angle` degrees round its middle."""

    angle: float
    width: float
    height: float

    def straight(self, box: Box) -> Box:
        """A box on the page, where it would be on the straight page."""
        if not self.angle:
            return box
        sine, cosine = self._turn(1)
        wide, high = box.right - box.left, box.bottom - box.top
        turn = cosine * cosine - sine * sine  # of the two equations that `turned` solves the other way round
        flat = max(wide * 0.5, (wide * cosine - high * abs(sine)) / turn)
        low = max(high * 0.3, (high * cosine - wide * abs(sine)) / turn)
        return self._round(box, -1, flat, low)

    def turned(self, box: Box) -> Box:
        """A box on the straight page, where it is on the page."""
        if not self.angle:
            return box
        sine, cosine = self._turn(1)
        wide, high = box.right - box.left, box.bottom - box.top
        return self._round(box, 1, wide * cosine + high * abs(sine), wide * abs(sine) + high * cosine)

    def _turn(self, way: int) -> tuple[float, float]:
        return math.sin(math.radians(way * self.angle)), math.cos(math.radians(way * self.angle))

    def _round(self, box: Box, way: int, wide: float, high: float) -> Box:
        """A rectangle of that size round the box's middle, turned with the page."""
        sine, cosine = self._turn(way)
        x, y = (box.left + box.right - self.width) / 2, (box.top + box.bottom - self.height) / 2
        middle, level = x * cosine - y * sine + self.width / 2, x * sine + y * cosine + self.height / 2
        return Box(left=middle - wide / 2, top=level - high / 2, right=middle + wide / 2, bottom=level + high / 2)


def skew_of(text: PageText) -> Skew:
    """How a page lies; 0 degrees where it is straight, or too little is written on it."""
    read = sorted((_signed(word.angle), len(word.text)) for word in text.words if _tells(word))
    total = sum(letters for _, letters in read)
    angle, passed = 0.0, 0
    for angle, letters in read:  # noqa: B007 -- the weighted median is where half of the letters are passed
        passed += letters
        if 2 * passed >= total:
            break
    is_askew = total >= _FEWEST and _LEAST <= abs(angle) <= _MOST
    return Skew(angle if is_askew else 0.0, text.width, text.height)


def straightened(text: PageText, skew: Skew) -> PageText:
    """The page's words as they would stand on the straight page."""
    if not skew.angle:
        return text
    words = tuple(word.model_copy(update={"box": skew.straight(word.box)}) for word in text.words)
    return text.model_copy(update={"words": words})


def _tells(word: Word) -> bool:
    return word.source == "ocr" and abs(_signed(word.angle)) <= _MOST and len(word.text) > 2


def _signed(angle: float) -> float:
    return (angle + 180) % 360 - 180
