"""Linear layers packed as oneDNN multiplies them, and unpacked again.

N outputs, K inputs. Packing moves numbers about and changes none, so what comes out is what went in.

The operators are those of PyTorch for its own compiler (`torch.ops.mkldnn`), for bfloat16 on a CPU.
"""

from collections.abc import Iterator
from typing import Any, Self

import torch
from torch import Tensor, nn

_TYPICAL_ROWS = 8
"""Rows that the packed layout is chosen for; any number works."""


def can_pack() -> bool:
    """Whether this build of PyTorch has the operators, and this CPU the instructions that they ask for (AVX-512 or
    AVX-NE-CONVERT; without, packing raises)."""
    if not torch.backends.mkldnn.is_available() or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()


class Packed:
    """One or several linear layers of the same input as one product."""

    def __init__(self, weight: Tensor, bias: Tensor | None, counts: tuple[int, ...] = ()) -> None:
        """weight [N, K], bias [N]; counts: outputs of each layer, of one layer without."""
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _TYPICAL_ROWS)
        self._bias = None if bias is None else bias.detach()
        self._counts = counts or (len(weight),)

    @classmethod
    def of(cls, *layers: nn.Linear) -> Self:
        """Layers of the same input; all have a bias, or none."""
        weights: list[Tensor] = [layer.weight for layer in layers]
        biases: list[Tensor] = [layer.bias for layer in layers if layer.bias is not None]
        return cls(torch.cat(weights), torch.cat(biases) if biases else None, tuple(map(len, weights)))

    def __call__(self, x: Tensor) -> Tensor:
        """x [..., K] -> [..., N]."""
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")

    def gelu(self, x: Tensor, approximate: str) -> Tensor:
        """The product, and GELU of it."""
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "gelu", [], approximate)

    def swish(self, x: Tensor) -> Tensor:
        """The product, and SiLU of it."""
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "swish", [], "")

    def add(self, x: Tensor, other: Tensor) -> Tensor:
        """The product plus another tensor."""
        return torch.ops.mkldnn._linear_pointwise.binary(x, other, self._weight, self._bias, "add")

    def mul(self, x: Tensor, other: Tensor) -> Tensor:
        """The product times another tensor."""
        return torch.ops.mkldnn._linear_pointwise.binary(x, other, self._weight, self._bias, "mul")

    def layers(self) -> Iterator[tuple[Tensor, Tensor | None]]:
        """The weight [N, K] and the bias [N] of each layer, in their order."""
        weights = self._weight.to_dense().split(self._counts)
        biases = (None,) * len(weights) if self._bias is None else self._bias.split(self._counts)
        return zip(weights, biases, strict=True)

    def store(self, state: dict[str, Any], *names: str) -> None:
        """Writes the layers into a state dict, each under its name."""
        for name, (weight, bias) in zip(names, self.layers(), strict=True):
            state[f"{name}.weight"] = weight
            if bias is not None:
                state[f"{name}.bias"] = bias
