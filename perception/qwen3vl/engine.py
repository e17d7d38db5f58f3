"""Prompts in, replies out: vision tower, prefill, then decoding one pass at a time.

A pass takes every token that is known and not yet seen: the prompt at first, later the token that was drawn and those
that the schema forces behind it. Rows of a batch go side by side and leave when they end. A reply is cut at
`max_tokens`, at `max_seconds`, or when `stopped()` says so; it never hangs.

B rows, T new tokens, D width of the decoder.

Left out: prefix reuse between calls (`cached_tokens` is 0; `KeyValueCache.cut` is what it would start from).
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from perception.clients.client import Completion, FinishReason, Sampling, Timings, Usage
from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.grammar import Constraint, Grammar
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.sampling import Sampler
from perception.qwen3vl.vision import ImageFeatures

Stopped = Callable[[], bool]


@dataclass(slots=True)
class Prompt:
    """What the model is shown, ready for it."""

    token_ids: list[int]
    pixel_values: Tensor | None = None
    """[N, patch] patches of all images, see `VisionTower`."""
    grids: Sequence[Grid] = ()


@dataclass(slots=True)
class Request:
    """A prompt and how it is to be answered."""

    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    sampling: Sampling = field(default_factory=Sampling)


class _Row:
    """One reply as it comes to be."""

    def __init__(self, request: Request, constraint: Constraint | None, *, together: bool) -> None:
        self.request = request
        self.constraint = constraint
        self.finish: FinishReason | None = None
        self.token_ids: list[int] = []
        self.logprobs: list[float] = []
        self.num_forced = 0
        self.position = 0
        """Where the next token after the prompt stands, on all axes."""
        self.waiting: deque[list[int]] = deque([list(request.prompt.token_ids)])
        """Tokens for the next passes, those of a pass together."""
        self._together = together
        self._sampler = Sampler(request.sampling)
        self._append_forced()

    def draw(self, scores: Tensor, end_ids: Sequence[int]) -> None:
        """Takes the next token from scores [vocabulary], and those that it forces."""
        allowed = None if self.constraint is None else self.constraint.allowed()
        token, logprob = self._sampler.draw(scores, allowed)
        self.token_ids.append(token)
        self.logprobs.append(logprob)
        self.waiting.append([token])
        if token in end_ids:
            self.finish = "stop"
            return
        if self.constraint is not None:
            self.constraint.accept(token)
        self._append_forced()

    def _append_forced(self) -> None:
        """Adds what the schema forces, and ends the reply where it or the budget ends."""
        forced = [] if self.constraint is None else self.constraint.forced()
        left = self.request.sampling.max_tokens - len(self.token_ids)
        whole = self.constraint is not None and self.constraint.finished and len(forced) <= left
        for token in forced[:left]:
            self._wait_with(token)
        self._sampler.note(forced)
        if whole:
            self.finish = "stop"
        elif len(self.token_ids) >= self.request.sampling.max_tokens:
            self.finish = "length"

    def _wait_with(self, token: int) -> None:
        self.token_ids.append(token)
        self.logprobs.append(0.0)
        self.num_forced += 1
        if self._together and self.waiting:
            self.waiting[-1].append(token)
        else:
            self.waiting.append([token])


class Engine:
    """Answers prompts with one model; for one thread at a time."""

    def __init__(
        self,
        model: Qwen3VL,
        *,
        tokenizer_json: str,
        decode: Callable[[Sequence[int]], str],
        end_ids: Sequence[int],
        together: bool = True,
    ) -> None:
        """tokenizer_json: content of the model's `tokenizer.json`; decode: token ids to text without special tokens;
        end_ids: tokens that end a reply; together: append forced tokens in one pass (False is for comparison)."""
        self.model = model.eval()
        self._decode = decode
        self._end_ids = tuple(end_ids)
        self._together = together
        self._grammar = Grammar(tokenizer_json, num_words=model.config.text.vocab_size, end_ids=end_ids)

    def generate(self, request: Request, *, stopped: Stopped | None = None) -> Completion:
        """Answers one prompt; see `generate_batch`."""
        return self.generate_batch([request], stopped=stopped)[0]

    @torch.inference_mode()
    def generate_batch(
        self, requests: Sequence[Request], *, stopped: Stopped | None = None
    ) -> list[Completion]:
        """Answers prompts side by side, in their order; timings are those of the whole batch.

        `stopped` is asked before every pass; when it says True, what there is so far is returned as cut by time.
        Raises ValueError for a schema that can't be held or a prompt that doesn't fit its images.
        """
        begun = perf_counter()
        rows = [self._row(request) for request in requests]
        live = [row for row in rows if row.finish is None]
        timings = self._run(live, begun, stopped or _never) if live else Timings()
        total = _milliseconds(begun)
        return [self._completion(row, timings.model_copy(update={"total_ms": total})) for row in rows]

    def _row(self, request: Request) -> _Row:
        constraint = None if request.schema is None else self._grammar.start(request.schema)
        return _Row(request, constraint, together=self._together)

    def _run(self, live: list[_Row], begun: float, stopped: Stopped) -> Timings:
        """Decodes the rows until each has its `finish`."""
        features = self._see(live)
        seen = perf_counter()
        cache = self._cache(live)
        scores = self._prefill(live, features, cache)
        filled = perf_counter()
        while True:
            for row, row_scores in zip(live, scores, strict=True):
                if not row.waiting:
                    row.draw(row_scores, self._end_ids)
            _cut_late(live, perf_counter() - begun, stopped)
            live = _keep_unfinished(live, cache)
            if not live:
                break
            scores = self._pass(live, cache)
        ended = perf_counter()
        return Timings(
            vision_ms=(seen - begun) * 1e3, prefill_ms=(filled - seen) * 1e3, decode_ms=(ended - filled) * 1e3
        )

    def _see(self, rows: list[_Row]) -> ImageFeatures | None:
        pixels = [row.request.prompt.pixel_values for row in rows]
        pixels = [values for values in pixels if values is not None]
        if not pixels:
            return None
        grids = [grid for row in rows for grid in row.request.prompt.grids]
        joined = pixels[0] if len(pixels) == 1 else torch.cat(pixels)
        return self.model.encode_images(joined.to(self.model.device), grids)

    def _cache(self, rows: list[_Row]) -> KeyValueCache:
        longest = max(len(row.waiting[0]) for row in rows)
        # Most replies are short; the cache grows for those that are not.
        expected = longest + min(128, max(row.request.sampling.max_tokens for row in rows))
        weight = self.model.model.language_model.embed_tokens.weight
        return KeyValueCache(
            self.model.config.text,
            num_rows=len(rows),
            capacity=expected,
            dtype=weight.dtype,
            device=weight.device,
        )

    def _prefill(self, rows: list[_Row], features: ImageFeatures | None, cache: KeyValueCache) -> Tensor:
        """The prompts' pass -> scores [B, vocabulary]."""
        tokens = [row.waiting.popleft() for row in rows]
        input_ids = self._padded(tokens)
        positions = torch.zeros(3, *input_ids.shape, dtype=torch.long)
        for index, row in enumerate(rows):
            own = torch.tensor([tokens[index]])
            found = self.model.position_ids(own, row.request.prompt.grids)
            positions[:, index, : own.shape[1]] = found[:, 0]
            row.position = int(found.max()) + 1
        visual_mask = input_ids == self.model.config.image_token_id
        visual = None if features is None else (visual_mask, features.deepstack)
        embeds = self.model.embed(input_ids, visual_mask, features)
        return self._forward(embeds, positions, [len(row) for row in tokens], cache, visual)

    def _pass(self, rows: list[_Row], cache: KeyValueCache) -> Tensor:
        """The pass of each row's next tokens -> scores [B, vocabulary]."""
        tokens = [row.waiting.popleft() for row in rows]
        counts = [len(row) for row in tokens]
        starts = torch.tensor([row.position for row in rows])
        positions = starts[:, None] + torch.arange(max(counts))
        for row, count in zip(rows, counts, strict=True):
            row.position += count
        embeds = self.model.embed(self._padded(tokens))
        return self._forward(embeds, positions.expand(3, -1, -1), counts, cache, None)

    def _forward(
        self,
        embeds: Tensor,
        positions: Tensor,
        counts: list[int],
        cache: KeyValueCache,
        visual: tuple[Tensor, Sequence[Tensor]] | None,
    ) -> Tensor:
        """embeds [B, T, D], of which counts[row] tokens are real -> scores [B, vocabulary] behind the last of them."""
        mask = cache.place(counts)
        positions = positions.to(embeds.device)
        hidden = self.model.hidden(embeds, positions, mask=mask, visual=visual, cache=cache)
        last = torch.tensor(counts, device=hidden.device) - 1
        return self.model.logits(hidden[torch.arange(len(counts), device=hidden.device), last]).float().cpu()

    def _padded(self, tokens: list[list[int]]) -> Tensor:
        """[B, T]; rows are padded behind with an end token."""
        width = max(map(len, tokens))
        rows = [row + [self._end_ids[0]] * (width - len(row)) for row in tokens]
        return torch.tensor(rows, device=self.model.device)

    def _completion(self, row: _Row, timings: Timings) -> Completion:
        usage = Usage(
            prompt_tokens=len(row.request.prompt.token_ids),
            completion_tokens=len(row.token_ids),
            forced_tokens=row.num_forced,
        )
        return Completion(
            text=self._decode(row.token_ids),
            finish=row.finish or "time",
            token_ids=tuple(row.token_ids),
            logprobs=tuple(row.logprobs),
            usage=usage,
            timings=timings,
        )


def _never() -> bool:
    return False


def _milliseconds(since: float) -> float:
    return (perf_counter() - since) * 1e3


def _cut_late(rows: list[_Row], elapsed: float, stopped: Stopped) -> None:
    """Ends rows whose time is over."""
    stop = stopped()
    for row in rows:
        if row.finish is None and (stop or elapsed >= row.request.sampling.max_seconds):
            row.finish = "time"


def _keep_unfinished(rows: list[_Row], cache: KeyValueCache) -> list[_Row]:
    kept = [index for index, row in enumerate(rows) if row.finish is None]
    if 0 < len(kept) < len(rows):
        cache.keep(kept)
    return [rows[index] for index in kept]
