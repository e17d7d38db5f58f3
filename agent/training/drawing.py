"""Which replies make up the batch of a step: by the run's seed and the step alone, in one length or in two.

The report of Qwen3-VL tells of two lengths of fine-tuning, 32K tokens first and then 256K. Here these are the tokens of
a packed row. With two, the first part of the run draws replies that fit the shorter row, the last part all that fit the
longer one, short ones among them, so that what was learned of those stays.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.training.dialogue import Dialogue
from perception.errors import ModelError

TOO_LONG = "replies longer than long_length"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a run draws."""

    seed: int
    batch_size: int
    """Replies in a step."""
    length: int
    """Tokens of a row."""
    long_length: int = 0
    """The same in the last part of the run; 0: one length, which a longer reply may pass."""
    long_since: int = 0
    """The step at which the last part begins."""

    def length_at(self, step: int) -> int:
        """Tokens of a row at a step."""
        return self.long_length if self._is_long(step) else self.length

    def drawn(self, dialogues: Sequence[Dialogue], shares: Sequence[float], step: int) -> list[Dialogue]:
        """The replies of a step; shares: how often each is drawn, against the others."""
        if self.long_length:
            fits = [self._fits(dialogue, self.length_at(step)) for dialogue in dialogues]
            shares = [share * fit for share, fit in zip(shares, fits, strict=True)]
        return random.Random(f"{self.seed}:{step}").choices(dialogues, shares, k=self.batch_size)

    def check(self, dialogues: Sequence[Dialogue]) -> None:
        """Raises ModelError where the first part of the run has nothing to draw."""
        shortest = min(len(dialogue.token_ids) for dialogue in dialogues)
        if self.long_length and shortest - 1 > self.length:
            raise ModelError(
                f"no reply fits length={self.length}: the shortest has {shortest} tokens with its pictures"
            )

    def left_out(self, dialogues: Sequence[Dialogue]) -> dict[str, int]:
        """Why -> how many are never drawn."""
        number = sum(not self._fits(dialogue, self.long_length) for dialogue in dialogues) if self.long_length else 0
        return {TOO_LONG: number} if number else {}

    def _is_long(self, step: int) -> bool:
        return bool(self.long_length) and step >= self.long_since

    def _fits(self, dialogue: Dialogue, length: int) -> bool:
        return len(dialogue.token_ids) - 1 <= length  # the last token is never an input
