"""How a reply is brought to its end before it has come to one: its tokens run out, or it goes in circles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from perception.clients.client import FinishReason, Sampling
from perception.qwen3vl.grammar import Constraint
from perception.qwen3vl.sampling import is_loop

_LANDING = 256
"""Tokens before `max_tokens` (at most half of them) from where on a JSON reply is brought to its end: it is still cut,
and says so, but what there is of it can be read."""
_CLOSING = 64
"""Tokens in which a reply that goes in circles has to have come to its end."""
_LOOK_EVERY = 16
"""Tokens after which a reply is searched for loops again."""


class Ending:
    """Watches one reply as it grows."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._landed = False
        """Whether the end was brought about because the tokens were running out, or it went in circles."""
        self._circles: int | None = None
        """How long it was when it was seen to go in circles."""

    def mask(self, constraint: Constraint, num_tokens: int) -> NDArray[np.bool_]:
        """What may follow so many tokens, bool [vocabulary]: all that the form allows, or what brings its end."""
        allowed = constraint.allowed()
        if self._circles is None and not near_end(num_tokens, self._sampling.max_tokens):
            return allowed
        ending = constraint.ending(allowed)
        self._landed = self._landed or int(ending.sum()) < int(allowed.sum())
        return ending

    def ended(self) -> FinishReason:
        """Why a reply that has come to its end did so."""
        if not self._landed:
            return "stop"
        return "length" if self._circles is None else "loop"

    def cut(self, token_ids: Sequence[int], num_before: int, *, formed: bool) -> FinishReason | None:
        """Why a reply that has not come to its end is cut here, or None.

        num_before: tokens at the last call; formed: whether a form can bring its end, when it is seen to go in circles.
        """
        if len(token_ids) >= self._sampling.max_tokens:
            return "length"
        if self._circles is not None:  # It may have no end that could be brought about.
            return "loop" if len(token_ids) - self._circles >= _CLOSING else None
        if self._loops(token_ids, num_before):
            self._circles = len(token_ids)  # A form is brought to its end, so that what there is can be read.
            return None if formed else "loop"
        return None

    def _loops(self, token_ids: Sequence[int], num_before: int) -> bool:
        length = self._sampling.loop_tokens
        due = length and len(token_ids) // _LOOK_EVERY > num_before // _LOOK_EVERY
        return bool(due) and is_loop(token_ids, length)


def near_end(num_tokens: int, most: int) -> bool:
    """Whether a reply of so many tokens, of at most `most`, is being brought to its end."""
    return most - num_tokens <= min(_LANDING, most // 2)
