"""Replies that are decoded side by side: passes of the model over what is certain and what is guessed.

B rows of a pass, T new tokens, D width of the decoder, n tokens of a prompt.

Rows that run come first; behind them at most one whose prompt is still being read, chunk by chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from perception.errors import PerceptionError
from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.draft import LONGEST
from perception.qwen3vl.memory import give_back
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.prefix import Labels, Match, PrefixStore, label, num_common
from perception.qwen3vl.reply import Reply
from perception.qwen3vl.seen import Pictures, Sight
from perception.qwen3vl.vision import ImageFeatures

_STEP = 16
"""Long passes are padded to a multiple of this many tokens: a CPU prepares its products anew for every other number,
which costs more than the padding."""

_LONG = 16_384
"""Tokens of a prompt from which on freed memory goes back after every chunk: each chunk's buffers are larger than the
last one's, so what was freed before is of no use, and would add up to many times what is needed."""

_WORTH = 16
"""A shorter beginning is read again: that costs nothing, and replies in bfloat16 depend less on what came before."""


@dataclass(slots=True)
class Row:
    """A reply that has its place in the cache."""

    reply: Reply
    shown: Pictures
    labels: Labels
    """[n] of the prompt, see `prefix`."""
    positions: Tensor
    """[3, n] of the prompt."""
    offset: int
    """Position of a token behind the prompt, less its number."""
    num_cached: int = 0
    """Tokens of the prompt whose keys and values were there before."""
    vision_s: float = 0.0
    prefill_s: float = 0.0
    error: Exception | None = None
    """What went wrong with this reply alone."""

    def seen(self, length: int) -> Labels:
        """Labels of the first `length` tokens, prompt and reply."""
        return np.concatenate([self.labels, np.array(self.reply.token_ids, dtype=np.int64)])[:length]


class Decoding:
    """The rows and their cache: `admit`, `fill` until it runs, `decode`, `leave`."""

    def __init__(self, model: Qwen3VL, store: PrefixStore, sight: Sight, padding: int) -> None:
        """store: takes what leaves, for those who begin alike; padding: the token that shorter rows are filled with."""
        self._model = model
        self._store = store
        self._sight = sight
        self._padding = padding
        self._cache = KeyValueCache(model.config.text.num_hidden_layers, num_rows=0)
        self.rows: list[Row] = []
        self.num_running = 0

    @property
    def filling(self) -> bool:
        """Whether the last row's prompt is still being read."""
        return len(self.rows) > self.num_running

    @property
    def num_bytes(self) -> int:
        """Memory that the rows take."""
        return self._cache.num_bytes

    def admit(self, reply: Reply) -> Row:
        """Gives a reply its row, with what is known of its prompt. Raises ValueError when prompt and images differ."""
        row = self._row(reply)
        # The last token is never taken over: the scores behind it are what the reply begins with.
        known = self._known(row.labels[:-1])
        self._cache.reserve(len(row.labels) + _STEP)
        index = self._cache.add()
        self.rows.append(row)
        if known.length >= _WORTH:
            self._cache.write(index, known.stretch, known.length)
            row.num_cached = known.length
        return row

    def fill(self, budget: int) -> int:
        """A pass over at most `budget` tokens of the last row's prompt; gives how many. Behind the last one it draws,
        and runs from then on."""
        begun, index = perf_counter(), len(self.rows) - 1
        row = self.rows[index]
        prompt = row.reply.request.prompt.token_ids
        start = self._cache.lengths[index]
        stop = min(len(prompt), start + budget)
        whole = stop == len(prompt)
        certain = prompt[start:stop] + (row.reply.first() if whole else [])
        guesses = self._guess(row.reply) if whole else []
        positions = (torch.arange(start, start + len(certain) + len(guesses)) + row.offset).expand(3, -1).clone()
        positions[:, : stop - start] = row.positions[:, start:stop]
        features, mask = self._features(row, start, stop)
        scores = self._forward([certain + guesses], positions[:, None], [len(guesses) + 1], index, features, mask)
        if whole:
            self._read(index, scores[0], guesses)
            self.num_running += 1
        if stop > _LONG:
            give_back()
        row.prefill_s += perf_counter() - begun
        return stop - start

    def decode(self) -> None:
        """A pass over what each running row has waiting, and over its guesses."""
        running = self.rows[: self.num_running]
        certain = [row.reply.take() for row in running]
        guesses = [self._guess(row.reply) for row in running]
        tokens = [sure + maybe for sure, maybe in zip(certain, guesses, strict=True)]
        starts = [length + row.offset for length, row in zip(self._cache.lengths, running, strict=False)]
        positions = torch.tensor(starts)[:, None] + torch.arange(max(map(len, tokens)))
        scores = self._forward(tokens, positions.expand(3, -1, -1), [len(guessed) + 1 for guessed in guesses])
        for index, guessed in enumerate(guesses):
            self._read(index, scores[index], guessed)

    def leave(self, index: int, *, keep: bool = True) -> None:
        """Drops a row; keep: its tokens may be used again. The hole is filled by the last running row, and that one's
        place by the row that is being filled."""
        if keep:
            self._keep(index)
        if index < self.num_running:
            self.num_running -= 1
            self._move(self.num_running, index)
            index = self.num_running
        self._move(len(self.rows) - 1, index)
        self.rows.pop()
        self._cache.pop()

    def _row(self, reply: Reply) -> Row:
        config, prompt = self._model.config, reply.request.prompt
        shown = Pictures(prompt, config.vision.spatial_merge_size)
        visual_ids = (config.image_token_id, config.video_token_id)
        # Without text timestamps the times are in the positions, which keys hold.
        timed = "" if config.text_timestamps or not prompt.seconds else str(prompt.seconds)
        keys = [sha256((key + timed).encode()).hexdigest() if timed else key for key in shown.keys]
        labels = label(prompt.token_ids, visual_ids, shown.counts, keys)
        ids = torch.tensor([prompt.token_ids])
        positions = self._model.position_ids(ids, shown.grids, seconds=prompt.seconds or None)[:, 0]
        return Row(reply, shown, labels, positions, int(positions.max()) + 1 - len(labels))

    def _known(self, labels: Labels) -> Match:
        """The longest beginning that the store or another row has."""
        found = self._store.longest(labels)
        for index, row in enumerate(self.rows):
            length = min(num_common(row.labels, labels), self._cache.lengths[index])
            if length > found.length:
                found = Match(length, self._cache.read(index))
        return found

    def _keep(self, index: int) -> None:
        row, length = self.rows[index], self._cache.lengths[index]
        if length:
            self._store.put(row.seen(length), self._cache.read(index))

    def _move(self, source: int, target: int) -> None:
        if source != target:
            self._cache.move(source, target)
            self.rows[target] = self.rows[source]

    def _guess(self, reply: Reply) -> list[int]:
        return reply.guess(LONGEST // len(self.rows))

    def _features(self, row: Row, start: int, stop: int) -> tuple[ImageFeatures | None, Tensor | None]:
        """What the tower says for the visual tokens of a chunk, and where they are, bool [chunk]."""
        visual = row.labels < 0
        before = int(visual[:start].sum())
        mask = torch.from_numpy(visual[start:stop])
        count = int(mask.sum())
        if not count:
            return None, None
        begun = perf_counter()
        features = self._sight.features(row.shown, before, before + count)
        spent = perf_counter() - begun
        row.vision_s += spent
        row.prefill_s -= spent
        return features, mask

    def _forward(
        self,
        tokens: list[list[int]],
        positions: Tensor,
        some: list[int],
        first: int = 0,
        features: ImageFeatures | None = None,
        visual: Tensor | None = None,
    ) -> list[Tensor]:
        """A pass over rows from `first` on: their tokens at positions [3, B, up to T] -> of each row the scores of its
        last `some` tokens, [some, vocabulary]. visual: bool, which of the first tokens the features stand for."""
        counts = list(map(len, tokens))
        input_ids = self._padded(tokens)
        width = input_ids.shape[1]
        device = input_ids.device
        mask = self._cache.place(counts, width=width, first=first)
        mask = None if mask is None else mask.to(device)
        # Where padding stands does not matter.
        positions = torch.nn.functional.pad(positions, (0, width - positions.shape[2])).to(device)
        if visual is not None and features is not None:
            visual = torch.nn.functional.pad(visual, (0, width - len(visual)))[None].to(device)
            embeds, added = self._model.embed(input_ids, visual, features), (visual, features.deepstack)
        else:
            embeds, added = self._model.embed(input_ids), None
        wanted = slice(min(count - few for count, few in zip(counts, some, strict=True)), max(counts))
        hidden = self._model.hidden(embeds, positions, mask=mask, visual=added, cache=self._cache, wanted=wanted)
        ends = [count - wanted.start for count in counts]
        last = torch.cat([row[end - few : end] for row, end, few in zip(hidden, ends, some, strict=True)])
        return list(self._model.logits(last).float().cpu().split(some))

    def _read(self, index: int, scores: Tensor, guesses: Sequence[int]) -> None:
        """Lets a reply draw, and forgets the guesses that did not come true."""
        row, true = self.rows[index], 0
        try:
            true = row.reply.read(scores, guesses)
        except (ValueError, PerceptionError) as error:
            row.error = error
        self._cache.lengths[index] -= len(guesses) - true

    def _padded(self, tokens: list[list[int]]) -> Tensor:
        """[B, T]; rows are padded behind."""
        width = max(map(len, tokens))
        if width > LONGEST:
            width = -(-width // _STEP) * _STEP
        rows = [row + [self._padding] * (width - len(row)) for row in tokens]
        return torch.tensor(rows, device=self._model.device)
