"""Which replies make up the batch of a step: by the run's seed and the step alone, in one length or in two.

The report of Qwen3-VL tells of two lengths of fine-tuning, 32K tokens first and then 256K. Here these are the tokens of
a reply with its prompt and pictures. With two, the first part of the run draws the short ones, and the last part longer
ones and the short ones too, so that what was learned of those stays.
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
    """The most tokens of a reply in the first part of the run, where there are two."""
    long_length: int = 0
    """The same in the last part; 0: replies of any length from the first."""
    long_since: int = 0
    """The step at which the last part begins."""

    def drawn(self, dialogues: Sequence[Dialogue], shares: Sequence[float], step: int) -> list[Dialogue]:
        """The replies of a step; shares: how often each is drawn, against the others."""
        if self.long_length:
            length = self.long_length if step >= self.long_since else self.length
            fits = [self._fits(dialogue, length) for dialogue in dialogues]
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

    def _fits(self, dialogue: Dialogue, length: int) -> bool:
        return len(dialogue.token_ids) - 1 <= length  # the last token is never an input
