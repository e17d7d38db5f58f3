"""Pictures that a tower which does not learn has looked at: what it said of each is kept for the next time.

A run of fine-tuning shows each picture several times over, and a frozen tower says the same of it every time. Kept are
the newest up to a number of bytes; left out: keeping them from one run to the next.
"""

import math
from collections import OrderedDict

import torch
from torch import Tensor

from agent.training.packing import Packed
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.vision import ImageFeatures

MOST_BYTES = 4 << 30


class Looked:
    """What the tower of one model says of pictures; its weights must not change."""

    def __init__(self, model: Qwen3VL, most_bytes: int = MOST_BYTES) -> None:
        """most_bytes: of what is kept, beside the batch in hand."""
        self._model, self._most = model, most_bytes
        self._kept: OrderedDict[str, list[Tensor]] = OrderedDict()
        self._bytes = 0
        self.looks = 0
        """Pictures that the tower had to look at so far."""

    @torch.no_grad()
    def features(self, packed: Packed) -> ImageFeatures:
        """Of a batch's pictures, in their order, on the model's device; without `patches`."""
        found = {digest: self._kept[digest] for digest in packed.digests if digest in self._kept}
        patches = torch.from_numpy(packed.pixel_values).split([math.prod(grid) for grid in packed.grids])
        for digest, grid, pixels in zip(packed.digests, packed.grids, patches, strict=True):
            if digest not in found:
                # Alone, so that what is said does not depend, by rounding, on which others are new: a run that goes on
                # after a kill has forgotten all of them.
                seen = self._model.encode_images(pixels.to(self._model.device), [grid])
                found[digest] = [part.cpu() for part in (seen.tokens, *seen.deepstack)]
                self.looks += 1
                self._keep(digest, found[digest])
        device = self._model.device
        tokens, *levels = (
            torch.cat(parts).to(device) for parts in zip(*(found[digest] for digest in packed.digests), strict=True)
        )
        return ImageFeatures(tokens, tuple(levels), tokens.new_zeros(0))

    def _keep(self, digest: str, parts: list[Tensor]) -> None:
        self._kept[digest] = parts
        self._bytes += _size(parts)
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(parts: list[Tensor]) -> int:
    return sum(part.nbytes for part in parts)
