"""What the tower said about images, kept by their content: a screen that comes again is not looked at again.

N patches, V visual tokens, D width of the decoder. The features that were used longest ago are forgotten first.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.vision import ImageFeatures


class Images:
    """The images of one prompt: where each one's patches and visual tokens begin and end."""

    def __init__(self, prompt: Prompt, merge_size: int) -> None:
        """merge_size: patches on a side of a visual token. Raises ValueError when patches and grids differ."""
        self.grids: list[Grid] = list(prompt.grids)
        self._pixels = prompt.pixel_values
        sizes = [t * h * w for t, h, w in self.grids]
        num_patches = 0 if self._pixels is None else len(self._pixels)
        if sum(sizes) != num_patches:
            raise ValueError(f"there are {num_patches} patches and the grids ask for {sum(sizes)}")
        self._patches = [0, *accumulate(sizes)]
        self.counts = [size // merge_size**2 for size in sizes]
        """Visual tokens of each."""
        self.starts = [0, *accumulate(self.counts)]
        """Visual tokens before each, and of all."""
        if prompt.image_keys and len(prompt.image_keys) != len(sizes):
            raise ValueError(f"there are {len(prompt.image_keys)} keys for {len(sizes)} images")
        self.keys = list(prompt.image_keys) or [self._digest(index) for index in range(len(sizes))]

    def pixels(self, index: int) -> Tensor:
        """Patches of one image, [N, patch]."""
        assert self._pixels is not None
        return self._pixels[self._patches[index] : self._patches[index + 1]]

    def among(self, start: int, stop: int) -> range:
        """The images that the visual tokens from `start` to `stop` belong to."""
        inside = [i for i in range(len(self.grids)) if self.starts[i] < stop and self.starts[i + 1] > start]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def _digest(self, index: int) -> str:
        pixels = self.pixels(index).detach().cpu().contiguous()
        return sha256(
            f"{self.grids[index]} {pixels.dtype}".encode() + pixels.view(torch.uint8).numpy().data
        ).hexdigest()


class Sight:
    """The tower, and what it said before, within a limit of bytes."""

    def __init__(self, model: Qwen3VL, limit: int) -> None:
        """limit: bytes of features at most; the latest image is always kept, since a long prompt asks for it twice."""
        self._model = model
        self._limit = limit
        self._kept: dict[str, ImageFeatures] = {}
        self.num_encoded = 0
        """Images that the tower looked at so far."""

    @property
    def num_bytes(self) -> int:
        """Memory that is taken."""
        return sum(map(_size, self._kept.values()))

    def features(self, images: Images, start: int, stop: int) -> ImageFeatures | None:
        """What the tower says for the visual tokens from `start` to `stop` of a prompt; None for none."""
        wanted = images.among(start, stop)
        if start >= stop or not wanted:
            return None
        found = self._find(images, wanted)
        begun = images.starts[wanted[0]]
        return _joined([found[images.keys[index]] for index in wanted], slice(start - begun, stop - begun))

    def _find(self, images: Images, wanted: Sequence[int]) -> dict[str, ImageFeatures]:
        keys = {images.keys[index]: index for index in wanted}
        found = {key: self._kept.pop(key) for key in keys if key in self._kept}
        missing = {key: index for key, index in keys.items() if key not in found}
        if missing:
            found |= dict(zip(missing, self._look(images, list(missing.values())), strict=True))
        self._kept |= found
        while len(self._kept) > 1 and self.num_bytes > self._limit:
            self._kept.pop(next(iter(self._kept)))
        return found

    def _look(self, images: Images, indexes: list[int]) -> list[ImageFeatures]:
        """All of these in one pass of the tower."""
        pixels = [images.pixels(index) for index in indexes]
        joined = pixels[0] if len(pixels) == 1 else torch.cat(pixels)
        seen = self._model.encode_images(joined.to(self._model.device), [images.grids[index] for index in indexes])
        self.num_encoded += len(indexes)
        bounds = [0, *accumulate(images.counts[index] for index in indexes)]
        # Copies, since a view would keep the features of all of them alive.
        return [_cut(seen, slice(start, stop), copy=len(indexes) > 1) for start, stop in pairwise(bounds)]


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
