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
        new = [number for number, digest in enumerate(packed.digests) if digest not in found]
        if new:
            for number, parts in zip(new, self._look(packed, new), strict=True):
                found[packed.digests[number]] = parts
                self._keep(packed.digests[number], parts)
        device = self._model.device
        tokens, *levels = (
            torch.cat(parts).to(device) for parts in zip(*(found[digest] for digest in packed.digests), strict=True)
        )
        return ImageFeatures(tokens, tuple(levels), tokens.new_zeros(0))

    def _look(self, packed: Packed, numbers: list[int]) -> list[list[Tensor]]:
        """Of some pictures each: the visual tokens, then those of each tapped layer."""
        grids = [packed.grids[number] for number in numbers]
        patches = torch.from_numpy(packed.pixel_values).split([math.prod(grid) for grid in packed.grids])
        pixels = torch.cat([patches[number] for number in numbers]).to(self._model.device)
        features = self._model.encode_images(pixels, grids)
        merge = self._model.config.vision.spatial_merge_size
        sizes = [math.prod(grid) // merge**2 for grid in grids]
        self.looks += len(numbers)
        levels = [level.cpu().split(sizes) for level in (features.tokens, *features.deepstack)]
        return [[part.clone() for part in parts] for parts in zip(*levels, strict=True)]

    def _keep(self, digest: str, parts: list[Tensor]) -> None:
        self._kept[digest] = parts
        self._bytes += _size(parts)
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(parts: list[Tensor]) -> int:
    return sum(part.nbytes for part in parts)
