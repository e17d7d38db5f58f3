"""The vision tower: a ViT over patches of any number of images and videos of any size.

N patches of all images, one after the other; within an image in squares of merge x merge, so that the merger finds its
four patches side by side. A frame is an image or one temporal group of a video: L patches of it, H heads, d width of a
head, Dv width of the tower.

Positions enter twice: learned ones, interpolated from a square table to the image's grid, are added at the bottom, and
rotary ones (row, column) turn queries and keys. A patch attends to the patches of its own frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl.attention import attend, compute_dtype
from perception.qwen3vl.config import VisionConfig
from perception.qwen3vl.merger import Merger
from perception.qwen3vl.recompute import through
from perception.qwen3vl.rope import Grid, patch_angles, rotate

MAX_CACHED_GRIDS = 64


@dataclass(slots=True)
class ImageFeatures:
    """What the tower says about the images of one call, in their order."""

    tokens: Tensor
    """[V, D] visual tokens for the decoder's input."""
    deepstack: tuple[Tensor, ...]
    """One [V, D] per tapped layer, for the decoder's first layers."""
    patches: Tensor
    """[N, Dv] output of the last layer, before the merger."""


class FrameLayout(NamedTuple):
    """What depends on a frame's grid only."""

    corners: Tensor
    """[L, 4] entries of the table of learned positions that surround each patch."""
    weights: Tensor
    """[L, 4] their bilinear weights, float32."""
    cos: Tensor
    """[L, d/2] float32."""
    sin: Tensor


class PatchEmbed(nn.Module):
    """Pixels of a patch to a vector: a convolution whose stride is its size, so one matrix product."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        kernel = (config.temporal_patch_size, config.patch_size, config.patch_size)
        self.proj = nn.Conv3d(config.in_channels, config.hidden_size, kernel, stride=kernel)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [N, C*Tp*P*P] -> [N, Dv]. Still patches may come as [N, C*P*P], without repeating the frame."""
        weight = self.proj.weight
        if pixels.shape[1] * weight.shape[2] == weight[0].numel():
            weight = weight.sum(2)
        return F.linear(pixels.to(weight.dtype), weight.flatten(1), self.proj.bias)


class VisionAttention(nn.Module):
    """Attention of patches within their frame."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.num_heads = config.num_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.proj = nn.Linear(config.hidden_size, config.hidden_size)

    def project(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [N, Dv], cos and sin [N, d/2] -> q, k, v [H, N, d], q and k rotated."""
        qkv = self.qkv(x).view(x.shape[0], 3, self.num_heads, -1).permute(1, 2, 0, 3)
        q, k = rotate(qkv[:2], cos, sin)
        return q, k, qkv[2]

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """x [N, Dv] -> [N, Dv]; runs: (number of frames, patches of each), frames of one size in one batch."""
        sizes = [frames * length for frames, length in runs]
        heads = (tensor.split(sizes, 1) for tensor in self.project(x, cos, sin))
        parts = [_attend(q, k, v, frames) for (frames, _), q, k, v in zip(runs, *heads, strict=True)]
        return self.proj(parts[0] if len(parts) == 1 else torch.cat(parts))


def _attend(q: Tensor, k: Tensor, v: Tensor, frames: int) -> Tensor:
    """q, k, v [H, frames * L, d] -> [frames * L, H * d]. Heads are the batch here: it saves copies."""
    mixed = attend(*(tensor.unflatten(1, (frames, -1)) for tensor in (q, k, v)))
    return mixed.permute(1, 2, 0, 3).flatten(0, 1).flatten(1)


class VisionMLP(nn.Module):
    """The feed-forward part of a block."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.linear_fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.linear_fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        """x [N, Dv] -> [N, Dv]."""
        return self.linear_fc2(F.gelu(self.linear_fc1(x), approximate="tanh"))


class VisionBlock(nn.Module):
    """Attention, then feed-forward, each on a normalised copy and added back."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.hidden_size, eps=1e-6)
        self.norm2 = nn.LayerNorm(config.hidden_size, eps=1e-6)
        self.attn = VisionAttention(config)
        self.mlp = VisionMLP(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """x [N, Dv] -> [N, Dv]."""
        x = x + self.attn(self.norm1(x), cos, sin, runs)
        return x + self.mlp(self.norm2(x))


class VisionTower(nn.Module):
    """Patches of images to visual tokens, with the features of tapped layers (DeepStack, arXiv 2406.04334)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embed = PatchEmbed(config)
        self.pos_embed = nn.Embedding(config.num_position_embeddings, config.hidden_size)
        self.blocks = nn.ModuleList(VisionBlock(config) for _ in range(config.depth))
        self.merger = Merger(config, norm_joined=False)
        taps = config.deepstack_visual_indexes
        self.deepstack_merger_list = nn.ModuleList(Merger(config, norm_joined=True) for _ in taps)
        self.recompute = False
        self._layouts: dict[tuple[int, int, torch.device], FrameLayout] = {}

    def forward(self, pixel_values: Tensor, grids: Sequence[Grid]) -> ImageFeatures:
        """pixel_values [N, C*Tp*P*P] (or [N, C*P*P] for still images) -> ImageFeatures.

        Raises ValueError when the grids do not add up to N patches or do not divide into merge x merge squares.
        """
        self._check(pixel_values, grids)
        x = self.patch_embed(pixel_values)
        frames = [(h, w) for t, h, w in grids for _ in range(t)]
        layouts = [self.layout(h, w, x.device) for h, w in frames]
        if self.config.interpolated_positions:
            x = x + self._positions(frames, layouts)  # not cast down: under autocast the residual stream stays float32
        cos = torch.cat([layout.cos for layout in layouts]).to(compute_dtype(x))
        sin = torch.cat([layout.sin for layout in layouts]).to(cos.dtype)
        runs = _runs([h * w for h, w in frames])
        deepstack = []
        for index, block in enumerate(self.blocks):
            x = through(block, x, cos, sin, runs, recompute=self.recompute)
            if index in self.config.deepstack_visual_indexes:
                deepstack.append(self.deepstack_merger_list[len(deepstack)](x))
        return ImageFeatures(self.merger(x), tuple(deepstack), x)

    def layout(self, height: int, width: int, device: torch.device) -> FrameLayout:
        """Interpolation and angles of a frame of height x width patches; computed once per size."""
        key = (height, width, device)
        if key not in self._layouts:
            if len(self._layouts) >= MAX_CACHED_GRIDS:
                self._layouts.pop(next(iter(self._layouts)))
            # Kept tensors must be usable in training even when they were first asked for in inference mode.
            with torch.inference_mode(False), torch.no_grad():
                self._layouts[key] = _frame_layout(height, width, device, self.config)
        return self._layouts[key]

    def _positions(self, frames: Sequence[tuple[int, int]], layouts: Sequence[FrameLayout]) -> Tensor:
        """[N, Dv] interpolated learned positions of all frames; each size is looked up once."""
        by_size = {size: self._interpolate(layout) for size, layout in dict(zip(frames, layouts, strict=True)).items()}
        return torch.cat([by_size[size] for size in frames])

    def _interpolate(self, layout: FrameLayout) -> Tensor:
        table = self.pos_embed.weight
        weights = layout.weights.to(table.dtype)
        return F.embedding_bag(layout.corners, table, per_sample_weights=weights, mode="sum")

    def _check(self, pixel_values: Tensor, grids: Sequence[Grid]) -> None:
        merge = self.config.spatial_merge_size
        if any(h % merge or w % merge or t < 1 for t, h, w in grids):
            raise ValueError(f"a grid of {list(grids)} is not a multiple of {merge} patches high and wide")
        expected = sum(t * h * w for t, h, w in grids)
        if pixel_values.shape[0] != expected:
            raise ValueError(f"pixel_values holds {pixel_values.shape[0]} patches and its grids say {expected}")


def _runs(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring frames of equal length as (how many, length): they attend in one batch."""
    runs: list[tuple[int, int]] = []
    for length in lengths:
        if runs and runs[-1][1] == length:
            runs[-1] = (runs[-1][0] + 1, length)
        else:
            runs.append((1, length))
    return runs


def _frame_layout(height: int, width: int, device: torch.device, config: VisionConfig) -> FrameLayout:
    merge, side = config.spatial_merge_size, config.grid_side
    rows, columns = torch.meshgrid(
        torch.arange(height, device=device), torch.arange(width, device=device), indexing="ij"
    )
    rows, columns = (
        place.view(height // merge, merge, width // merge, merge).transpose(1, 2).flatten() for place in (rows, columns)
    )
    top, bottom, down = _between(rows, height, side)
    left, right, across = _between(columns, width, side)
    corners = torch.stack([top * side + left, top * side + right, bottom * side + left, bottom * side + right], -1)
    weights = torch.stack([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across], -1)
    return FrameLayout(corners, weights, *patch_angles(rows, columns, config.head_dim, config.rope_theta))


def _between(index: Tensor, size: int, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """For places 0 … size-1 spread over a table of `side` entries, ends on ends: entry before, after, its share."""
    place = index.float() * (side - 1) / max(size - 1, 1)
    before = place.floor()
    after = (before.long() + 1).clamp(max=side - 1)
    return before.long(), after, place - before
