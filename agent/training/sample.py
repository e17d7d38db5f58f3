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
    """Places (indices into token_ids) where coordinates of the reply begin, in order: x, y, x, y …"""
    step: int
    """Place where the thought begins to say which step comes next."""
    target: tuple[float, float, float, float] | None = None
    """Box in pixels that the first coordinate points into."""
    whole: bool = True
    """Each coordinate is one token, for which a label may be soft."""

    @property
    def num_reply(self) -> int:
        """Tokens that are learned."""
        return len(self.token_ids) - self.num_prompt


class SampleMaker:
    """Turns questions into samples with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer, numbers: Sequence[int]) -> None:
        """numbers: the tokens that coordinates are written with; whole numbers, or digits, as the tokenizer cuts."""
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
        runs = self.runs(token_ids, len(prompt))
        step, whole = len(prompt) + self._num_opening, all(end - begin == 1 for begin, end in runs)
        return Sample(token_ids, len(prompt), [begin for begin, _ in runs], step, target, whole)

    def runs(self, ids: Sequence[int], start: int = 0) -> list[tuple[int, int]]:
        """Where coordinates stand, first place and the place behind: numbers after a bracket, and numbers after a comma
        after such numbers."""
        found: list[tuple[int, int]] = []
        place = start + 1
        while place < len(ids):
            after_first = ids[place - 1] == self._comma and bool(found) and found[-1][1] == place - 1
            if ids[place] not in self._numbers or not (ids[place - 1] == self._opening or after_first):
                place += 1
                continue
            begin = place
            while place < len(ids) and ids[place] in self._numbers:
                place += 1
            found.append((begin, place))
        return found
