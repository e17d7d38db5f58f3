"""Words to phrases (words side by side) and to lines: the raw material of layout and of extraction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from perception.document.page import Word
from perception.geometry import Box

_WIDE_GAP = 1.05
"""In heights of a letter: words further apart stand in different columns."""
_MAX_BESIDE = 300
"""Words of a line that one more is compared with."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side on one line, no further apart than words of a sentence."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """Of most of its words, in points."""
        return median(word.box.bottom - word.box.top for word in self.words)

    @property
    def bold(self) -> bool:
        """Whether most of its words are."""
        return sum(word.bold for word in self.words) * 2 > len(self.words)


def phrase(words: Sequence[Word]) -> Phrase:
    """The phrase of these words, at least one, from left to right."""
    return Phrase(tuple(words), hull(word.box for word in words))


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around boxes, at least one."""
    every = list(boxes)
    return Box(
        left=min(box.left for box in every),
        top=min(box.top for box in every),
        right=max(box.right for box in every),
        bottom=max(box.bottom for box in every),
    )


def text_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Upright words in lines from the top, each from left to right, whatever columns they cross."""
    upright = [word for word in words if word.is_upright]
    lines: list[list[Word]] = []
    for word in sorted(upright, key=lambda word: (word.box.top + word.box.bottom) / 2):
        for line in reversed(lines[-4:]):
            if _same_line(line, word.box):
                line.append(word)
                break
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box.left) for line in lines]


def phrases(line: Sequence[Word], widest: float = _WIDE_GAP) -> list[Phrase]:
    """A line cut where the gap between two words is wider than a letter is high, or `widest` times that."""
    parts: list[list[Word]] = []
    for word in line:
        if parts and word.box.left - parts[-1][-1].box.right <= widest * _letter_height(parts[-1][-1], word):
            parts[-1].append(word)
        else:
            parts.append([word])
    return [phrase(part) for part in parts]


def body_height(lines: Iterable[Sequence[Word]]) -> float:
    """The height of most words, in points; 10 where there are none."""
    heights = [word.box.bottom - word.box.top for line in lines for word in line for _ in word.text]
    return median(heights) if heights else 10.0


def _letter_height(one: Word, other: Word) -> float:
    return min(one.box.bottom - one.box.top, other.box.bottom - other.box.top)


def _same_line(line: Sequence[Word], box: Box) -> bool:
    """Whether a box stands on a line: on the level of the word nearest to it."""
    ends = _level(line[0].box, box), _level(line[-1].box, box)
    if ends[0] == ends[1]:  # most lines are straight, and looking for the nearest word takes long
        return ends[0]
    near = min(line[-_MAX_BESIDE:], key=lambda word: max(word.box.left - box.right, box.left - word.box.right))
    return _level(near.box, box)


def _level(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)
