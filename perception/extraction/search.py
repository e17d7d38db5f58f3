"""Which passages of documents speak of a question's words, by BM25.

(Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; k1 = 1.2, b = 0.75.) Words are
compared without accents and case, and by their beginnings, so that most endings make no difference.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from perception.document.lines import hull, text_lines
from perception.document.page import PageText, Source, Word
from perception.geometry import Box

_K1, _B = 1.2, 0.75
_STEM = 6
"""Letters of a word that are compared."""
_PASSAGE_WORDS = 60
_STOP = frozenset(
    "the a an of in on at to for and or is are was were be by with from this that what which who whom when where "
    "how why does do did it its as der die das den dem des ein eine einer und oder ist sind war im am zu fur von "
    "mit wie was wer wann wo le la les un une des du et ou est sont dans pour par que qui quel quelle el los las "
    "una y o es son en por con il lo gli e di da che".split()
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines of a page."""

    document: int
    """Index of the document among those that are searched."""
    page: int
    text: str
    box: Box
    source: Source


class PassageIndex:
    """Passages of all pages, ready to be asked."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._counts: list[Counter[str]] = []
        self._spread: Counter[str] = Counter()

    def add(self, document: int, page: int, text: PageText) -> None:
        """Take a page in."""
        for words in _chunks(text_lines(text.words)):
            self._add(document, page, words)

    def best(self, question: str, most: int) -> list[tuple[float, Passage]]:
        """The passages that fit best, with their scores; none where no word of the question is written anywhere."""
        terms = list(dict.fromkeys(_terms(question)))
        terms = [term for term in terms if term not in _STOP] or terms
        mean = sum(map(Counter.total, self._counts)) / max(1, len(self._counts))
        scored = [
            (self._score(terms, counts, mean), index)
            for index, counts in enumerate(self._counts)
            if any(term in counts for term in terms)
        ]
        scored.sort(key=lambda one: (-one[0], one[1]))
        return [(round(score, 3), self.passages[index]) for score, index in scored[:most]]

    def _add(self, document: int, page: int, words: Sequence[Word]) -> None:
        counts = Counter(term for word in words for term in _terms(word.text))
        source: Source = "ocr" if any(word.source == "ocr" for word in words) else "text"
        text = " ".join(word.text for word in words)
        self.passages.append(Passage(document, page, text, hull(word.box for word in words), source))
        self._counts.append(counts)
        self._spread.update(counts.keys())

    def _score(self, terms: Iterable[str], counts: Counter[str], mean: float) -> float:
        total = len(self._counts)
        length = _K1 * (1 - _B + _B * counts.total() / max(1.0, mean))
        score = 0.0
        for term in terms:
            rarity = math.log(1 + (total - self._spread[term] + 0.5) / (self._spread[term] + 0.5))
            score += rarity * counts[term] * (_K1 + 1) / (counts[term] + length)
        return score


@lru_cache(maxsize=100_000)
def _terms(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    terms = []
    for word in re.findall(r"\w+", bare):
        if word in _STOP or word.isdigit() or not re.search(r"[^\W\d_]", word):
            terms.append(word)
        elif re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", word):  # words without spaces: by pairs of signs
            terms += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        else:
            terms.append(word[:_STEM])
    return tuple(terms)


def _chunks(lines: Iterable[Sequence[Word]]) -> Iterable[list[Word]]:
    """Lines that follow each other, up to some sixty words; a wide gap between lines begins another."""
    chunk: list[Word] = []
    bottom = float("inf")
    for line in lines:
        box = hull(word.box for word in line)
        far = box.top - bottom > 1.2 * (box.bottom - box.top)
        if chunk and (far or len(chunk) + len(line) > _PASSAGE_WORDS):
            yield chunk
            chunk = []
        chunk = [*chunk, *line]
        bottom = box.bottom
    if chunk:
        yield chunk
