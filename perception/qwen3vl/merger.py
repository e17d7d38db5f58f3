"""Patches to visual tokens: each 2x2 square of patches becomes one vector of the decoder's width.

N patches, V visual tokens (N / merge²), Dv width of the tower, D width of the decoder.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl.config import VisionConfig


class Merger(nn.Module):
    """Two linear layers over a square of patches.

    The last one normalises each patch before joining four; those of DeepStack normalise the joined vector.
    """

    def __init__(self, config: VisionConfig, *, norm_joined: bool) -> None:
        super().__init__()
        self.width = config.hidden_size * config.spatial_merge_size**2
        self.norm_joined = norm_joined
        self.norm = nn.LayerNorm(self.width if norm_joined else config.hidden_size, eps=1e-6)
        self.linear_fc1 = nn.Linear(self.width, self.width)
        self.linear_fc2 = nn.Linear(self.width, config.out_hidden_size)

    def forward(self, patches: Tensor) -> Tensor:
        """patches [N, Dv], the squares one after the other -> visual tokens [V, D]."""
        joined = self.norm(patches.view(-1, self.width)) if self.norm_joined else self.norm(patches)
        return self.linear_fc2(F.gelu(self.linear_fc1(joined.view(-1, self.width))))
