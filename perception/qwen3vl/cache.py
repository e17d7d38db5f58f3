"""Keys and values of the tokens that a decoder has seen, in memory laid out beforehand.

B rows, G key-value heads, T new tokens, S slots in use, C slots that there are, d width of a head.

Slot i of a row holds its token i, so a query in slot i may look at slots 0 to i and padding needs no mask of its own:
rows of a batch get their new tokens side by side, a shorter row is padded behind, and what the padding wrote lies
beyond that row's length until real tokens overwrite it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from perception.qwen3vl.config import TextConfig

_ROUND = 128


class KeyValueCache:
    """The cache of one batch; `place` says where the next pass writes, the model calls `update` for every layer."""

    def __init__(
        self,
        config: TextConfig,
        *,
        num_rows: int = 1,
        capacity: int = 256,
        dtype: torch.dtype = torch.float32,
        device: torch.device | None = None,
    ) -> None:
        shape = (num_rows, config.num_key_value_heads, _rounded(capacity), config.head_dim)
        layers = range(config.num_hidden_layers)
        self._keys = [torch.zeros(shape, dtype=dtype, device=device) for _ in layers]
        self._values = [torch.zeros(shape, dtype=dtype, device=device) for _ in layers]
        self.lengths = [0] * num_rows
        """Tokens that each row holds."""
        self._start = 0
        self._stop = 0
        self._slots: Tensor | None = None
        self._rows = torch.arange(num_rows, device=device)[:, None]

    @property
    def capacity(self) -> int:
        """Slots of a row; grows when a pass needs more."""
        return self._keys[0].shape[2]

    def place(self, counts: Sequence[int]) -> Tensor | None:
        """Makes room for a pass of max(counts) new tokens a row, of which counts[row] are real.

        Gives the pass's mask, bool [B, 1, T, S] over slots, or None where the rows are equally long: then plain causal
        attention says the same.
        """
        width = max(counts)
        self._start, longest = min(self.lengths), max(self.lengths)
        self._stop = longest + width
        if self._stop > self.capacity:
            self._grow(self._stop)
        starts = self.lengths
        self.lengths = [length + count for length, count in zip(starts, counts, strict=True)]
        if self._start == longest:
            self._slots = None
            return None
        device = self._rows.device
        self._slots = torch.tensor(starts, device=device)[:, None] + torch.arange(width, device=device)
        return torch.arange(self._stop, device=device) <= self._slots[:, None, :, None]

    def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Writes k, v [B, G, T, d] of a layer where `place` said; gives [B, G, S, d]."""
        keys, values = self._keys[layer_index], self._values[layer_index]
        if self._slots is None:
            keys[:, :, self._start : self._stop] = k
            values[:, :, self._start : self._stop] = v
        else:
            keys[self._rows, :, self._slots] = k.transpose(1, 2).to(keys.dtype)
            values[self._rows, :, self._slots] = v.transpose(1, 2).to(values.dtype)
        return keys[:, :, : self._stop], values[:, :, : self._stop]

    def keep(self, rows: Sequence[int]) -> None:
        """Drops every row but these, in this order."""
        index = torch.tensor(rows, device=self._rows.device)
        self._keys = [keys[index] for keys in self._keys]
        self._values = [values[index] for values in self._values]
        self.lengths = [self.lengths[row] for row in rows]
        self._rows = self._rows[: len(rows)]

    def cut(self, length: int) -> None:
        """Forgets what lies behind the first `length` tokens of every row; the next pass goes on from there."""
        self.lengths = [min(length, held) for held in self.lengths]

    def _grow(self, capacity: int) -> None:
        extra = _rounded(max(capacity, 2 * self.capacity)) - self.capacity
        for tensors in (self._keys, self._values):
            for index, tensor in enumerate(tensors):
                tensors[index] = torch.nn.functional.pad(tensor, (0, 0, 0, extra))


def _rounded(slots: int) -> int:
    return -(-slots // _ROUND) * _ROUND
