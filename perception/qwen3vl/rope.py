"""Where a token stands: rotary embeddings, in two dimensions for patches and interleaved in three for the decoder.

B batch, T tokens, N patches, H heads, d width of a head.

An angle is position x frequency. The tower gives half of the frequencies to a patch's row and half to its column. The
decoder deals its frequencies out to time, height and width in turn (t h w t h w …), so each axis gets slow and fast
ones; a text token has the same position on all three axes, and is then rotated as in a usual language model
(interleaved MRoPE, arXiv 2511.21631 section 2). For texts longer than a model was trained on, slow frequencies are made
slower (YaRN).
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from perception.qwen3vl.config import Yarn

Grid = tuple[int, int, int]
"""Temporal groups (1 for an image), rows and columns of one image or video, in patches."""
POSITIONS_PER_SECOND = 2
"""Of a video whose times are temporal positions."""


class _Rotate(torch.autograd.Function):
    """Rotation of the pairs (x[i], x[i + d/2]); its gradient is the rotation back, so only the angles are kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        return _turn(x, cos, sin, 1)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        # What comes back through keys lies the other way round: turned as it lies, it takes four times as long.
        return _turn(grad_outputs[0].contiguous(), cos, sin, -1), None, None


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
    return 1.0 / _lengths(dim, theta, device)


def _lengths(dim: int, theta: float, device: torch.device | None) -> Tensor:
    """Positions per radian, float32 [dim/2]."""
    return theta ** (torch.arange(0, dim, 2, dtype=torch.float32, device=device) / dim)


def yarn_frequencies(dim: int, theta: float, yarn: Yarn, device: torch.device | None = None) -> Tensor:
    """`frequencies` for a longer text, float32 [dim/2] (YaRN, arXiv 2309.00071 section 3.2).

    Fast ones stay, as they tell neighbours apart; slow ones are divided by the factor, so that they never turn further
    than they did in training; between the two borders it goes gradually.
    """

    def border(turns: float) -> float:
        """Index of the frequency that turns so often in the original length."""
        return dim * math.log(yarn.original_max_position_embeddings / (turns * 2 * math.pi)) / (2 * math.log(theta))

    first, last = border(yarn.beta_fast), border(yarn.beta_slow)
    if yarn.truncate:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, dim - 1)
    steps = torch.arange(dim // 2, dtype=torch.float32, device=device)
    kept = 1 - ((steps - first) / (last - first or 0.001)).clamp(0, 1)
    lengths = _lengths(dim, theta, device)
    return 1.0 / (yarn.factor * lengths) * (1 - kept) + 1.0 / lengths * kept


def patch_angles(rows: Tensor, columns: Tensor, head_dim: int, theta: float) -> tuple[Tensor, Tensor]:
    """cos and sin, float32 [N, head_dim/2]: row angles, then column angles. rows, columns: [N]."""
    turns = frequencies(head_dim // 2, theta, rows.device)
    angles = torch.cat([rows[:, None] * turns, columns[:, None] * turns], -1)
    return angles.cos(), angles.sin()


def frequency_axes(head_dim: int, section: Sequence[int], *, interleaved: bool = True) -> list[int]:
    """Which axis (0 time, 1 height, 2 width) each of the head_dim/2 frequencies belongs to; not interleaved: a run of
    `section[axis]` frequencies for each axis, as in Qwen2-VL."""
    if not interleaved:
        return [axis for axis in range(3) for _ in range(section[axis])]
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
    video_token_id: int | None = None,
    seconds: Sequence[Sequence[float]] | None = None,
) -> Tensor:
    """Positions [3, B, T] (time, height, width) of every token; padded places (mask 0) get 0.

    Text counts on by one on all axes. An image keeps one time, spreads its rows and columns from there, and the text
    after it goes on at its longer side; so does each temporal group of a video, with text between it and the next.
    With `seconds`, of each video those of its groups, a video is one block: groups stand where their seconds since the
    first say, `POSITIONS_PER_SECOND` a second, and the text goes on behind the highest position.

    Grids are taken in the order in which images and videos stand in the rows. Raises ValueError when the visual tokens
    in `input_ids` are not those that the grids ask for.
    """
    blocks = _Blocks(as_grids(grid_thw), video_token_id, merge_size, seconds)
    result = torch.zeros(3, *input_ids.shape, dtype=torch.long)
    rows = input_ids.tolist()
    keep = None if attention_mask is None else attention_mask.bool().cpu()
    for index, row in enumerate(rows):
        kept = row if keep is None else input_ids[index].cpu()[keep[index]].tolist()
        positions = _row_positions(kept, blocks, {image_token_id, video_token_id})
        if keep is None:
            result[:, index] = positions
        else:
            result[:, index, keep[index]] = positions
    blocks.check_all_taken()
    return result.to(input_ids.device)


def as_grids(grid_thw: Sequence[Grid] | Tensor | None) -> list[Grid]:
    """Grids as plain tuples, from a tensor [images, 3] or a sequence."""
    if grid_thw is None:
        return []
    rows = grid_thw.tolist() if isinstance(grid_thw, Tensor) else grid_thw
    return [(int(t), int(h), int(w)) for t, h, w in rows]


class _Blocks:
    """Runs of visual tokens in their order: an image, a temporal group of a video, or (with seconds) a whole video."""

    def __init__(
        self,
        grids: list[Grid],
        video_token_id: int | None,
        merge_size: int,
        seconds: Sequence[Sequence[float]] | None,
    ) -> None:
        self._grids = iter(grids)
        self._video_token_id = video_token_id
        self._merge_size = merge_size
        self._seconds = None if seconds is None else iter(seconds)
        self._groups: list[Grid] = []
        """Of the video that has begun, those that are still to come."""

    def next_positions(self, token: int) -> tuple[Tensor, int]:
        """Positions [3, tokens] of the block that begins with `token`, from 0, and how far the text moves on."""
        if token == self._video_token_id:
            return self._next_of_video()
        self.check_video_ended()
        grid = self._next_grid()
        places = self._places(grid, torch.arange(grid[0]))
        return places, int(places[1:].max()) + 1

    def check_video_ended(self) -> None:
        if self._groups:
            raise ValueError(f"input_ids lacks the last {len(self._groups)} temporal groups of a video")

    def check_all_taken(self) -> None:
        if next(self._grids, None) is not None:
            raise ValueError("there are more grids than images and videos in input_ids")

    def _next_of_video(self) -> tuple[Tensor, int]:
        if self._seconds is None:
            if not self._groups:
                frames, height, width = self._next_grid()
                self._groups = [(1, height, width)] * frames
            places = self._places(self._groups.pop(), torch.zeros(1, dtype=torch.long))
        else:
            grid, times = self._next_grid(), list(next(self._seconds, ()))
            if len(times) != grid[0]:
                raise ValueError(f"a video has {grid[0]} temporal groups and {len(times)} times are given")
            places = self._places(grid, torch.tensor([int((t - times[0]) * POSITIONS_PER_SECOND) for t in times]))
        return places, int(places.max()) + 1

    def _next_grid(self) -> Grid:
        grid = next(self._grids, None)
        if grid is None:
            raise ValueError("input_ids has image or video tokens that belong to no grid")
        return grid

    def _places(self, grid: Grid, times: Tensor) -> Tensor:
        height, width = grid[1] // self._merge_size, grid[2] // self._merge_size
        return torch.cartesian_prod(times, torch.arange(height), torch.arange(width)).view(-1, 3).T


def _row_positions(row: list[int], blocks: _Blocks, visual_ids: set[int | None]) -> Tensor:
    """Positions [3, len(row)] of one row without padding."""
    parts, start, at = [], 0, 0
    while at < len(row):
        token = row[at]
        if token in visual_ids:
            block, step = blocks.next_positions(token)
            end = at + block.shape[1]
            if row[at:end] != [token] * block.shape[1]:
                raise ValueError(f"input_ids has fewer visual tokens at {at} than its grid asks for ({block.shape[1]})")
            parts.append(block + start)
        else:
            end = next((place for place in range(at, len(row)) if row[place] in visual_ids), len(row))
            step = end - at
            parts.append(torch.arange(start, start + step).expand(3, -1))
        at, start = end, start + step
    blocks.check_video_ended()
    return torch.cat(parts, 1) if parts else torch.zeros(3, 0, dtype=torch.long)
