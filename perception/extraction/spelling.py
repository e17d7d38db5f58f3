"""Words as pixels are misread: letters that look alike, and a letter or two that are wrong.

What is mended is what can only be meant: a word of a label, digits within an amount or a date, a company's form.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "|": "l"})
"""Letters and digits that look alike, as one of them."""
_DIGITS = str.maketrans("OoQlI|SsB", "000111558")
_NUMBER = re.compile(r"[-(]?(?:\d{1,3}(?:[.,’']\d{3})*|\d+)[.,]\d{2}[)-]?|\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})")
"""An amount with cents, or a date."""
_GLUED = re.compile(
    r"([^\W\d_]+[.:]?|[^\W\d_]*[€£$:])(\d{1,3}(?:[.,’']\d{3})*[.,]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2})"
)
"""Letters right before an amount or a date."""
_AMONG = re.compile(r"(?<=\d)[OoQlI|](?=\d)")
"""What can't be but a digit, with digits on both sides."""
_FORMS = (
    "o.o. S.r.l. S.p.A. S.n.c. S.L. S.L.U. S.A. S.A.S. B.V. N.V. V.O.F. e.K. Lda. Ltd Limited LLC LLP Inc. plc SARL"
)
"""What ends companies' names, in letters that are often taken for others."""
_LEAST, _LONG = 5, 9
"""Letters of a word from which on one of them may be wrong, and two."""


class Spelling:
    """The words that may be meant, by what they look like."""

    def __init__(self, words: Iterable[str]) -> None:
        """words: as `lexicon.plain` writes them."""
        self._words = frozenset(words)
        self._looks: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if any(letter.isalpha() for letter in word):
                self._looks.setdefault(word.translate(_ALIKE), word)
                self._by_length[len(word)].append(word)
        self._known: dict[str, str] = {}

    def mended(self, word: str) -> str:
        """The word that is meant, or the word itself where none is near, or more than one are."""
        if word in self._words or len(word) < 3:
            return word
        if word not in self._known:
            self._known[word] = self._looks.get(word.translate(_ALIKE)) or self._nearest(word)
        return self._known[word]

    def _nearest(self, word: str) -> str:
        if len(word) < _LEAST or sum(letter.isdigit() for letter in word) * 2 > len(word):
            return word
        most = 1 if len(word) < _LONG else 2
        near: list[tuple[int, str]] = []
        for length in range(max(_LEAST, len(word) - most), len(word) + most + 1):
            for other in self._by_length[length]:
                if other[0] == word[0] or other[-2:] == word[-2:]:
                    away = _distance(word, other, most)
                    if away <= most:
                        near.append((away, other))
        near.sort()
        is_plain = len(near) == 1 or (len(near) > 1 and near[0][0] < near[1][0])
        return near[0][1] if is_plain else word


def _distance(one: str, other: str, most: int) -> int:
    """Letters to change, add or leave out; above `most` it may be any number above it (Levenshtein's distance)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above, row = row, [at]
        for column, wanted in enumerate(other, start=1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != wanted)))
        if min(row) > most:
            return most + 1
    return row[-1]


def mended_value(word: str) -> str:
    """A word off pixels: digits where only digits can be meant, and a company's form as it is written."""
    bare, mark = (word[:-1], word[-1]) if word.endswith(",") else (word, "")
    if (glued := _GLUED.fullmatch(bare)) is not None:  # a currency or a label that lost the space behind it
        return f"{glued[1]} {mended_value(glued[2] + mark)}"
    bare = _AMONG.sub(lambda found: found.group().translate(_DIGITS), bare)
    made = bare.translate(_DIGITS)
    if made != bare and any(letter.isdigit() for letter in bare) and _NUMBER.fullmatch(made):
        return made + mark
    form = _FORM_OF.get(_look(bare), bare)
    return (bare if form.casefold() == bare.casefold() else form) + mark  # how large its letters are was read well


def _look(word: str) -> str:
    return word.casefold().translate(_ALIKE)


_FORM_OF = {_look(form): form for form in _FORMS.split()}
