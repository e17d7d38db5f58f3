"""`transformers` through the steps of a run, to measure our engine against: with its cache, and told what to draw.

T tokens of a prompt.

What numbers a format rounds to decides how long a reply gets, so whoever is timed here draws the tokens that another
one drew: no mask is made and nothing is sampled, which can only be the faster for `transformers`. Its `generate` takes
a cache and a prompt that goes on behind it; the pictures that are new come along, with the positions of all.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from perception.qwen3vl.prefix import Labels, label, num_common
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reference import Reference


class Followed(NamedTuple):
    """What it took to write the tokens that were told."""

    num_cached: int
    """Tokens of the prompt that were in the cache."""
    decode_s: float
    """From the first token to the last, in seconds."""


class Kept:
    """The cache of one conversation, and which tokens are in it."""

    def __init__(self) -> None:
        """Empty. Raises ImportError where `transformers` is not installed."""
        from transformers import DynamicCache

        self.cache: Any = DynamicCache()
        self._labels: Labels = np.zeros(0, dtype=np.int64)

    def shorten(self, labels: Labels, starts: Sequence[int], counts: Sequence[int]) -> int:
        """Forgets what does not begin as these labels [T] do; says how much is left.

        starts, counts: where each image begins and how many tokens it has. Part of an image is not kept, since it is
        looked at as a whole, nor is the last token, behind which the reply begins.
        """
        known = min(num_common(self._labels, labels), len(labels) - 1)
        for start, count in zip(starts, counts, strict=True):
            if start < known < start + count:
                known = start
        self.cache.crop(known - len(self._labels))
        self._labels = labels[:known]
        return known

    def note(self, labels: Labels, told: Sequence[int]) -> None:
        """Which tokens are in the cache now: a prompt's labels [T], and what the model has seen of the reply."""
        whole = np.concatenate([labels, np.array(told, dtype=np.int64)])
        self._labels = whole[: self.cache.get_seq_length()]


class ReferenceSteps:
    """A reference that is told what to draw."""

    def __init__(self, reference: Reference) -> None:
        """reference: of a Qwen3-VL."""
        self._reference = reference
        self._image_id: int = reference.model.config.image_token_id
        self._merged: int = reference.model.config.vision_config.spatial_merge_size**2

    @torch.inference_mode()
    def follow(self, prompt: Prompt, told: Sequence[int], kept: Kept) -> Followed:
        """Reads what the cache lacks of a prompt, and writes the tokens that are told, at least one."""
        labels, starts, counts = self._places(prompt)
        known = kept.shorten(labels, starts, counts)
        num_old = sum(start < known for start in starts)
        inputs = self._inputs(prompt, num_old) | {"past_key_values": kept.cache}
        drawing = self._generate(inputs, [told])
        kept.note(labels, told)
        return Followed(known, drawing.stamps[-1] - drawing.stamps[0])

    @torch.inference_mode()
    def follow_batch(self, prompts: Sequence[Prompt], told: Sequence[Sequence[int]]) -> None:
        """The same for several prompts as one batch, padded on the left. Without a cache: `generate` has one length of
        it for all rows."""
        self._generate(_padded([self._reference.inputs(prompt) for prompt in prompts], self._padding), told)

    @property
    def _padding(self) -> int:
        return self._reference.end_ids[0]

    def _places(self, prompt: Prompt) -> tuple[Labels, list[int], list[int]]:
        """A prompt's labels, and where its images begin and how long they are."""
        counts = [frames * height * width // self._merged for frames, height, width in prompt.grids]
        labels = label(prompt.token_ids, [self._image_id], counts, [picture.key for picture in prompt.pictures])
        visual = np.flatnonzero(labels < 0)
        starts = [int(visual[sum(counts[:index])]) for index in range(len(counts))]
        return labels, starts, counts

    def _inputs(self, prompt: Prompt, num_old: int) -> dict[str, Any]:
        """All tokens with all positions, and the images but for the first `num_old`."""
        model = self._reference.model.model
        ids = torch.tensor([prompt.token_ids])
        grids = torch.tensor(prompt.grids)
        turned, model.rope_deltas = model.get_rope_index(
            ids, mm_token_type_ids=(ids == self._image_id).long(), image_grid_thw=grids
        )
        positions = torch.cat([torch.arange(ids.shape[1])[None, None], turned])
        found = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "position_ids": positions}
        if num_old < len(grids):
            found |= {"pixel_values": self._reference.whole(prompt.pixel_values(num_old))}
            found |= {"image_grid_thw": grids[num_old:]}
        return found

    def _generate(self, inputs: dict[str, Any], told: Sequence[Sequence[int]]) -> "_Told":
        drawing = _Told(told, self._padding)
        self._reference.model.generate(
            **inputs, max_new_tokens=max(map(len, told)), logits_processor=[drawing], use_cache=True
        )
        return drawing


class _Told:
    """A logits processor that leaves `generate` one token each: the next that is told, behind the last one the end."""

    def __init__(self, told: Sequence[Sequence[int]], end_id: int) -> None:
        self._told, self._end_id = told, end_id
        self.stamps: list[float] = []
        """When each token was drawn, in seconds."""

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        place = len(self.stamps)
        self.stamps.append(perf_counter())
        alone = torch.full_like(scores, float("-inf"))
        for row, tokens in enumerate(self._told):
            alone[row, tokens[place] if place < len(tokens) else self._end_id] = 0.0
        return alone


def _padded(rows: Sequence[dict[str, Tensor]], padding: int) -> dict[str, Tensor]:
    """One batch of the inputs of several prompts."""
    width = max(row["input_ids"].shape[1] for row in rows)
    fill = {"input_ids": padding, "attention_mask": 0, "mm_token_type_ids": 0}
    found: dict[str, Tensor] = {}
    for name, value in fill.items():
        parts = [row[name] for row in rows]
        found[name] = torch.cat(
            [torch.cat([part.new_full((1, width - part.shape[1]), value), part], dim=1) for part in parts]
        )
    for name in ("pixel_values", "image_grid_thw"):
        found[name] = torch.cat([row[name] for row in rows])
    return found
