"""Where the labels of fields stand on a page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from perception.extraction.lexicon import LABELS, labels, plain
from perception.extraction.spelling import Spelling
from perception.extraction.text_line import TextLine

_WEAK = frozenset(
    "le del from to von de an a due no date datum data fecha invoice rechnung facture factura fattura".split()
)
"""Labels that are words of everyday sentences too: they count only where they begin a column."""
_GLUED = 7
"""Letters from which on a label may be written with other spaces than its own."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A label on a line."""

    concept: str
    """Of the lexicon, or the path of a field with labels of its own."""
    line: TextLine
    start: int
    end: int
    """Where it stands in the line's text, punctuation behind it included."""
    score: float
    """How surely it names a value, around 1."""


class Lexicon:
    """All labels that are looked for: those that are known, and a schema's own."""

    def __init__(self, own: Mapping[str, Iterable[str]]) -> None:
        """own: path of a field -> labels that the schema gives it."""
        self._labels: dict[tuple[str, ...], list[tuple[str, float]]] = {}
        for concept in LABELS:
            known = labels(concept)
            for rank, label in enumerate(known):
                self._add(label, concept, 1.0 - 0.35 * rank / len(known))
        for path, given in own.items():
            for label in given:
                self._add(plain(label), path, 1.0)
        self._longest = max(map(len, self._labels), default=0)
        self._glued = {"".join(key): key for key in self._labels if sum(map(len, key)) >= _GLUED}
        self._spelling = Spelling([*(word for key in self._labels for word in key), *self._glued])

    def namings(self, line: TextLine) -> list[Naming]:
        """The labels on a line; a longer one hides those within it."""
        tokens = _tokens(line)
        if line.reads_pixels:
            tokens = [(self._spelling.mended(token), start, end) for token, start, end in map(self._cut, tokens)]
        found: list[Naming] = []
        at = 0
        while at < len(tokens):
            length = self._length_at(tokens, at, line)
            if length == 0:
                at += 1
                continue
            key = self._key(tokens[at : at + length])
            start, end = tokens[at][1], tokens[at + length - 1][2]
            for concept, score in self._labels[key]:
                judged = _judged(key, line, start, end, score)
                if judged > 0:
                    found.append(Naming(concept, line, start, end, judged))
            at += length
        return found

    def _cut(self, token: tuple[str, int, int]) -> tuple[str, int, int]:
        """A token, without the number that a label's word is glued to."""
        text, start, end = token
        bare = text.rstrip("0123456789")
        is_glued = len(bare) > 4 and end - start == len(text) and (bare,) in self._labels
        return (bare, start, start + len(bare)) if is_glued else token

    def _add(self, label: str, concept: str, score: float) -> None:
        key = tuple(label.split())
        if key and all(concept != known for known, _ in self._labels.get(key, [])):
            self._labels.setdefault(key, []).append((concept, score))

    def _length_at(self, tokens: Sequence[tuple[str, int, int]], at: int, line: TextLine) -> int:
        """How many tokens the longest label takes that begins here; a label never crosses a column's edge."""
        edge = line.phrase_end(tokens[at][1])
        most = min(self._longest, len(tokens) - at)
        for length in range(most, 0, -1):
            if tokens[at + length - 1][2] <= edge and self._key(tokens[at : at + length]) in self._labels:
                return length
        return 0

    def _key(self, tokens: Sequence[tuple[str, int, int]]) -> tuple[str, ...]:
        """The label that tokens are, whatever spaces stand between its letters; else the tokens themselves."""
        key = tuple(token for token, _, _ in tokens)
        return key if key in self._labels else self._glued.get("".join(key), key)


def _tokens(line: TextLine) -> list[tuple[str, int, int]]:
    """Words as `plain` writes them, with where they begin and end in the line's text."""
    tokens = []
    for part in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*[°º]?|#|№", line.text):
        for token in plain(part.group()).split():
            tokens.append((token, part.start(), part.end()))
    return tokens


def _judged(key: tuple[str, ...], line: TextLine, start: int, end: int, score: float) -> float:
    """A label's score where it stands: at a column's beginning or behind a colon, with a colon behind it, or alone."""
    before, after = line.text[:start], line.text[end : line.phrase_end(end)]
    begins = not before.strip() or before.endswith(("\t", ": ", "| ", "• ", "· ", "- "))
    colon = bool(re.match(r"\s?[.)]{0,2}\s?[:#]", after))
    alone = not after.strip(" .:#")
    if not begins and all(token in _WEAK for token in key):
        return 0.0
    if not (begins or colon or alone) and len(after.split()) > 3:
        return 0.0
    return score + 0.15 * begins + 0.15 * colon + 0.1 * alone - 0.25 * (not begins)
