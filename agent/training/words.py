"""The words that synthetic screens show: real interface words, English-like invented ones, numbers, dates, addresses.

Every word belongs to one of two sides, by a hash of its lower-case letters: about one in ten is *held out*. A screen
for training shows no held-out word, and every name on a screen for measuring is made of held-out words, so that a
score speaks of unseen ones. Words that are one token of the vocabulary ("a", "in", "list") are *neutral*: they stand
beside others on both sides, as letters do, since a token that was never copied in training can't be copied at all.
No word list is shipped beside the hand-written one in `lexicon`.
"""

import hashlib
import random
import string
from collections.abc import Callable

from agent.training import vocabulary
from agent.training.lexicon import ACTIONS, BUTTONS, CHECKS, FREQUENT, LABELS, NAMES, NOUNS, QUALITIES, SMALL

HELDOUT_BELOW = 26
"""A word is held out when the first byte of its MD5 is below this: 26 of 256, about one in ten."""

NEUTRAL = frozenset(vocabulary.whole_words())
"""Lower case; on neither side, and never a whole text for measuring."""

_ONSETS = (
    "b c d f g h j k l m n p r s t v w y z bl br ch cl cr dr fl fr gl gr ph pl pr qu sc sh sk sl sm sn sp st str sw th "
    "tr tw wh"
).split()
_NUCLEI = ("a e i o u " * 6 + "y ai au ea ee ei ie oa oi oo ou ue ia io").split()
_CODAS = "b d f g k l m n p r s t x ck ct ft ld lk ll lt mp nd ng nk nt rd rk rm rn rt sh sk ss st th ch".split()
_ENDINGS = (
    "able al ance ed en ent er ery est ful ic ing ion ish ism ist ity ive ize less ly ment ness or ous ship ty ure"
).split()
_HOSTS = ("com", "org", "net", "io", "edu", "de", "fr", "co")


def is_heldout(word: str) -> bool:
    """Whether `word` (letters of any case) is on the held-out side."""
    return hashlib.md5(word.lower().encode(), usedforsecurity=False).digest()[0] < HELDOUT_BELOW


def words_in(text: str) -> list[str]:
    """The words of `text` that the held-out rule speaks of: split at blanks, punctuation around them cut off.

    An address, a date or a code is one word.
    """
    parts = (part.strip(string.punctuation) for part in text.split())
    return [part for part in parts if part]


def belongs(text: str, *, heldout: bool) -> bool:
    """Whether `text` may stand on a screen of the side asked for: no word of it is on the other side, and for measuring
    it is not made of neutral words alone."""
    words = words_in(text)
    sided = [word for word in words if word.lower() not in NEUTRAL]
    return all(is_heldout(word) == heldout for word in sided) and bool(sided or not words or not heldout)


def _phrases(block: str) -> list[str]:
    return [phrase.strip() for phrase in block.replace("\n", " ").split("|") if phrase.strip()]


class _Side:
    """The lists of one side of the held-out rule, made once per process."""

    def __init__(self, heldout: bool) -> None:
        def words(*blocks: str) -> list[str]:
            return sorted({w for block in blocks for w in block.split() if belongs(w, heldout=heldout)})

        def phrases(block: str) -> list[str]:
            return [p for p in _phrases(block) if belongs(p, heldout=heldout)]

        self.verbs, self.nouns = words(ACTIONS), words(NOUNS)
        self.qualities, self.names, self.small = words(QUALITIES), words(NAMES), sorted({*words(SMALL), *NEUTRAL})
        self.frequent = [word for word in FREQUENT.split() if word in self.small]
        self.every = words(ACTIONS, NOUNS, QUALITIES)
        self.labels, self.checks, self.buttons = phrases(LABELS), phrases(CHECKS), phrases(BUTTONS)


_SIDES: dict[bool, _Side] = {}


def _side(heldout: bool) -> _Side:
    if heldout not in _SIDES:
        _SIDES[heldout] = _Side(heldout)
    return _SIDES[heldout]


class Words:
    """Draws words and short texts of one side of the held-out rule from `rng`; nothing else decides what comes."""

    def __init__(self, rng: random.Random, heldout: bool) -> None:
        self.rng = rng
        self.heldout = heldout
        self._side = _side(heldout)

    def _draw(self, make: Callable[[], str]) -> str:
        """What `make` gives first that is one word of our side (about ten tries when held out)."""
        while True:
            text = make()
            if is_heldout(text) == self.heldout and (text.lower() not in NEUTRAL or not self.heldout):
                return text

    def pseudo(self) -> str:
        """An invented word of 3 to 11 letters that reads like English, lower case."""
        return self._draw(self._pseudo)

    def _pseudo(self) -> str:
        rng, word = self.rng, ""
        for _ in range(rng.choice((1, 1, 2, 2, 2, 3))):
            word += rng.choice(_ONSETS) if rng.random() < 0.85 or not word else ""
            word += rng.choice(_NUCLEI)
            word += rng.choice(_CODAS) if rng.random() < 0.5 else ""
        if rng.random() < 0.3:
            word += rng.choice(_ENDINGS)
        return word if 3 <= len(word) <= 11 else self._pseudo()

    def real(self) -> str:
        """A real English word, lower case."""
        return self.rng.choice(self._side.every)

    def word(self) -> str:
        """One lower-case word, real or invented."""
        return self.real() if self.rng.random() < 0.5 else self.pseudo()

    def name(self) -> str:
        """A capitalised name of a person, place, month or the like; one in three is invented."""
        return self.pseudo().capitalize() if self.rng.random() < 0.35 else self.rng.choice(self._side.names)

    def number(self) -> str:
        """A number, a price or a share."""
        rng = self.rng

        def make() -> str:
            kind, value = rng.random(), rng.randint(0, 10 ** rng.randint(1, 5))
            if kind < 0.65:
                return str(value)
            return f"{value}.{rng.randint(0, 99):02d}" if kind < 0.85 else f"{value:,}"

        return self._draw(make)

    def code(self) -> str:
        """A short code: letters, capitals or letters and digits without meaning, 2 to 8 characters."""
        rng = self.rng

        def make() -> str:
            letters = rng.choice((string.ascii_letters, string.ascii_uppercase, string.ascii_lowercase))
            letters += rng.choice(("", string.digits))
            text = "".join(rng.choice(letters) for _ in range(rng.randint(2, 7)))
            return text[:3] + "-" + text[3:] if len(text) > 4 and rng.random() < 0.2 else text

        return self._draw(make)

    def date(self) -> str:
        """A date, in one of the common notations, as one word."""
        rng = self.rng

        def make() -> str:
            year, month, day = rng.randint(1940, 2035), rng.randint(1, 12), rng.randint(1, 28)
            layout = rng.choice(("{0}-{1:02d}-{2:02d}", "{1:02d}/{2:02d}/{0}", "{2:02d}.{1:02d}.{0}", "{2}/{1}/{0}"))
            return layout.format(year, month, day)

        return self._draw(make)

    def email(self) -> str:
        """An address; its words are of our side too."""

        def make() -> str:
            user = (self.name() if self.rng.random() < 0.6 else self.word()).lower()
            user += self.rng.choice(("", "", "", ".x", "7", "42", "_1"))
            return f"{user}@{self.word()}.{self.rng.choice(_HOSTS)}"

        return self._draw(make)

    def address(self) -> str:
        """Two words with a number before or behind."""
        words = " ".join(self.name() if self.rng.random() < 0.5 else self.word().capitalize() for _ in range(2))
        number = self._draw(lambda: str(self.rng.randint(1, 299)))
        return f"{number} {words}" if self.rng.random() < 0.3 else f"{words} {number}"

    def phrase(self, num_words: int) -> str:
        """`num_words` lower-case words. One is a content word; every other of the rest is small or neutral: letters are
        copied everywhere, and whole tokens only where names and values hold them."""
        content = self.rng.randrange(num_words)
        return " ".join(
            self.word() if index == content or self.rng.random() < 0.5 else self.small() for index in range(num_words)
        )

    def small(self) -> str:
        """A word that stands between others, the frequent ones in every other case."""
        return self.rng.choice(self._side.frequent if self.rng.random() < 0.5 else self._side.small)

    def cased(self, text: str) -> str:
        """`text` in one of the cases that interfaces use."""
        kind = self.rng.random()
        if kind < 0.55:
            return text[:1].upper() + text[1:]
        if kind < 0.7:
            return text.title() if "'" not in text else text
        return text.upper() if kind < 0.8 else text

    def _listed(self, phrases: list[str], share: float) -> str | None:
        return self.rng.choice(phrases) if phrases and self.rng.random() < share else None

    def label(self) -> str:
        """A short name of one to three words for any control."""
        kind = self.rng.random()
        if kind < 0.6:
            return self.cased(self.word())
        if kind < 0.8:
            return self.cased(f"{self.word()} {self.word()}")
        if kind < 0.86:
            return self.code()
        if kind < 0.9:
            return self.name()
        return self.number() if kind < 0.92 else self.cased(self.phrase(self.rng.randint(2, 3)))

    def button(self) -> str:
        """The name of a button, link or menu item."""
        listed = self._listed(self._side.buttons, 0.3)
        if listed:
            return listed if self.rng.random() < 0.7 else self.cased(listed.lower())
        if self.rng.random() < 0.25 and self._side.verbs:
            return self.cased(f"{self.rng.choice(self._side.verbs)} {self.word()}")
        return self.label()

    def field(self) -> str:
        """The name of a text field."""
        return self._listed(self._side.labels, 0.4) or self.label()

    def check(self) -> str:
        """The name of a check box: often a short sentence."""
        listed = self._listed(self._side.checks, 0.3)
        return listed or (self.cased(self.phrase(self.rng.randint(3, 5))) if self.rng.random() < 0.4 else self.label())

    def value(self) -> str:
        """What a person would type into a field."""
        if self.rng.random() < 0.1:
            return self.address()
        kind = self.rng.random()
        if kind < 0.22:
            return self.name()
        if kind < 0.34:
            return f"{self.name()} {self.name()}"
        if kind < 0.56:
            return self.rng.choice((self.word, self.label))()
        if kind < 0.68:
            return self.number()
        makers = (self.email, self.code, self.date, self.code)
        return makers[self.rng.randrange(4)]() if kind < 0.86 else self.phrase(self.rng.randint(2, 4))
