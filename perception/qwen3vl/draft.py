"""Guessing the next tokens by copying: what followed the same tokens before may follow them again.

Replies repeat words of the instruction ("click Save" becomes `Click "Save"`), and a pass over several tokens costs
hardly more than a pass over one. A guess is checked against what is drawn, so it changes the time and not the text
(prompt lookup, as in assisted generation of other programs).
"""

from collections.abc import Iterable, Sequence

LONGEST = 8


class Drafter:
    """Remembers where each token and each pair of tokens came last in one conversation."""

    def __init__(self, tokens: Sequence[int] = ()) -> None:
        self._tokens: list[int] = []
        self._singles: dict[int, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._last_single = self._last_pair = 0
        self.extend(tokens)

    def extend(self, tokens: Iterable[int]) -> None:
        """Adds tokens that are certain."""
        seen = self._tokens
        for token in tokens:
            seen.append(token)
            self._last_single = self._singles.get(token, 0)
            self._singles[token] = len(seen)
            if len(seen) > 1:
                pair = (seen[-2], token)
                self._last_pair = self._pairs.get(pair, 0)
                self._pairs[pair] = len(seen)

    def guess(self, limit: int = LONGEST) -> list[int]:
        """What followed the last two tokens before, at most `limit` tokens; else the last one, with half of that."""
        if self._last_pair:
            return self._tokens[self._last_pair : self._last_pair + limit]
        if self._last_single:
            return self._tokens[self._last_single : self._last_single + limit // 2]
        return []
