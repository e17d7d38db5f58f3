"""Where a token stands: rotary embeddings, in two dimensions for patches and interleaved in three for the decoder.

B batch, T tokens, N patches, H heads, d width of a head.

An angle is position x frequency. The tower gives half of the frequencies to a patch's row and half to its column. The
decoder deals its frequencies out to time, height and width in turn (t h w t h w …), so each axis gets slow and fast
ones; a text token has the same position on all three axes, and is then rotated as in a usual language model
(interleaved MRoPE, arXiv 2511.21631 section 2).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

Grid = tuple[int, int, int]
"""Frames, rows and columns of one image, in patches."""


class _Rotate(torch.autograd.Function):
    """Rotation of the pairs (x[i], x[i + d/2]); its gradient is the rotation back, so only the angles are kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        return _turn(x, cos, sin, 1)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        return _turn(grad_outputs[0], cos, sin, -1), None, None


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns x [..., d] by angles whose cos and sin [..., d/2] broadcast against its halves; keeps x's dtype."""
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    if x.requires_grad and torch.is_grad_enabled():
        return _Rotate.apply(x, cos, sin)  # pyright: ignore[reportReturnType]
    return _turn(x, cos, sin, 1)


def _turn(x: Tensor, cos: Tensor, sin: Tensor, direction: int) -> Tensor:
    first, second = x.chunk(2, -1)
    turned = torch.empty_like(x, memory_format=torch.contiguous_format)
    left, right = turned.chunk(2, -1)
    torch.mul(first, cos, out=left).addcmul_(second, sin, value=-direction)
    torch.mul(second, cos, out=right).addcmul_(first, sin, value=direction)
    return turned


def frequencies(dim: int, theta: float, device: torch.device | None = None) -> Tensor:
    """theta^(-2i/dim) for i in 0 … dim/2 - 1, float32 [dim/2] (RoFormer, arXiv 2104.09864)."""
    return 1.0 / theta ** (torch.arange(0, dim, 2, dtype=torch.float32, device=device) / dim)


def patch_angles(rows: Tensor, columns: Tensor, head_dim: int, theta: float) -> tuple[Tensor, Tensor]:
    """cos and sin, float32 [N, head_dim/2]: row angles, then column angles. rows, columns: [N]."""
    turns = frequencies(head_dim // 2, theta, rows.device)
    angles = torch.cat([rows[:, None] * turns, columns[:, None] * turns], -1)
    return angles.cos(), angles.sin()


def frequency_axes(head_dim: int, section: Sequence[int]) -> list[int]:
    """Which axis (0 time, 1 height, 2 width) each of the head_dim/2 frequencies belongs to."""
    axes = [0] * (head_dim // 2)
    for axis in (1, 2):
        for index in range(axis, min(section[axis] * 3, len(axes)), 3):
            axes[index] = axis
    return axes


def token_angles(positions: Tensor, axes: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin, float32 [B, T, d/2], of positions [3, B, T]; axes, turns: `frequency_axes`, `frequencies` [d/2]."""
    angles = positions.float()[axes].permute(1, 2, 0) * turns
    return angles.cos(), angles.sin()


def position_ids(
    input_ids: Tensor,
    grid_thw: Sequence[Grid] | Tensor | None,
    attention_mask: Tensor | None = None,
    *,
    image_token_id: int,
    merge_size: int,
) -> Tensor:
    """Positions [3, B, T] (time, height, width) of every token; padded places (mask 0) get 0.

    Text counts on by one on all axes. An image keeps one time, spreads its rows and columns from there, and the text
    after it goes on at its longer side. Grids are taken in the order in which images stand in the rows. Raises
    ValueError when the image tokens in `input_ids` are not those that the grids ask for.
    """
    grids = iter(as_grids(grid_thw))
    result = torch.zeros(3, *input_ids.shape, dtype=torch.long)
    rows = input_ids.tolist()
    keep = None if attention_mask is None else attention_mask.bool().cpu()
    for index, row in enumerate(rows):
        kept = row if keep is None else input_ids[index].cpu()[keep[index]].tolist()
        positions = _row_positions(kept, grids, image_token_id, merge_size)
        if keep is None:
            result[:, index] = positions
        else:
            result[:, index, keep[index]] = positions
    if next(grids, None) is not None:
        raise ValueError("there are more grids than images in input_ids")
    return result.to(input_ids.device)


def as_grids(grid_thw: Sequence[Grid] | Tensor | None) -> list[Grid]:
    """Grids as plain tuples, from a tensor [images, 3] or a sequence."""
    if grid_thw is None:
        return []
    rows = grid_thw.tolist() if isinstance(grid_thw, Tensor) else grid_thw
    return [(int(t), int(h), int(w)) for t, h, w in rows]


def _row_positions(row: list[int], grids: Any, image_token_id: int, merge_size: int) -> Tensor:
    """Positions [3, len(row)] of one row without padding."""
    parts, start, at = [], 0, 0
    while at < len(row):
        if row[at] == image_token_id:
            image, start = _image_positions(next(grids, None), start, merge_size)
            end = at + image.shape[1]
            if row[at:end] != [image_token_id] * image.shape[1]:
                raise ValueError(f"input_ids has fewer image tokens at {at} than its grid asks for ({image.shape[1]})")
            parts.append(image)
        else:
            end = at
            while end < len(row) and row[end] != image_token_id:
                end += 1
            parts.append(torch.arange(start, start + end - at).expand(3, -1))
            start += end - at
        at = end
    return torch.cat(parts, 1) if parts else torch.zeros(3, 0, dtype=torch.long)


def _image_positions(grid: Grid | None, start: int, merge_size: int) -> tuple[Tensor, int]:
    """Positions [3, tokens] of one image that begins at `start`, and where the text after it begins."""
    if grid is None:
        raise ValueError("input_ids has image tokens that belong to no grid")
    frames, height, width = grid[0], grid[1] // merge_size, grid[2] // merge_size
    places = torch.cartesian_prod(torch.arange(frames), torch.arange(height), torch.arange(width))
    return places.view(-1, 3).T + start, start + max(height, width)
