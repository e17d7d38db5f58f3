"""Models that think before they answer: which tokens say so, and when thinking begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from perception.qwen3vl.tokenizer import Tokenizer

THINK_START, THINK_END = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class ThinkTokens:
    """The tokens of one vocabulary."""

    start: int
    end: int
    turn_end: int
    gap: tuple[int, ...]
    """What stands between the thoughts' end and the answer: an empty line."""

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self | None:
        """None for a vocabulary that knows no thoughts."""
        start, end = (tokenizer.backend.token_to_id(token) for token in (THINK_START, THINK_END))
        if start is None or end is None:
            return None
        return cls(start, end, tokenizer.turn_end_id, tuple(tokenizer.encode("\n\n")))

    def is_open(self, prompt: Sequence[int]) -> bool:
        """Whether a prompt ends within thoughts, as the templates of thinking models let it."""
        for token in reversed(prompt):
            if token in (self.end, self.turn_end):
                return False
            if token == self.start:
                return True
        return False
