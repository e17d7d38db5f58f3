"""Losses that say where to look while the decoder learns: a pointer, one attention head, and a sense of place.

Once the target is named, the hidden state in the middle of the decoder must pick the visual tokens that its box covers
(pointer), and one attention head must look there (attention). Every visual token must know the
middle of the control that it is a part of (place). All are dropped from the checkpoint.
"""

import torch
from torch import Tensor

PLACE_BINS = 100
PLACE_SIGMA = 2.0


def pointer_loss(scores: Tensor, cells: Tensor) -> tuple[Tensor, float]:
    """-log of the probability that falls on the right tokens, and how often the likeliest is one of them.

    scores float [Q, V], before softmax; cells bool [Q, V].
    """
    logs = scores.float().log_softmax(-1)
    loss = -torch.logsumexp(logs.masked_fill(~cells, float("-inf")), -1).mean()
    with torch.no_grad():
        hits = cells.gather(1, scores.argmax(-1, keepdim=True)).float().mean().item()
    return loss, hits


def attention_loss(queries: Tensor, keys: Tensor, allowed: Tensor, image: slice, cells: Tensor) -> Tensor:
    """-log of the attention of one head that falls on the right visual tokens.

    queries [Q, d] and keys [Q, S, d] of that head, rotated; allowed bool [Q, S]; image: where the visual tokens stand
    among the S; cells bool [Q, V].
    """
    scores = torch.einsum("qd,qsd->qs", queries.float(), keys.float()) * queries.shape[-1] ** -0.5
    logs = scores.masked_fill(~allowed, -1e9).log_softmax(-1)[:, image]
    return -torch.logsumexp(logs.masked_fill(~cells, -1e9), -1).mean()


def place_loss(logits: Tensor, centers: Tensor) -> Tensor:
    """Cross entropy of the bins of x and y against bell curves around the true place, PLACE_SIGMA bins wide, less the
    curves' own entropy, so that 0 is perfect. logits [M, 2, PLACE_BINS]; centers float [M, 2], 0 to 1."""
    middles = torch.arange(PLACE_BINS, device=centers.device) + 0.5
    distances = (centers[..., None] * PLACE_BINS - middles) / PLACE_SIGMA
    logs = (-(distances**2) / 2).log_softmax(-1)
    curves = logs.exp()
    return (curves * (logs - logits.float().log_softmax(-1))).sum(-1).mean()
