"""Layers that keep nothing but their input for the backward pass and are computed anew there (arXiv 1604.06174).

Memory between the passes is then one layer's and an input of each, for about a third more time. The gradients are the
same to the last bit, where the arithmetic is: there is no dropout, so nothing random has to be repeated.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def through(layer: nn.Module, *given: Any, recompute: bool) -> Tensor:
    """layer(*given); recompute: without keeping what lies between, where a backward pass is to follow."""
    if recompute and torch.is_grad_enabled():
        return checkpoint(layer, *given, use_reentrant=False, preserve_rng_state=False)
    return layer(*given)
