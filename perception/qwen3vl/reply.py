"""One reply as it comes to be: what was drawn, what was forced, what the model has yet to see, and why it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from perception.clients.client import FinishReason, Sampling
from perception.qwen3vl.draft import Drafter, Memory
from perception.qwen3vl.grammar import Constraint
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.sampling import Sampler


@dataclass(slots=True)
class Request:
    """A prompt and how it is to be answered."""

    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    sampling: Sampling = field(default_factory=Sampling)


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
    ) -> None:
        """memory: what guesses are taken from besides the prompt; together: let a pass take several tokens (forced and
        guessed ones), False takes one after the other."""
        self.request = request
        self.finish: FinishReason | None = None
        self.token_ids: list[int] = []
        self.logprobs: list[float] = []
        self.num_forced = 0
        self.waiting: list[int] = []
        """Certain tokens that the model has not seen yet; the prompt is not among them."""
        self._constraint = constraint
        self._end_ids = end_ids
        self._together = together
        self._sampler = Sampler(request.sampling)
        self._drafter = Drafter(memory, request.prompt.token_ids)
        self._begun = False
        self.waiting = self._append([])

    def first(self) -> list[int]:
        """The tokens of the first pass: the prompt, and what is certain to follow it."""
        return self.request.prompt.token_ids + (self.take() if self._together else [])

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
        likely = self._constraint.likely() if self._constraint else []
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

    def _draw(self, scores: Tensor) -> int:
        allowed = None if self._constraint is None else self._constraint.allowed()
        chosen = not self._begun and not (self._constraint and self._constraint.likely())
        token, logprob = self._sampler.draw(scores, allowed)
        self.logprobs.append(logprob)
        if chosen:
            self._begun = True
            self._drafter.begin(token)
        if token in self._end_ids:
            self.finish = "stop"
        elif self._constraint is not None:
            self._constraint.accept(token)
        return token

    def _append(self, drawn: list[int]) -> list[int]:
        """Adds what was drawn and what that forces; ends the reply where it or its budget ends."""
        constraint = None if self.finish else self._constraint
        forced = constraint.forced() if constraint else []
        left = self.request.sampling.max_tokens - len(self.token_ids) - len(drawn)
        added = drawn + forced[:left]
        self.token_ids += added
        self.logprobs += [0.0] * (len(added) - len(drawn))
        self.num_forced += len(added) - len(drawn)
        self._drafter.extend(added)
        self._sampler.note(forced)
        if constraint and constraint.finished and len(forced) <= left:
            self.finish = "stop"
        elif self.finish is None and len(self.token_ids) >= self.request.sampling.max_tokens:
            self.finish = "length"
        return added


def _common(tokens: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens both begin with."""
    count = 0
    for token, other in zip(tokens, others, strict=False):
        if token != other:
            break
        count += 1
    return count
