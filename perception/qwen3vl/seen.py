"""What the tower said about pictures, kept by their content: a screen that comes again is not looked at again.

N patches, V visual tokens, D width of the decoder. The features that were used longest ago are forgotten first.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

import torch
from torch import Tensor

from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.vision import ImageFeatures

_MOST = 128
"""Pictures that are kept at most."""


class Pictures:
    """The pictures of one prompt: where each one's visual tokens begin and end."""

    def __init__(self, prompt: Prompt, merge_size: int) -> None:
        """merge_size: patches on a side of a visual token. Raises ValueError when pictures and grids differ."""
        self._pictures = prompt.pictures
        self.grids: list[Grid] = list(prompt.grids)
        """Of images and videos."""
        sizes = [_num_patches(picture.grid) for picture in prompt.pictures]
        asked = sum(map(_num_patches, self.grids))
        if sum(sizes) != asked:
            raise ValueError(f"there are {sum(sizes)} patches and the grids ask for {asked}")
        self.counts = [size // merge_size**2 for size in sizes]
        """Visual tokens of each."""
        self.starts = [0, *accumulate(self.counts)]
        """Visual tokens before each, and of all."""
        self.keys = [picture.key for picture in prompt.pictures]

    def grid(self, index: int) -> Grid:
        """Of one picture."""
        return self._pictures[index].grid

    def pixels(self, index: int) -> Tensor:
        """Patches of one picture, cut now, [N, patch]."""
        return self._pictures[index].cut()

    def among(self, start: int, stop: int) -> range:
        """The pictures that the visual tokens from `start` to `stop` belong to."""
        return range(bisect_right(self.starts, start) - 1, bisect_left(self.starts, stop)) if start < stop else range(0)


class Sight:
    """The tower, and what it said before, within a limit of bytes."""

    def __init__(self, model: Qwen3VL, limit: int) -> None:
        """limit: bytes of features at most; the latest is always kept, since a long prompt asks for it twice."""
        self._model = model
        self._limit = limit
        self._kept: dict[str, ImageFeatures] = {}
        self.num_encoded = 0
        """Pictures that the tower looked at so far."""

    @property
    def num_bytes(self) -> int:
        """Memory that is taken."""
        return sum(map(_size, self._kept.values()))

    def features(self, shown: Pictures, start: int, stop: int) -> ImageFeatures | None:
        """What the tower says for the visual tokens from `start` to `stop` of a prompt; None for none."""
        wanted = shown.among(start, stop)
        if start >= stop or not wanted:
            return None
        found = self._find(shown, wanted)
        begun = shown.starts[wanted[0]]
        return _joined([found[shown.keys[index]] for index in wanted], slice(start - begun, stop - begun))

    def _find(self, shown: Pictures, wanted: Sequence[int]) -> dict[str, ImageFeatures]:
        keys = {shown.keys[index]: index for index in wanted}
        found = {key: self._kept.pop(key) for key in keys if key in self._kept}
        missing = {key: index for key, index in keys.items() if key not in found}
        if missing:
            found |= dict(zip(missing, self._look(shown, list(missing.values())), strict=True))
        self._kept |= found
        while len(self._kept) > 1 and (self.num_bytes > self._limit or len(self._kept) > _MOST):
            self._kept.pop(next(iter(self._kept)))
        return found

    def _look(self, shown: Pictures, indexes: list[int]) -> list[ImageFeatures]:
        """All of these; neighbours whose patches are alike in one pass of the tower."""
        found, cut = [], ((index, shown.pixels(index)) for index in indexes)
        for _, alike in groupby(cut, lambda one: one[1].shape[1]):
            numbers, pixels = zip(*alike, strict=True)
            joined = pixels[0] if len(pixels) == 1 else torch.cat(pixels)
            seen = self._model.encode_images(joined.to(self._model.device), [shown.grid(index) for index in numbers])
            bounds = [0, *accumulate(shown.counts[index] for index in numbers)]
            # Copies, since a view would keep the features of all of them alive.
            found += [_cut(seen, slice(start, stop), copy=len(numbers) > 1) for start, stop in pairwise(bounds)]
        self.num_encoded += len(indexes)
        return found


def _num_patches(grid: Grid) -> int:
    return grid[0] * grid[1] * grid[2]


def _size(features: ImageFeatures) -> int:
    return features.tokens.nbytes + sum(level.nbytes for level in features.deepstack)


def _cut(features: ImageFeatures, part: slice, *, copy: bool = False) -> ImageFeatures:
    """Some visual tokens alone; the patches, which the decoder does not ask for, are left out."""
    levels = [level[part] for level in (features.tokens, *features.deepstack)]
    tokens, *deepstack = [level.clone() for level in levels] if copy else levels
    return ImageFeatures(tokens, tuple(deepstack), tokens.new_empty(0))


def _joined(parts: list[ImageFeatures], part: slice) -> ImageFeatures:
    if len(parts) == 1:
        return _cut(parts[0], part)
    tokens = torch.cat([one.tokens for one in parts])
    levels = [torch.cat(level) for level in zip(*(one.deepstack for one in parts), strict=True)]
    return _cut(ImageFeatures(tokens, tuple(levels), tokens), part)
