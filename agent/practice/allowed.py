"""Which tokens a reply could have been made of: its form is followed once more, beside the tokens that were sampled.

The log-probabilities that are recorded are among these alone, so whoever compares policies by them needs the same.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from perception.errors import ModelError
from perception.qwen3vl.ending import near_end
from perception.qwen3vl.grammar import Constraint, Grammar


class Allowed(NamedTuple):
    """Of a reply."""

    drawn: np.ndarray
    """bool [tokens]: drawn; the others were forced."""
    bits: np.ndarray
    """uint8 [drawn tokens, W]: what was allowed, a bit for each token of the vocabulary, lowest first."""


def allowed(
    grammar: Grammar, schema: dict[str, Any], token_ids: Sequence[int], end_ids: Sequence[int], max_tokens: int
) -> Allowed:
    """Follow the tokens of one reply. Raises ModelError where they are no reply of this form."""
    constraint = grammar.start(schema)
    drawn = np.zeros(len(token_ids), bool)
    masks: list[np.ndarray] = []
    place = _forced(constraint, token_ids, 0)
    while place < len(token_ids):
        found = constraint.allowed()
        if near_end(place, max_tokens):
            found = constraint.ending(found)
        if not found[token_ids[place]]:
            raise ModelError(f"token {place} of a recorded reply does not fit its form: another model sampled it")
        drawn[place] = True
        masks.append(np.packbits(found, bitorder="little"))
        if token_ids[place] in end_ids:
            break
        constraint.accept(token_ids[place])
        place = _forced(constraint, token_ids, place + 1)
    return Allowed(drawn, np.stack(masks) if masks else np.zeros((0, 0), np.uint8))


def _forced(constraint: Constraint, token_ids: Sequence[int], place: int) -> int:
    """Behind what the form forces from a place on, as far as the reply goes."""
    forced = constraint.forced()
    kept = list(token_ids[place : place + len(forced)])
    if kept != forced[: len(kept)]:
        raise ModelError(f"token {place} of a recorded reply is not what its form forces: another model sampled it")
    return place + len(kept)
