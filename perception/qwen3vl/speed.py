"""Which number format is the fast one here: measured once on products of the model's own shape.

What a CPU says of itself does not tell how fast its kernels are, so the formats are tried: rows as in decoding, through
the weight of one feed-forward layer. The whole takes some milliseconds and is asked once a process.
"""

from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Literal

import torch
from torch import Tensor, nn

from perception.qwen3vl.packed_int8 import PackedInt8, can_pack_int8
from perception.qwen3vl.quantized import QuantizedLinear

Dtype = torch.dtype | Literal["int8", "auto"]
"""auto: whatever is fastest, int8 included, which changes replies a little."""

_NUM_ROWS = 16
_MAX_WIDTH = 2048
"""Wider layers are measured as this wide: the order of the formats is settled long before."""
_CLEARLY = 1.3
"""How many times faster another format has to be than bfloat16: what the machine does besides must not decide."""
_SECONDS = 0.008
"""Time for each format."""


def fast_dtype(
    device: str = "cpu", *, width: int = 384, inner: int = 1152, int8: bool = False
) -> torch.dtype | Literal["int8"]:
    """bfloat16, unless float32 (or, where it is allowed, int8) is clearly faster in a layer width -> inner.

    On one core of an AVX-512 BF16 machine, 384 -> 1152: 162 us, 58 us and 50 us. On other devices it is bfloat16.
    """
    if device != "cpu":
        return torch.bfloat16
    times = measured(min(width, _MAX_WIDTH), min(inner, _MAX_WIDTH))
    best = torch.float32 if times["float32"] * _CLEARLY < times["bfloat16"] else torch.bfloat16
    if int8 and times["int8"] * _CLEARLY < times[str(best).removeprefix("torch.")]:
        return "int8"
    return best


@cache
def measured(width: int, inner: int) -> dict[str, float]:
    """Seconds of one product of 16 rows, [16, width] x [width, inner], in each format; the best of several."""
    linear = nn.Linear(width, inner, bias=False)
    rows = torch.randn(_NUM_ROWS, width)
    with torch.inference_mode():
        half = nn.Linear(width, inner, bias=False, dtype=torch.bfloat16)
        formats: dict[str, tuple[Callable[[Tensor], Tensor], Tensor]] = {
            "float32": (linear, rows),
            "bfloat16": (half, rows.bfloat16()),
            "int8": (PackedInt8.of(linear) if can_pack_int8() else QuantizedLinear(linear), rows.bfloat16()),
        }
        return {name: _best(layer, x) for name, (layer, x) in formats.items()}


def _best(layer: Callable[[Tensor], Tensor], x: Tensor) -> float:
    layer(x)  # the first one prepares its kernel
    best, ends = float("inf"), perf_counter() + _SECONDS
    while (begun := perf_counter()) < ends:
        layer(x)
        best = min(best, perf_counter() - begun)
    return best
