"""Linear layers packed as 8-bit integers, for inference on a CPU: half the bytes of `packed`, and products of integers.

N outputs, K inputs. A weight row is stored as integers -127 to 127 and one scale; what comes in is rounded to 8 bits
anew each time, with one scale for the whole of it. So answers change a little: what is packed is a copy that is close.

The operators are those of PyTorch for its own compiler (`torch.ops.onednn`).
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from perception.qwen3vl.packed import Packed, can_pack

_LARGEST = 127
_MIDDLE = 128
"""What stands for 0 in the integers that come in, which have no sign."""


def can_pack_int8() -> bool:
    """Whether this build of PyTorch has the operators, and this CPU the instructions that they are fast with.

    Before AVX-512 VNNI two products share 16 bits, and a sum that leaves them is cut off.
    """
    known = can_pack() and hasattr(torch.ops.onednn, "qlinear_pointwise")
    return known and "AVX512" in torch.backends.cpu.get_cpu_capability()


class PackedInt8(Packed):
    """Answers nearly as `Packed`."""

    def __init__(self, weight: Tensor, bias: Tensor | None, counts: tuple[int, ...] = ()) -> None:
        """See `Packed`."""
        whole = weight.detach().float()
        # Of eight bits, so that 127 times a scale is exact, and what was rounded is rounded to itself.
        self._scales = whole.abs().amax(1).clamp_(min=1e-12).div_(_LARGEST).bfloat16().float()
        rounded = whole.div_(self._scales[:, None]).round_().to(torch.int8)
        self._weight = torch.ops.onednn.qlinear_prepack(rounded, None)
        self._zeros = torch.zeros(len(weight), dtype=torch.int64)
        self._bias = None if bias is None else bias.detach()
        self._counts = counts or (len(weight),)
        self._half = torch.full((1,), _MIDDLE + 0.5)

    def __call__(self, x: Tensor) -> Tensor:
        """x [..., K] -> [..., N]."""
        return self._product(x, "none", "")

    def gelu(self, x: Tensor, approximate: str) -> Tensor:
        """The product, and GELU of it."""
        return self._product(x, "gelu", approximate)

    def swish(self, x: Tensor) -> Tensor:
        """The product, and SiLU of it."""
        return self._product(x, "swish", "")

    def add(self, x: Tensor, other: Tensor) -> Tensor:
        """The product plus another tensor."""
        whole, scale = self._rounded(x)
        weight, bias = (self._weight, self._scales, self._zeros), self._bias
        result = (1.0, 0, x.dtype)
        return torch.ops.onednn.qlinear_pointwise.binary(
            whole, scale, _MIDDLE, *weight, other, bias, *result, 1.0, 0, "add", 1.0, "none", [], ""
        )

    def mul(self, x: Tensor, other: Tensor) -> Tensor:
        """The product times another tensor."""
        return self(x).mul_(other)

    def layers(self) -> Iterator[tuple[Tensor, Tensor | None]]:
        """The weight float32 [N, K], rounded as it is used, and the bias [N] of each layer, in their order.

        Packed again they give the same integers.
        """
        weights = (self._weight.to_dense().t().float() * self._scales[:, None]).split(self._counts)
        biases = (None,) * len(weights) if self._bias is None else self._bias.split(self._counts)
        return zip(weights, biases, strict=True)

    def _product(self, x: Tensor, then: str, how: str) -> Tensor:
        whole, scale = self._rounded(x)
        weight = (self._weight, self._scales, self._zeros)
        return torch.ops.onednn.qlinear_pointwise(
            whole, scale, _MIDDLE, *weight, self._bias, 1.0, 0, x.dtype, then, [], how
        )

    def _rounded(self, x: Tensor) -> tuple[Tensor, float]:
        """uint8 [..., K], and the scale that turns it back."""
        lowest, highest = torch.aminmax(x)
        scale = max(-lowest.item(), highest.item(), 1e-12) / _LARGEST
        # One pass in float32; the conversion cuts off what is behind the point, and with the half it rounds.
        return torch.add(self._half, x, alpha=1 / scale).to(torch.uint8), scale
