"""Conversations that were seen before: the keys and values of their tokens, for whoever begins alike.

n tokens, G key-value heads, d width of a head.

A token's label is its id, and for a visual token a negative number that stands for its image's content; two sequences
whose labels begin alike have the same keys and values there. What was used longest ago is forgotten first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perception.qwen3vl.cache import Stretch

Labels = NDArray[np.int64]
_MOST = 32
"""Sequences that are kept at most: each is compared with every prompt."""


def label(token_ids: Sequence[int], visual_ids: Sequence[int], counts: Sequence[int], keys: Sequence[str]) -> Labels:
    """Labels [n] of a prompt.

    visual_ids: tokens that stand for parts of images; counts, keys: how many each image has, in order, and a
    hexadecimal digest of its content. Raises ValueError when there are more or fewer such tokens.
    """
    labels = np.array(token_ids, dtype=np.int64)
    visual = np.isin(labels, visual_ids)
    if visual.sum() != sum(counts):
        raise ValueError(f"the prompt has {visual.sum()} image tokens and its patches make {sum(counts)}")
    # 62 bits of the digest: a chance meeting of two images is out of the question.
    numbers = [-1 - (int(key[:16], 16) >> 2) for key in keys]
    labels[visual] = np.repeat(np.array(numbers, dtype=np.int64), counts)
    return labels


def num_common(labels: Labels, others: Labels) -> int:
    """How many labels both begin with."""
    shorter = min(len(labels), len(others))
    differ = labels[:shorter] != others[:shorter]
    return int(differ.argmax()) if differ.any() else shorter


@dataclass(slots=True)
class _Kept:
    labels: Labels
    stretch: Stretch
    num_bytes: int


class Match(NamedTuple):
    """The longest beginning that was found."""

    length: int
    stretch: Stretch
    """Holds at least `length` tokens; empty where nothing was found."""


class PrefixStore:
    """Sequences within a limit of bytes."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of keys and values at most; 0 keeps nothing."""
        self._limit = limit
        self._kept: list[_Kept] = []

    @property
    def num_bytes(self) -> int:
        """Memory that is taken."""
        return sum(kept.num_bytes for kept in self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, labels: Labels, stretch: Stretch) -> None:
        """Keeps a copy of a sequence: labels [n], and its keys and values of at least n tokens.

        A sequence that another one goes on from is not kept twice. One beyond the limit is not kept at all.
        """
        length = len(labels)
        num_bytes = sum(part[:, :length].nbytes for pair in stretch for part in pair)
        if not length or num_bytes > self._limit:
            return
        for index, kept in enumerate(self._kept):
            if num_common(kept.labels, labels) == length:
                self._kept.append(self._kept.pop(index))
                return
        self._kept = [kept for kept in self._kept if num_common(kept.labels, labels) < len(kept.labels)]
        while self._kept and (self.num_bytes + num_bytes > self._limit or len(self._kept) >= _MOST):
            del self._kept[0]
        copied = [(k[:, :length].clone(), v[:, :length].clone()) for k, v in stretch]
        self._kept.append(_Kept(labels.copy(), copied, num_bytes))

    def longest(self, labels: Labels) -> Match:
        """The sequence that shares the longest beginning with these labels [n]."""
        lengths = [num_common(kept.labels, labels) for kept in self._kept]
        if not any(lengths):
            return Match(0, [])
        best = int(np.argmax(lengths))
        kept = self._kept.pop(best)
        self._kept.append(kept)
        return Match(lengths[best], kept.stretch)
