"""Drawing the next token from scores: temperature, top-k, top-p, penalties, seed; and when to stop drawing.

The log-probability that is reported is the token's at temperature 1 among the tokens that are allowed, before any of
these: that is what training compares policies by.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from perception.clients.client import Sampling


class Sampler:
    """Draws the tokens of one reply; holds its random generator and the tokens that it has used."""

    def __init__(self, sampling: Sampling, prompt: Iterable[int] = ()) -> None:
        """prompt: its tokens count for the repetition penalty (arXiv 1909.05858), as they do in `transformers`; the
        presence penalty is about the reply alone."""
        self._sampling = sampling
        self._generator: torch.Generator | None = None
        if sampling.temperature > 0:
            self._generator = torch.Generator()
            if sampling.seed is not None:
                self._generator.manual_seed(sampling.seed)
            else:
                self._generator.seed()
        self._used: set[int] = set()
        self._repeated: set[int] = set(prompt) if sampling.repetition_penalty != 1 else set()

    def draw(self, scores: Tensor, allowed: NDArray | None = None) -> tuple[int, float]:
        """The next token and its log-probability.

        scores: [vocabulary], changed in place; allowed: bool [vocabulary], None for all. Raises ValueError when
        nothing is allowed.
        """
        # NumPy: for the vocabulary of a small model, starting PyTorch's operators would cost more than they do.
        row = scores.float().numpy()
        if allowed is not None:
            row[~allowed] = -np.inf
        highest = row.max()
        if highest == -np.inf:
            raise ValueError("no token is allowed")
        token = self._choose(row)
        self.note([token])
        return token, float(row[token] - highest - np.log(np.exp(row - highest).sum()))

    def note(self, tokens: list[int]) -> None:
        """Counts tokens as used: those that were drawn, and those that the grammar forced."""
        self._used.update(tokens)
        if self._sampling.repetition_penalty != 1:
            self._repeated.update(tokens)

    def _choose(self, scores: NDArray[np.float32]) -> int:
        presence, repetition = self._sampling.presence_penalty, self._sampling.repetition_penalty
        if (presence and self._used) or self._repeated:
            scores = scores.copy()
        if self._repeated:
            places = list(self._repeated)
            found = scores[places]
            scores[places] = np.where(found > 0, found / repetition, found * repetition)
        if presence and self._used:
            scores[list(self._used)] -= presence
        if self._generator is None:
            return int(scores.argmax())
        return self._draw(torch.from_numpy(scores) / self._sampling.temperature)

    def _draw(self, scores: Tensor) -> int:
        """A token at random, among the likeliest `top_k` and then the smallest set that holds `top_p`."""
        order = scores.argsort(descending=True, stable=True)
        if self._sampling.top_k:
            order = order[: self._sampling.top_k]
        shares = scores[order].softmax(0)
        if self._sampling.top_p < 1:
            before = shares.cumsum(0) - shares
            shares = shares.masked_fill(before >= self._sampling.top_p, 0.0)
        return int(order[torch.multinomial(shares, 1, generator=self._generator)])


def is_loop(tokens: Sequence[int], length: int) -> bool:
    """Whether the last `length` tokens are one stretch, of at most an eighth of them, again and again."""
    last = tokens[-length:]
    if length < 8 or len(last) < length:
        return False
    # Nearly every period fails at the last token, so comparing whole stretches is rare.
    periods = (period for period in range(1, length // 8 + 1) if last[-1] == last[-1 - period])
    return any(last[period:] == last[:-period] for period in periods)
