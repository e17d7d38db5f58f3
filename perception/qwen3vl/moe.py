"""A mixture of experts: of many feed-forward parts, each token is computed by the few that a router picks for it.

N tokens (rows of a batch one after the other), E experts, K experts of a token, D width of the model, I inner width of
an expert.

Weights of all experts lie in one tensor, in the order in which `linear` wants them; the files of the released models
hold them turned (see `weights`). Left out: the loss that balances experts in pre-training, and grouped kernels: experts
run one after the other, over their tokens only.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl.config import TextConfig


class Router(nn.Module):
    """Picks the experts of a token (arXiv 1701.06538)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.num_chosen = config.num_experts_per_tok
        self.normalised = config.norm_topk_prob
        self.weight = nn.Parameter(torch.zeros(config.num_experts, config.hidden_size))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x [N, D] -> experts [N, K], int64, and their shares [N, K], in x's dtype."""
        scores = F.linear(x, self.weight)
        shares, experts = scores.softmax(-1, dtype=torch.float32).topk(self.num_chosen, -1)
        if self.normalised:
            shares = shares / shares.sum(-1, keepdim=True)
        return experts, shares.to(scores.dtype)


class Experts(nn.Module):
    """The gated feed-forward parts (SwiGLU) of one layer."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        num, width, inner = config.num_experts, config.hidden_size, config.moe_intermediate_size
        self.gate_up_proj = nn.Parameter(torch.zeros(num, 2 * inner, width))
        self.down_proj = nn.Parameter(torch.zeros(num, width, inner))

    def forward(self, x: Tensor, experts: Tensor, shares: Tensor) -> Tensor:
        """x [N, D], experts and shares [N, K] -> [N, D]. Only experts that are named compute, each over its tokens."""
        order = experts.flatten().argsort(stable=True)
        counts = experts.flatten().bincount(minlength=len(self.down_proj)).tolist()
        rows, weights = order // experts.shape[1], shares.flatten()[order]
        mixed, start = torch.zeros_like(x), 0
        for expert, count in enumerate(counts):
            if count:
                own = slice(start, start + count)
                answers = self.answer(expert, x[rows[own]]) * weights[own, None]
                mixed.index_add_(0, rows[own], answers.to(mixed.dtype))
                start += count
        return mixed

    def answer(self, expert: int, x: Tensor) -> Tensor:
        """What one expert says: x [N, D] -> [N, D]."""
        gate, up = F.linear(x, self.gate_up_proj[expert]).chunk(2, -1)
        return F.linear(F.silu(gate) * up, self.down_proj[expert])


class SparseMLP(nn.Module):
    """Stands where a layer's feed-forward part stands."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.experts = Experts(config)
        self.gate = Router(config)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, T, D] -> [B, T, D]."""
        rows = x.flatten(0, 1)
        return self.experts(rows, *self.gate(rows)).view_as(x)
