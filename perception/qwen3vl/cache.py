"""Keys and values of the tokens that a decoder has seen, in memory laid out beforehand.

B rows, G key-value heads, T new tokens, S slots in use, C slots that there are, d width of a head.

Slot i of a row holds its token i, so a query in slot i may look at slots 0 to i and padding needs no mask of its own:
rows of a batch get their new tokens side by side, a shorter row is padded behind, and what the padding wrote lies
beyond that row's length until real tokens overwrite it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

_ROUND = 128


class KeyValueCache:
    """The cache of one batch; `place` says where the next pass writes, the model calls `update` for every layer."""

    def __init__(self, num_layers: int, *, num_rows: int = 1, capacity: int = 256) -> None:
        """capacity: slots of a row to begin with; width, dtype and device are those of the first keys that come."""
        self._num_layers = num_layers
        self._capacity = _rounded(capacity)
        self._keys: list[Tensor] = []
        self._values: list[Tensor] = []
        self.lengths = [0] * num_rows
        """Tokens that each row holds."""
        self._start = 0
        self._stop = 0
        self._slots: Tensor | None = None

    @property
    def capacity(self) -> int:
        """Slots of a row; grows when a pass needs more."""
        return self._capacity

    def place(self, counts: Sequence[int], *, width: int = 0) -> Tensor | None:
        """Makes room for a pass of `width` (at least max(counts)) new tokens a row, of which counts[row] are real.

        Gives the pass's mask, bool [B, 1, T, S] over slots, or None where plain causal attention says the same: one
        token for rows of equal length, or the first pass.
        """
        width = max(width, *counts)
        starts, self.lengths = self.lengths, [a + b for a, b in zip(self.lengths, counts, strict=True)]
        self._start, longest = min(starts), max(starts)
        self._stop = longest + width
        if self._stop > self._capacity:
            self._grow(self._stop)
        even = self._start == longest
        if even and (width == 1 or longest == 0):
            self._slots = None
            return None
        slots = torch.tensor(starts)[:, None] + torch.arange(width)
        self._slots = None if even else slots
        return torch.arange(self._stop) <= slots[:, None, :, None]

    def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Writes k, v [B, G, T, d] of a layer where `place` said; gives [B, G, S, d]."""
        if not self._keys:
            self._allocate(k)
        keys, values = self._keys[layer_index], self._values[layer_index]
        if self._slots is None:
            keys[:, :, self._start : self._stop] = k
            values[:, :, self._start : self._stop] = v
        else:
            slots = self._slots.to(k.device)
            rows = torch.arange(len(slots), device=k.device)[:, None]
            keys[rows, :, slots] = k.transpose(1, 2)
            values[rows, :, slots] = v.transpose(1, 2)
        return keys[:, :, : self._stop], values[:, :, : self._stop]

    def keep(self, rows: Sequence[int]) -> None:
        """Drops every row but these, in this order."""
        index = torch.tensor(rows)
        self._keys = [keys[index.to(keys.device)] for keys in self._keys]
        self._values = [values[index.to(values.device)] for values in self._values]
        self.lengths = [self.lengths[row] for row in rows]

    def cut(self, length: int) -> None:
        """Forgets what lies behind the first `length` tokens of every row; the next pass goes on from there."""
        self.lengths = [min(length, held) for held in self.lengths]

    def _allocate(self, like: Tensor) -> None:
        """Zeros, since attention reads padding too: what is masked must not be NaN."""
        rows, heads, _, width = like.shape
        shape = (rows, heads, self._capacity, width)
        self._keys, self._values = (
            [torch.zeros(shape, dtype=like.dtype, device=like.device) for _ in range(self._num_layers)]
            for _ in range(2)
        )

    def _grow(self, capacity: int) -> None:
        extra = _rounded(max(capacity, 2 * self._capacity)) - self._capacity
        self._capacity += extra
        self._keys = [torch.nn.functional.pad(keys, (0, 0, 0, extra)) for keys in self._keys]
        self._values = [torch.nn.functional.pad(values, (0, 0, 0, extra)) for values in self._values]


def _rounded(slots: int) -> int:
    return -(-slots // _ROUND) * _ROUND
