"""Muon (arXiv 2502.16982) as `torch.optim.Muon` has it, with its matrices taken by shape and in float32 on a CPU.

torch multiplies each matrix by itself, in bfloat16. On a CPU without such instructions that took nine tenths of nano's
pre-training: a step on one screen of 1280x800 came from 28 s of one core to 3 when it was left. The format follows from
the device alone, never from a measurement: replicas of one run must not come apart.
"""

import math
from collections import defaultdict
from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT


class Muon(torch.optim.Muon):
    """State and checkpoints are those of `torch.optim.Muon`; of its options only these two may differ from its own."""

    def __init__(self, params: ParamsT, lr: float = 1e-3, weight_decay: float = 0.1) -> None:
        super().__init__(params, lr=lr, weight_decay=weight_decay)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step of every matrix that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            alike: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike[parameter.shape].append(parameter)
            for (height, width), parameters in alike.items():
                towards = orthogonal(
                    torch.stack([self._momentum(parameter, group) for parameter in parameters]),
                    group["ns_coefficients"],
                    group["ns_steps"],
                    group["eps"],
                )
                rate = group["lr"] * math.sqrt(max(1.0, height / width))
                for parameter, direction in zip(parameters, towards, strict=True):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(direction, alpha=-rate)
        return loss

    def _momentum(self, parameter: Tensor, group: dict[str, float]) -> Tensor:
        """Where a matrix has been going, with its newest gradient in it, which is looked ahead by (Nesterov)."""
        gradient = parameter.grad
        assert gradient is not None
        state = self.state[parameter]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        mean = state["momentum_buffer"].lerp_(gradient, 1 - group["momentum"])
        return gradient.lerp(mean, group["momentum"])


def orthogonal(matrices: Tensor, coefficients: tuple[float, float, float], steps: int, smallest_norm: float) -> Tensor:
    """Each of [n, height, width] with its singular values brought to about 1, by Newton and Schulz's iteration.

    In float32 on a CPU and in bfloat16 elsewhere; the result is in that format.
    """
    a, b, c = coefficients
    x = matrices.to(torch.float32 if matrices.device.type == "cpu" else torch.bfloat16)
    is_tall = x.shape[1] > x.shape[2]
    if is_tall:
        x = x.mT
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=smallest_norm)
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if is_tall else x
