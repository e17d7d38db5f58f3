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

    def __init__(self, linear: nn.Linear, earlier: "QuantizedLinear | None" = None) -> None:
        """earlier: whose integers are taken where `linear` has no weight, but is on the meta device."""
        super().__init__()
        if earlier is not None and linear.weight.is_meta:
            weight, scale = earlier.weight, earlier.scale
        else:
            whole, scale = _to_int8(linear.weight.detach().float())
            weight, scale = whole.t().contiguous(), scale.flatten()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """x [..., K] -> [..., N], in x's dtype."""
        whole, scale = _to_int8(x.reshape(-1, x.shape[-1]).float())
        # The sums are whole numbers up to 127 * 127 * K, exact in the int32 that _int_mm gives.
        product = torch.ops.aten._int_mm(whole, self.weight).float().mul_(scale).mul_(self.scale)
        if self.bias is not None:
            product = product + self.bias
        return product.to(x.dtype).view(*x.shape[:-1], -1)


def quantize(module: nn.Module, earlier: nn.Module | None = None) -> None:
    """Replaces every linear layer below `module` by its 8-bit copy.

    earlier: the same module, quantized before; gives the layers whose weight is on the meta device.
    """
    for name, child in module.named_children():
        before = None if earlier is None else earlier.get_submodule(name)
        if isinstance(child, nn.Linear):
            setattr(module, name, QuantizedLinear(cast(nn.Linear, child), cast("QuantizedLinear | None", before)))
        else:
            quantize(child, before)


def _to_int8(rows: Tensor) -> tuple[Tensor, Tensor]:
    """rows [M, K] -> int8 [M, K] and the scale [M, 1] that turns them back."""
    scale = rows.abs().amax(-1, keepdim=True).clamp_(min=1e-12).div_(127)
    return (rows / scale).round_().to(torch.int8), scale
