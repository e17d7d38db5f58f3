"""One reply as it comes to be: what was drawn, what was forced, what the model has yet to see, and why it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from perception.clients.client import FinishReason, Sampling
from perception.qwen3vl.draft import Drafter, Memory
from perception.qwen3vl.ending import Ending
from perception.qwen3vl.grammar import Constraint
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.sampling import Sampler
from perception.qwen3vl.thinking import ThinkTokens


@dataclass(slots=True)
class Request:
    """A prompt and how it is to be answered; at most one of schema, regex and ebnf says what the text looks like."""

    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    sampling: Sampling = field(default_factory=Sampling)
    regex: str | None = None
    ebnf: str | None = None


class Reply:
    """Grows by `read`, once a pass, until it has its `finish`."""

    def __init__(
        self,
        request: Request,
        constraint: Constraint | None,
        end_ids: Sequence[int],
        memory: Memory,
        *,
        together: bool,
        think: ThinkTokens | None = None,
    ) -> None:
        """memory: what guesses are taken from besides the prompt; together: let a pass take several tokens (forced and
        guessed ones), False takes one after the other; think: tokens around thoughts, where the vocabulary has them."""
        self.request = request
        self.finish: FinishReason | None = None
        self.token_ids: list[int] = []
        self.logprobs: list[float] = []
        self.num_forced = 0
        self.waiting: list[int] = []
        """Certain tokens that the model has not seen yet; the prompt is not among them."""
        self.thinking = think is not None and think.is_open(request.prompt.token_ids)
        """Whether what comes now are thoughts, which no schema holds."""
        self.num_thinking = 0
        """Tokens of the thoughts, their end included, once they have ended."""
        self.think = think
        """The tokens around thoughts."""
        self._constraint = constraint
        self._end_ids = end_ids
        self._together = together
        self._sampler = Sampler(request.sampling, request.prompt.token_ids)
        self._drafter = Drafter(memory, request.prompt.token_ids)
        self._begun = False
        self._ending = Ending(request.sampling)
        self.waiting = self._append([])

    def first(self) -> list[int]:
        """What is certain to follow the prompt, for the pass that reads its end."""
        return self.take() if self._together else []

    def take(self) -> list[int]:
        """The certain tokens of the next pass."""
        taken = self.waiting if self._together else self.waiting[:1]
        self.waiting = self.waiting[len(taken) :]
        return taken

    def guess(self, limit: int) -> list[int]:
        """At most `limit` tokens that may follow the certain ones: what the schema says, else a copy."""
        if not self._together:
            return []
        limit = min(limit, self.request.sampling.max_tokens - len(self.token_ids))
        likely = self._likely()
        if not self._begun:
            return [*likely, *self._drafter.opening()][:limit]
        return likely[:limit] or self._drafter.guess(limit)

    def read(self, scores: Tensor, guesses: Sequence[int] = ()) -> int:
        """Draws tokens as far as the scores reach, and says how many of the guesses came true.

        scores: [1 + guesses, vocabulary], behind the last certain token and behind each guess. While certain tokens
        are waiting there is nothing to draw.
        """
        true = 0
        while not self.waiting and self.finish is None:
            added = self._append([self._draw(scores[true])])
            same = _common(added, guesses[true:])
            true += same
            self.waiting = added[same:]
        if self.finish == "stop":
            self._drafter.end()
        return true

    @property
    def _active(self) -> Constraint | None:
        """The constraint, where it holds already."""
        return None if self.thinking else self._constraint

    def _likely(self) -> list[int]:
        return self._active.likely() if self._active else []

    def _draw(self, scores: Tensor) -> int:
        chosen = not self._begun and not self._likely()
        token, logprob = self._sampler.draw(scores, self._allowed(len(scores)))
        self.logprobs.append(logprob)
        if chosen:
            self._begun = True
            self._drafter.begin(token)
        if token in self._end_ids:
            self.finish = self._ending.ended()
        elif self._active is not None:
            self._active.accept(token)
        elif self.think is not None and token == self.think.start and not self.token_ids:
            self.thinking = True
        return token

    def _allowed(self, num_words: int) -> NDArray[np.bool_] | None:
        if self._active is not None:
            return self._ending.mask(self._active, len(self.token_ids))
        if self._constraint is None:
            return None
        # Thoughts go before an answer that has a form: the reply can't end among them.
        allowed = np.ones(num_words, dtype=bool)
        allowed[list(self._end_ids)] = False
        return allowed

    def _append(self, drawn: list[int]) -> list[int]:
        """Adds what was drawn and what that forces; ends the reply where it or its budget ends."""
        forced = [] if self.finish else self._forced(drawn)
        num_before = len(self.token_ids)
        left = self.request.sampling.max_tokens - num_before - len(drawn)
        added = drawn + forced[:left]
        self.token_ids += added
        self.logprobs += [0.0] * (len(added) - len(drawn))
        self.num_forced += len(added) - len(drawn)
        self._drafter.extend(added)
        self._sampler.note(forced)
        if self.finish is None and self._active and self._active.finished and len(forced) <= left:
            self.finish = self._ending.ended()
        elif self.finish is None:
            self.finish = self._ending.cut(self.token_ids, num_before, formed=self._active is not None)
        return added

    def _forced(self, drawn: list[int]) -> list[int]:
        """What must come behind the tokens that were drawn."""
        forced: list[int] = []
        if self.thinking and self.think is not None:
            budget, written = self.request.sampling.thinking_budget, len(self.token_ids) + len(drawn)
            if drawn[-1:] == [self.think.end]:
                self.num_thinking = written
                forced = list(self.think.gap) if self._constraint else []
            elif budget is not None and written >= budget:
                self.num_thinking = written + 1
                forced = [self.think.end, *self.think.gap]
            self.thinking = self.num_thinking == 0
        return forced + (self._active.forced() if self._active else [])


def _common(tokens: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens both begin with."""
    count = 0
    for token, other in zip(tokens, others, strict=False):
        if token != other:
            break
        count += 1
    return count
