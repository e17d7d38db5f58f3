"""Keys and values of the tokens that a decoder has seen, in memory laid out beforehand.

R rows, B rows of a pass, G key-value heads, T new tokens, S slots in use, C slots that there are, d width of a head,
L tokens of one row.

Slot i of a row holds its token i, so a query in slot i may look at slots 0 to i and padding needs no mask of its own:
rows of a pass get their new tokens side by side, a shorter row is padded behind, and what the padding wrote lies
beyond that row's length until real tokens overwrite it. Rows come and go one by one and lie without gaps; a pass goes
over neighbouring ones.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

_ROUND = 128
_WASTE = 4
"""How many times more slots than needed there may be before memory is given back."""

Stretch = list[tuple[Tensor, Tensor]]
"""Keys and values of some tokens that follow each other, [G, L, d] each, for every layer."""


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
        self._rows = slice(0, num_rows)
        self._start = 0
        self._stop = 0
        self._slots: Tensor | None = None

    @property
    def capacity(self) -> int:
        """Slots of a row; grows when a pass needs more, shrinks when most of them are empty."""
        return self._capacity

    @property
    def num_bytes(self) -> int:
        """Memory that is taken."""
        return sum(tensor.nbytes for tensor in (*self._keys, *self._values))

    def place(self, counts: Sequence[int], *, width: int = 0, first: int = 0) -> Tensor | None:
        """Makes room for a pass over rows from `first` on: `width` (at least max(counts)) new tokens each, of which
        counts[row] are real.

        Gives the pass's mask, bool [B, 1, T, S] over slots, or None for rows of equal length, where plain causal
        attention says the same: the T queries are the last of the S tokens.
        """
        width = max(width, *counts)
        self._rows = slice(first, first + len(counts))
        starts = self.lengths[self._rows]
        self.lengths[self._rows] = [start + count for start, count in zip(starts, counts, strict=True)]
        self._start, longest = min(starts), max(starts)
        self._stop = longest + width
        self._fit(self._stop)
        if self._start == longest:
            self._slots = None
            return None
        self._slots = torch.tensor(starts)[:, None] + torch.arange(width)
        return torch.arange(self._stop) <= self._slots[:, None, :, None]

    def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Writes k, v [B, G, T, d] of a layer where `place` said; gives [B, G, S, d]."""
        if not self._keys:
            self._allocate(k)
        keys, values = self._keys[layer_index][self._rows], self._values[layer_index][self._rows]
        if self._slots is None:
            keys[:, :, self._start : self._stop] = k
            values[:, :, self._start : self._stop] = v
        else:
            slots = self._slots.to(k.device)
            rows = torch.arange(len(slots), device=k.device)[:, None]
            keys[rows, :, slots] = k.transpose(1, 2)
            values[rows, :, slots] = v.transpose(1, 2)
        return keys[:, :, : self._stop], values[:, :, : self._stop]

    def reserve(self, slots: int) -> None:
        """Makes room for rows of so many tokens at once: to grow by and by takes old and new memory each time."""
        self._fit(slots)

    def add(self) -> int:
        """A new empty row behind the others; gives its number."""
        self.lengths.append(0)
        return len(self.lengths) - 1

    def read(self, row: int) -> Stretch:
        """What a row holds; shows the cache's own memory, so copy what is to stay."""
        length = self.lengths[row]
        return [(k[row, :, :length], v[row, :, :length]) for k, v in zip(self._keys, self._values, strict=True)]

    def write(self, row: int, stretch: Stretch, length: int) -> None:
        """Fills an empty row with the first `length` tokens of a stretch."""
        if not self._keys:
            self._allocate(stretch[0][0][None])
        self._fit(length)
        self.lengths[row] = length
        for keys, values, (k, v) in zip(self._keys, self._values, stretch, strict=True):
            keys[row, :, :length] = k[:, :length]
            values[row, :, :length] = v[:, :length]

    def move(self, source: int, target: int) -> None:
        """Puts what one row holds in another's place."""
        length = self.lengths[source]
        for tensor in (*self._keys, *self._values):
            tensor[target, :, :length] = tensor[source, :, :length]
        self.lengths[target] = length

    def pop(self) -> None:
        """Drops the last row; gives back memory that nobody needs any more."""
        self.lengths.pop()
        if not self.lengths:
            self._keys, self._values = [], []
        elif self._keys:
            needed = _rounded(max(self.lengths) + 1)
            if self._capacity > _WASTE * needed or len(self._keys[0]) > _WASTE * len(self.lengths):
                self._resize(len(self.lengths), min(self._capacity, 2 * needed))

    def _allocate(self, like: Tensor) -> None:
        """Zeros, since attention reads padding too: what is masked must not be NaN. like: [*, G, *, d]."""
        shape = (len(self.lengths), like.shape[1], self._capacity, like.shape[3])
        self._keys, self._values = (
            [torch.zeros(shape, dtype=like.dtype, device=like.device) for _ in range(self._num_layers)]
            for _ in range(2)
        )

    def _fit(self, slots: int) -> None:
        """Grows to this many slots a row, and to all rows; by a quarter at least, so that it happens rarely."""
        capacity = self._capacity if slots <= self._capacity else _rounded(max(slots, self._capacity * 5 // 4))
        if not self._keys:
            self._capacity = capacity
            return
        held, rows = len(self._keys[0]), len(self.lengths)
        if capacity > self._capacity or rows > held:
            self._resize(max(rows, 2 * held) if rows > held else held, capacity)

    def _resize(self, rows: int, capacity: int) -> None:
        for tensors in (self._keys, self._values):
            for index, old in enumerate(tensors):
                new = old.new_zeros(rows, old.shape[1], capacity, old.shape[3])
                kept = min(rows, len(old)), min(capacity, old.shape[2])
                new[: kept[0], :, : kept[1]] = old[: kept[0], :, : kept[1]]
                tensors[index] = new
        self._capacity = capacity


def _rounded(slots: int) -> int:
    return -(-slots // _ROUND) * _ROUND
