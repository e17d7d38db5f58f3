"""A question and its reply as tokens: what the model is shown, and which of its tokens are learned.

The prompt is the compact style of `agent.prompts`, laid out by the chat format of handeye-nano:

    <|im_start|>user\\n<|vision_start|> IMAGE <|vision_end|>TEXT<|im_end|>\\n<|im_start|>assistant\\nREPLY<|im_end|>

The part up to <|vision_end|> is the same for every question about a screen and is packed once (`batch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from agent.prompts import compact_text

PREFIX = "<|im_start|>user\n<|vision_start|>"
BETWEEN = "<|vision_end|>"
TURN = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"
OPENING = '{"thought": "'


@dataclass(slots=True)
class Sample:
    """One question as tokens, from the text after the image to the end of the reply."""

    token_ids: list[int]
    num_prompt: int
    """How many of the tokens are prompt; all that follow are learned."""
    coordinates: list[int]
    """Places (indices into token_ids) of coordinates in the reply, in order: x, y, x, y …"""
    step: int
    """Place where the thought begins to say which step comes next."""
    target: tuple[float, float, float, float] | None = None
    """Box in pixels that the first coordinate points into."""

    @property
    def num_reply(self) -> int:
        """Tokens that are learned."""
        return len(self.token_ids) - self.num_prompt


class SampleMaker:
    """Turns questions into samples with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer, numbers: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        self._numbers = frozenset(numbers)
        vocab = tokenizer.get_vocab()
        self._opening, self._comma = vocab["["], self.ids(", ")[0]
        self._turn, self._end = self.ids(TURN), self.ids(END)
        self._num_opening = len(self.ids(OPENING))

    def ids(self, text: str) -> list[int]:
        """Tokens of a text, special ones included."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def make(
        self,
        instruction: str,
        history: Sequence[str],
        reply: str,
        target: tuple[float, float, float, float] | None = None,
    ) -> Sample:
        """The sample of a question; `target` is where its first coordinate points, in pixels."""
        prompt = self.ids(compact_text(instruction, history)) + self._turn
        token_ids = prompt + self.ids(reply) + self._end
        coordinates = self.coordinates(token_ids, len(prompt))
        return Sample(token_ids, len(prompt), coordinates, len(prompt) + self._num_opening, target)

    def coordinates(self, ids: list[int], start: int) -> list[int]:
        """A number after a bracket, and a number after a comma after such a number."""
        found: list[int] = []
        for place in range(start + 1, len(ids)):
            if ids[place] not in self._numbers:
                continue
            after_first = ids[place - 1] == self._comma and found and found[-1] == place - 2
            if ids[place - 1] == self._opening or after_first:
                found.append(place)
        return found
