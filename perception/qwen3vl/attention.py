"""Scaled dot-product attention, computed in the way that is fast where it runs.

B batch, H query heads, G key-value heads, T queries, S keys, d width of a head.

PyTorch's own kernel is the right one on a GPU and for a single query. On a CPU in bfloat16 its loops over blocks are
slower than three plain matrix products (by half, forward and backward, at 320 x 320 and d 64), so those are used there.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Apart(NamedTuple):
    """In place of a mask: a row holds several texts, one behind the other, each of which sees its own past alone."""

    lengths: tuple[int, ...]
    """Tokens of each; their sum is the row's."""


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | Apart | None = None, *, causal: bool = False) -> Tensor:
    """q [B, H, T, d], k and v [B, G, S, d] -> [B, H, T, d].

    mask: what is added to the scores, broadcast to [B, H, T, S], in q's dtype; causal: the T queries are the last of
    the S tokens and see what is before them (only where there is no mask).
    """
    if isinstance(mask, Apart):
        return _apart(q, k, v, mask.lengths)
    causal = causal and mask is None and q.shape[2] > 1
    if q.device.type == "cpu" and q.dtype == torch.bfloat16 and q.shape[2] > 1:
        return _plain(q, k, v, _causal(q, k) if causal else mask)
    if causal and q.shape[2] < k.shape[2]:
        causal, mask = False, _causal(q, k)
    groups = q.shape[1] // k.shape[1]
    if groups > 1:
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)


def additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """A bool mask (True: may look) as what is added to the scores: 0 or minus infinity."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, float("-inf"))


def compute_dtype(x: Tensor) -> torch.dtype:
    """The dtype that matrix products of x come out in, autocast included."""
    kind = x.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


def _plain(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Queries that share a key-value head are stacked, so that keys need not be repeated."""
    batch, heads, new, width = q.shape
    stacked = (batch * k.shape[1], -1, width)
    k, v = k.reshape(stacked), v.reshape(stacked)
    scores = torch.bmm((q * width**-0.5).reshape(stacked), k.transpose(1, 2)).view(batch, heads, new, -1)
    if mask is not None:
        scores = scores + mask
    weights = scores.softmax(-1, dtype=q.dtype).view(len(k), -1, k.shape[1])
    return torch.bmm(weights, v).view(batch, heads, new, width)


def _apart(q: Tensor, k: Tensor, v: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """What one mask over the row would hide is not computed at all: of n equal texts, all but a 2n-th of the scores."""
    texts = zip(*(tensor.split(lengths, 2) for tensor in (q, k, v)), strict=True)
    mixed = [attend(*text, causal=True).transpose(1, 2) for text in texts]
    return torch.cat(mixed, 1).transpose(1, 2)  # in the memory of [B, T, H, d], as who joins the heads wants it


def _causal(q: Tensor, k: Tensor) -> Tensor:
    new, total = q.shape[2], k.shape[2]
    return torch.full((new, total), float("-inf"), dtype=q.dtype, device=q.device).triu_(total - new + 1)
