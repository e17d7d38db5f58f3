"""Guessing the next tokens by copying: what followed the same tokens before may follow them again.

Replies repeat words of the instruction ("click Save" becomes `Click \\"Save\\"`) and the frame of earlier replies that
began alike, and a pass over several tokens costs hardly more than a pass over one. Where a quote opens, nothing says
yet what will be copied: the first name that the prompt quotes only once is guessed, since what was worked is told in
the history and so stands there twice; behind a name in the same reply, that name again. A guess is checked against what
is drawn, so it changes the time and not the text (prompt lookup, as in assisted generation of other programs).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from perception.qwen3vl.tokenizer import Tokenizer

LONGEST = 15
QUOTES = ("'", '"')
_EDGE = -1
_MAX_EARLIER, _MAX_KEPT = 64, 128
_SHORT = 3
"""Tokens of a line that holds no more than the name of a role."""


class Marks:
    """Which tokens stand at the edge of a name, and how the quote after it is written inside a JSON string."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.image = tokenizer.image_id
        escaped = tokenizer.encode('\\"')
        self.closing = escaped[0] if len(escaped) == 1 else None
        self._texts: dict[int, str] = {}

    def text(self, token: int) -> str:
        """What a token writes."""
        if token not in self._texts:
            self._texts[token] = self._tokenizer.decode([token])
        return self._texts[token]

    def kin(self, token: int) -> int:
        """One number for all tokens that end in a quote or a space, since names begin behind them; else the token."""
        return _EDGE if self.text(token).endswith((*QUOTES, " ")) else token

    def written(self, token: int) -> int:
        """A token of a text as a JSON string has it: the bare quote becomes the escaped one."""
        return self.closing if self.closing is not None and self.text(token) in QUOTES else token

    def last_line(self, tokens: Sequence[int]) -> int:
        """The token that the last line with words in it begins with, behind what opens the line."""
        starts = [index for index, token in enumerate(tokens) if self.text(token).startswith("\n")]
        lines = [tokens[start + 1] for start, stop in pairwise([*starts, len(tokens)]) if stop - start > _SHORT]
        return lines[-1] if lines else _EDGE

    def names(self, tokens: Sequence[int]) -> list[tuple[int, ...]]:
        """What stands between quotes of one kind, in order."""
        found: list[tuple[int, ...]] = []
        start, quote = 0, ""
        for index, token in enumerate(tokens):
            text = self.text(token)
            if quote and text.startswith((quote, f"\\{quote}")):
                found.append(tuple(tokens[start:index]))
                quote = ""
            elif not quote and text.endswith(QUOTES):
                start, quote = index + 1, text[-1]
        return [name for name in found if name]


class Memory:
    """Earlier replies by the token that each began with, the latest of each; and which beginning came after what."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self._replies: dict[int, list[int]] = {}
        self._beginnings: dict[int, int] = {}

    def get(self, beginning: int) -> Sequence[int]:
        """The latest reply that began so, or nothing."""
        return self._replies.get(beginning, ())

    def expected(self, before: int) -> int | None:
        """How the latest reply to a prompt with such a last line began."""
        return self._beginnings.get(before)

    def keep(self, before: int, beginning: int, tokens: Sequence[int]) -> None:
        """Remembers a reply; what came up longest ago is forgotten first."""
        _put(self._replies, beginning, list(tokens[:_MAX_KEPT]))
        _put(self._beginnings, before, beginning)


def _put(kept: dict[int, Any], key: int, value: Any) -> None:
    kept.pop(key, None)
    if len(kept) >= _MAX_EARLIER:
        kept.pop(next(iter(kept)))
    kept[key] = value


class _Places:
    """Tokens in a row, and where each of them and each pair came last and before that."""

    def __init__(self, marks: Marks) -> None:
        self.tokens: list[int] = []
        self._kin = marks.kin
        self._singles: dict[int, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self.single = self.pair = 0
        """What followed the last token, and the last two, when they came before; 0 for new ones."""

    def extend(self, tokens: Iterable[int]) -> None:
        seen = self.tokens
        for token in tokens:
            seen.append(token)
            self.single = self._singles.get(token, 0)
            self._singles[token] = len(seen)
            if len(seen) > 1:
                pair = (self._kin(seen[-2]), token)
                self.pair = self._pairs.get(pair, 0)
                self._pairs[pair] = len(seen)

    def after(self, before: int, token: int) -> int:
        """What followed a pair when it came last; 0 where it never did."""
        return self._pairs.get((self._kin(before), token), 0)

    def after_single(self, token: int) -> int:
        """The same for one token."""
        return self._singles.get(token, 0)


class Drafter:
    """Remembers where each token and each pair of tokens came last in one conversation."""

    def __init__(self, memory: Memory, prompt: Sequence[int] = ()) -> None:
        marks = memory.marks
        self._memory, self._marks = memory, marks
        self._own, self._earlier = _Places(marks), _Places(marks)
        words = [token for token in prompt if token != marks.image]
        self._num_prompt = len(words)
        self._before = marks.last_line(words)
        self._beginning: int | None = None
        counts = Counter(marks.names(words))
        self._unused = next((name for name, count in counts.items() if count == 1), ())
        self.extend(words)

    def extend(self, tokens: Iterable[int]) -> None:
        """Adds tokens that are certain."""
        self._own.extend(tokens)

    def begin(self, token: int) -> None:
        """The reply's first token that was a choice: from now on the earlier reply that began so helps."""
        self._beginning = token
        self._recall(token)

    def end(self) -> None:
        """The reply is whole and will help later ones."""
        if self._beginning is not None:
            self._memory.keep(self._before, self._beginning, self._own.tokens[self._num_prompt :])

    def opening(self) -> list[int]:
        """How the reply may begin, once what the schema says is said."""
        token = self._memory.expected(self._before)
        if token is None:
            return []
        self._recall(token)
        return [token, *(self._unworked() if self._marks.text(token).endswith('\\"') else [])]

    def _recall(self, beginning: int) -> None:
        self._earlier = _Places(self._marks)
        self._earlier.extend(self._memory.get(beginning))

    def guess(self, limit: int = LONGEST) -> list[int]:
        """What followed the last two tokens before, at most `limit` tokens; else the last one, with half of that.

        Failing that, the last token may stand for another one in an earlier reply (a new coordinate): a little of what
        came behind that one.
        """
        own, earlier = self._own, self._earlier
        if len(own.tokens) < 2:
            return []
        if own.pair:
            return self._copy(own, own.pair, limit)
        if quoted := self._quoted():
            return quoted[:limit]
        if place := earlier.after(*own.tokens[-2:]):
            return self._copy(earlier, place, limit)
        if own.single:
            return self._copy(own, own.single, limit // 2)
        if place := earlier.after_single(own.tokens[-1]):
            return self._copy(earlier, place, limit // 2)
        place = earlier.after_single(own.tokens[-2])
        return self._copy(earlier, place + 1, limit // 4) if place else []

    def _quoted(self) -> list[int]:
        """What may come next where the reply has just opened a quote: a name, and what follows it."""
        reply = self._own.tokens[self._num_prompt :]
        text = self._marks.text(reply[-1]) if reply else ""
        if not text.endswith('"'):
            return []
        if not text.endswith('\\"'):
            said = self._marks.names(reply[1:])  # the first token opens the reply's first string
            return list(said[-1]) if said else []
        opens = sum(self._marks.text(token).endswith('\\"') for token in reply) % 2
        return self._unworked() if opens else []

    def _unworked(self) -> list[int]:
        """The first name that the prompt quotes only once, and how the earlier reply went on behind its own."""
        closing = self._marks.closing
        if not self._unused or closing is None:
            return []
        place = self._earlier.after_single(closing)
        return [*self._unused, closing, *(self._earlier.tokens[place:] if place else [])]

    def _copy(self, source: _Places, place: int, limit: int) -> list[int]:
        """Tokens from `place` on; where a quoted name of the prompt ends, on with how the earlier reply went on."""
        copied: list[int] = []
        while len(copied) < limit and place < len(source.tokens):
            token = source.tokens[place]
            place += 1
            if source is self._own and place <= self._num_prompt and self._marks.written(token) != token:
                token = self._marks.written(token)
                source, place = self._earlier, self._earlier.after_single(token) or len(self._earlier.tokens)
            copied.append(token)
        return copied
