"""Replies that are decoded side by side: passes of the model over what is certain and what is guessed.

B rows, T new tokens, D width of the decoder.
"""

from collections.abc import Sequence
from operator import sub

import torch
from torch import Tensor

from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.draft import LONGEST
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.reply import Reply
from perception.qwen3vl.vision import ImageFeatures

_STEP = 16
"""Long passes are padded to a multiple of this many tokens: a CPU prepares its products anew for every other number,
which costs more than the padding."""


class Decoding:
    """Some replies and their cache; the first pass is `prefill`, every other `decode`."""

    def __init__(self, model: Qwen3VL, replies: list[Reply], padding: int) -> None:
        """padding: the token that shorter rows are filled up with."""
        self._model = model
        self._padding = padding
        self.replies = replies
        self._positions = [0] * len(replies)
        """Where the next token of each row stands, on all axes."""
        # Most replies are short; the cache grows for those that are not.
        expected = max(len(r.request.prompt.token_ids) + min(128, r.request.sampling.max_tokens) for r in replies)
        num_layers = model.config.text.num_hidden_layers
        self._cache = KeyValueCache(num_layers, num_rows=len(replies), capacity=expected)

    def prefill(self, features: ImageFeatures | None) -> None:
        """The pass over the prompts and what follows them for certain."""
        certain = [reply.first() for reply in self.replies]
        guesses = self._guesses()
        tokens = _joined(certain, guesses)
        input_ids = self._padded(tokens)
        positions = torch.zeros(3, *input_ids.shape, dtype=torch.long)
        for index, reply in enumerate(self.replies):
            own = self._model.position_ids(torch.tensor([tokens[index]]), reply.request.prompt.grids)
            positions[:, index, : own.shape[2]] = own[:, 0]
            # Tokens that are certain are counted when the scores are read; text goes on by one position a token.
            self._positions[index] = int(own.max()) + 1 - len(tokens[index])
        visual_mask = input_ids == self._model.config.image_token_id
        visual = None if features is None else (visual_mask, features.deepstack)
        embeds = self._model.embed(input_ids, visual_mask, features)
        self._read(self._forward(embeds, positions, tokens, guesses, visual), certain, guesses)

    def decode(self) -> None:
        """A pass over what each row has waiting, and over its guesses."""
        certain = [reply.take() for reply in self.replies]
        guesses = self._guesses()
        tokens = _joined(certain, guesses)
        input_ids = self._padded(tokens)
        positions = torch.tensor(self._positions)[:, None] + torch.arange(input_ids.shape[1])
        embeds = self._model.embed(input_ids)
        self._read(self._forward(embeds, positions.expand(3, -1, -1), tokens, guesses), certain, guesses)

    def keep_unfinished(self) -> list[Reply]:
        """Drops the rows that have ended; gives the others."""
        kept = [index for index, reply in enumerate(self.replies) if reply.finish is None]
        if 0 < len(kept) < len(self.replies):
            self._cache.keep(kept)
            self._positions = [self._positions[index] for index in kept]
        self.replies = [self.replies[index] for index in kept]
        return self.replies

    def _guesses(self) -> list[list[int]]:
        limit = LONGEST // len(self.replies)
        return [reply.guess(limit) for reply in self.replies]

    def _forward(
        self,
        embeds: Tensor,
        positions: Tensor,
        tokens: list[list[int]],
        guesses: list[list[int]],
        visual: tuple[Tensor, Sequence[Tensor]] | None = None,
    ) -> list[Tensor]:
        """embeds [B, T, D] -> of each row the scores behind its last certain token and each guess, [*, vocabulary]."""
        mask = self._cache.place(list(map(len, tokens)), width=embeds.shape[1])
        mask = None if mask is None else mask.to(embeds.device)
        positions = positions.to(embeds.device)
        counts, some = list(map(len, tokens)), [len(guessed) + 1 for guessed in guesses]
        wanted = slice(min(map(sub, counts, some)), max(counts))
        hidden = self._model.hidden(embeds, positions, mask=mask, visual=visual, cache=self._cache, wanted=wanted)
        ends = [(count - few - wanted.start, count - wanted.start) for count, few in zip(counts, some, strict=True)]
        last = torch.cat([row[start:stop] for row, (start, stop) in zip(hidden, ends, strict=True)])
        return list(self._model.logits(last).float().cpu().split(some))

    def _read(self, scores: list[Tensor], certain: list[list[int]], guesses: list[list[int]]) -> None:
        """Lets the replies draw, and forgets the guesses that did not come true."""
        for index, reply in enumerate(self.replies):
            true = reply.read(scores[index], guesses[index])
            self._cache.lengths[index] -= len(guesses[index]) - true
            self._positions[index] += len(certain[index]) + true

    def _padded(self, tokens: list[list[int]]) -> Tensor:
        """[B, T]; rows are padded behind."""
        width = max(map(len, tokens))
        if width > LONGEST:
            width = -(-width // _STEP) * _STEP
        rows = [row + [self._padding] * (width - len(row)) for row in tokens]
        return torch.tensor(rows, device=self._model.device)


def _joined(certain: list[list[int]], guesses: list[list[int]]) -> list[list[int]]:
    return [sure + maybe for sure, maybe in zip(certain, guesses, strict=True)]
