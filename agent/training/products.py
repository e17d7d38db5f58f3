"""In which format a run multiplies: bfloat16 pays only where the machine has instructions for it."""

import torch

from perception.qwen3vl.config import Config
from perception.qwen3vl.speed import fast_dtype


def in_bfloat16(wanted: bool, config: Config, device: str) -> bool:
    """Whether products of a model of this config are in bfloat16: where that is wanted, and not slower.

    A CPU without such instructions (no AVX-512 BF16, no AMX) is twenty times as slow at it as in float32; so the two
    are tried, and the slower one is not taken, whatever was asked for.
    """
    text = config.text
    return wanted and fast_dtype(device, width=text.hidden_size, inner=text.intermediate_size) == torch.bfloat16
