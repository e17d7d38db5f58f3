"""Heads that only training has: they are kept in its checkpoints and never in the model's folder.

Dv width of the tower, D width of the decoder.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from agent.training.losses.pointing import PLACE_BINS
from agent.training.naming import CLASSES
from agent.training.screens.glyphs import NUM_CHARS, NUM_SLOTS
from perception.qwen3vl.config import Config

POINTER_WIDTH = 128
MERGED = 4
"""Patches in a visual token."""


class TrainingHeads(nn.Module):
    """Reading (per patch); spelling, place and naming (per visual token); pointer (per place that should know)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        tower, width = config.vision.hidden_size, config.text.hidden_size
        self.reading = nn.Sequential(nn.LayerNorm(tower), nn.Linear(tower, NUM_SLOTS * NUM_CHARS))
        self.spelling = nn.Linear(width, MERGED * NUM_SLOTS * NUM_CHARS)
        self.place = nn.Linear(width, 2 * PLACE_BINS)
        self.naming = nn.Linear(width, sum(CLASSES))
        self.pointer_query = nn.Linear(width, POINTER_WIDTH, bias=False)
        self.pointer_key = nn.Linear(width, POINTER_WIDTH, bias=False)

    def read(self, patches: Tensor) -> Tensor:
        """patches [M, Dv] -> [M, slots, characters]."""
        return self.reading(patches).view(-1, NUM_SLOTS, NUM_CHARS)

    def spell(self, tokens: Tensor) -> Tensor:
        """tokens [M, D] -> [M, MERGED * slots, characters]: those of the token's patches, one after the other."""
        return self.spelling(_normed(tokens)).view(-1, MERGED * NUM_SLOTS, NUM_CHARS)

    def places(self, tokens: Tensor) -> Tensor:
        """tokens [M, D] -> [M, 2, PLACE_BINS]."""
        return self.place(_normed(tokens)).view(-1, 2, PLACE_BINS)

    def name(self, tokens: Tensor) -> Tensor:
        """tokens [M, D] -> [M, sum of CLASSES]."""
        return self.naming(_normed(tokens))

    def point(self, queries: Tensor, tokens: Tensor) -> Tensor:
        """queries [Q, D] and the visual tokens of each one's row [Q, V, D] -> scores [Q, V]."""
        query, key = self.pointer_query(_normed(queries)), self.pointer_key(_normed(tokens))
        return (key @ query[..., None]).squeeze(-1).float() * POINTER_WIDTH**-0.5


def _normed(x: Tensor) -> Tensor:
    return F.rms_norm(x, x.shape[-1:])
