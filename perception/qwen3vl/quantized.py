"""Linear layers in 8-bit integers, for inference on a CPU.

M rows, K inputs, N outputs.

A weight row is stored as integers -127 … 127 and one scale; each input row is scaled the same way as it comes, so a
product is integers times integers, and two scales at the end. Never what is stored in a file.
"""

from typing import cast

import torch
from torch import Tensor, nn


class QuantizedLinear(nn.Module):
    """Stands where an `nn.Linear` stood."""

    weight: Tensor
    """int8 [K, N]."""
    scale: Tensor
    """float32 [N]."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        whole, scale = _to_int8(linear.weight.detach().float())
        self.register_buffer("weight", whole.t().contiguous())
        self.register_buffer("scale", scale.flatten())
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """x [..., K] -> [..., N], in x's dtype."""
        whole, scale = _to_int8(x.reshape(-1, x.shape[-1]).float())
        # The sums are whole numbers up to 127 * 127 * K, exact in the int32 that _int_mm gives.
        product = torch.ops.aten._int_mm(whole, self.weight).float().mul_(scale).mul_(self.scale)
        if self.bias is not None:
            product = product + self.bias
        return product.to(x.dtype).view(*x.shape[:-1], -1)


def quantize(module: nn.Module) -> None:
    """Replaces every linear layer below `module` by its 8-bit copy."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, QuantizedLinear(cast(nn.Linear, child)))
        else:
            quantize(child)


def _to_int8(rows: Tensor) -> tuple[Tensor, Tensor]:
    """rows [M, K] -> int8 [M, K] and the scale [M, 1] that turns them back."""
    scale = rows.abs().amax(-1, keepdim=True).clamp_(min=1e-12).div_(127)
    return (rows / scale).round_().to(torch.int8), scale
