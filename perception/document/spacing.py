"""Words that are set with space between their letters, put together again; used by workers, so on plain data."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

_FEWEST = 4
"""Single letters in a row from which on they are taken for spaced ones."""
_WIDEST = 0.9
"""In heights of a letter: single letters further apart stand by themselves."""
_WORD_GAP = 1.6
"""In usual gaps between letters: a wider one parts two words."""


def closed_up(words: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Words in the file's order; runs of single letters side by side become words, and all others stay."""
    closed: list[dict[str, Any]] = []
    for run in _runs(words):
        closed += _joined(run) if len(run) >= _FEWEST else run
    return closed


def _runs(words: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    run: list[dict[str, Any]] = []
    for word in words:
        if run and not (_goes_on(run[-1], word)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _goes_on(word: dict[str, Any], other: dict[str, Any]) -> bool:
    if len(word["text"]) != 1 or len(other["text"]) != 1 or word["angle"] or other["angle"]:
        return False
    height = word["box"][3] - word["box"][1]
    gap = other["box"][0] - word["box"][2]
    same_line = abs(other["box"][3] - word["box"][3]) < 0.3 * height
    return same_line and -0.2 * height < gap < _WIDEST * height * 2


def _joined(run: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters of a run as words."""
    gaps = [other["box"][0] - word["box"][2] for word, other in pairwise(run)]
    usual = median(gaps)
    height = run[0]["box"][3] - run[0]["box"][1]
    if usual > _WIDEST * height:
        return run
    words, letters = [], [run[0]]
    for gap, letter in zip(gaps, run[1:], strict=True):
        if gap > max(_WORD_GAP * usual, usual + 0.12 * height):
            words.append(_word(letters))
            letters = []
        letters.append(letter)
    return [*words, _word(letters)]


def _word(letters: list[dict[str, Any]]) -> dict[str, Any]:
    boxes = [letter["box"] for letter in letters]
    box = [
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    ]  # fmt: skip
    return letters[0] | {"text": "".join(letter["text"] for letter in letters), "box": box}
