"""A long prompt through the decoder in pieces, so that memory does not grow with the square of its length.

B rows, T tokens, n tokens of a chunk, D width of the decoder, V visual tokens.

Each chunk attends to the keys and values that the cache holds of those before it, so a layer's scores are n x T at
most; as long as T are only the embeddings, the cache and, of one layer at a time, keys and values. Left out: skipping
what a cache holds from an earlier prompt (give the rest of the embeddings, and a cache that goes on from there).
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.text import Cache

Place = Callable[[int], Tensor | None]
"""Makes room in a cache for a pass of so many tokens a row; gives the pass's mask, see `Qwen3VL.hidden`."""


def prefill(
    model: Qwen3VL,
    inputs_embeds: Tensor,
    position_ids: Tensor,
    cache: Cache,
    *,
    chunk: int = 2048,
    visual: tuple[Tensor, Sequence[Tensor]] | None = None,
    place: Place | None = None,
    wanted: int = 1,
) -> Tensor:
    """Hidden states [B, wanted, D] of the last `wanted` tokens, after the last norm; the cache then holds all T.

    inputs_embeds [B, T, D], position_ids [3, B, T], visual: as for `Qwen3VL.hidden`, over all T tokens; place: asked
    before each chunk, for caches that need it (`lambda width: cache.place([width] * num_rows)`). Raises ValueError
    for a chunk below 1.
    """
    total = inputs_embeds.shape[1]
    first = total - wanted
    kept = []
    for part, seen in _chunks(total, chunk, visual):
        start, stop = part.start, part.stop
        mask = None if place is None else place(stop - start)
        some = slice(max(first, start) - start, stop - start)
        hidden = model.hidden(
            inputs_embeds[:, part],
            position_ids[:, :, part],
            mask=mask,
            visual=seen,
            cache=cache,
            # A chunk of which nothing is asked still has to fill the cache; one state is the least there is to ask.
            wanted=some if stop > first else slice(stop - start - 1, stop - start),
        )
        if stop > first:
            kept.append(hidden)
    return torch.cat(kept, 1)


def _chunks(
    total: int, chunk: int, visual: tuple[Tensor, Sequence[Tensor]] | None
) -> Iterator[tuple[slice, tuple[Tensor, list[Tensor]] | None]]:
    """Places of each chunk, with the visual tokens that lie in it and their features."""
    if chunk < 1:
        raise ValueError(f"a chunk has {chunk} tokens: give 1 or more")
    if visual is not None:
        mask, levels = visual
        # Features lie row by row: which of them a place has is how many there are before it.
        order = mask.flatten().cumsum(0).view_as(mask) - 1
    for start in range(0, total, chunk):
        part = slice(start, min(start + chunk, total))
        if visual is None:
            yield part, None
            continue
        here = mask[:, part]
        own = order[:, part][here]
        yield part, (here, [level[own] for level in levels]) if len(own) else None
