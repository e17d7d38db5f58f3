"""Prompts in, replies out: vision tower, prefill, then decoding one pass at a time.

A pass takes every token that is certain and not yet seen: the prompt at first, later the token that was drawn and those
that the schema forces behind it; and some that are only guessed, which count when they turn out to be what is drawn.
Rows of a batch go side by side and leave when they end. A reply is cut at `max_tokens`, at `max_seconds`, or when
`stopped()` says so; it never hangs.

Left out: prefix reuse between calls (`cached_tokens` is 0; `KeyValueCache.cut` is what it would start from).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Literal, Self

import torch

from perception.clients.client import Completion, Message, Timings, Usage
from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.decoding import Decoding
from perception.qwen3vl.draft import Marks, Memory
from perception.qwen3vl.fast import accelerate
from perception.qwen3vl.grammar import Grammar
from perception.qwen3vl.memory import keep_freed_memory
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import Prompt, write_prompt
from perception.qwen3vl.reply import Reply, Request
from perception.qwen3vl.tokenizer import Tokenizer
from perception.qwen3vl.vision import ImageFeatures

Stopped = Callable[[], bool]
Dtype = torch.dtype | Literal["int8"]


class Engine:
    """Answers prompts with one model; for one thread at a time."""

    def __init__(
        self,
        model: Qwen3VL,
        tokenizer: Tokenizer,
        processor: ImageProcessor,
        *,
        end_ids: Iterable[int] | None = None,
        together: bool = True,
    ) -> None:
        """end_ids: tokens that end a reply, the tokenizer's own without; together: several tokens a pass (False is
        there to compare with)."""
        self.model = model.eval()
        self.num_parameters = weights.num_parameters(model)
        self.tokenizer = tokenizer
        self.processor = processor
        self._end_ids = tuple(sorted(tokenizer.end_ids if end_ids is None else end_ids))
        self._together = together
        self._memory = Memory(Marks(tokenizer))
        num_words = model.config.text.vocab_size
        self._grammar = Grammar(tokenizer.backend.to_str(), num_words=num_words, end_ids=self._end_ids)

    @classmethod
    def load(
        cls, folder: str | Path, *, dtype: Dtype | None = None, device: str = "cpu", together: bool = True
    ) -> Self:
        """The engine of a model's folder; dtype None takes `fast_dtype`. Raises ModelError naming the file."""
        tokenizer, processor = Tokenizer.load(folder), ImageProcessor.load(folder)
        model = weights.load(folder, dtype or fast_dtype(device), device)
        if tokenizer.vocab_size > model.config.text.vocab_size:
            raise ModelError(f"{folder}: tokenizer.json has more tokens than the model: use the files of one model")
        engine = cls(model, tokenizer, processor, together=together)
        accelerate(model)
        if device == "cpu":
            keep_freed_memory()
        return engine

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """The prompt that asks for the next turn of a conversation; see `write_prompt`."""
        return write_prompt(messages, self.tokenizer, self.processor)

    def generate(self, request: Request, *, stopped: Stopped | None = None) -> Completion:
        """Answers one prompt; see `generate_batch`."""
        return self.generate_batch([request], stopped=stopped)[0]

    @torch.inference_mode()
    def generate_batch(self, requests: Sequence[Request], *, stopped: Stopped | None = None) -> list[Completion]:
        """Answers prompts side by side, in their order; timings are those of the whole batch.

        `stopped` is asked after every pass; when it says True, what there is so far is returned as cut by time.
        Raises ValueError for a schema that can't be held, a prompt that is too long or doesn't fit its images.
        """
        begun = perf_counter()
        replies = [self._reply(request) for request in requests]
        live = [reply for reply in replies if reply.finish is None]
        timings = self._run(live, begun, stopped or _never) if live else Timings()
        timings = timings.model_copy(update={"total_ms": (perf_counter() - begun) * 1e3})
        return [self._completion(reply, timings) for reply in replies]

    def _reply(self, request: Request) -> Reply:
        limit, length = self.model.config.text.max_position_embeddings, len(request.prompt.token_ids)
        if length >= limit:
            raise ValueError(f"the prompt has {length} tokens and this model takes fewer than {limit}: shorten it")
        constraint = None if request.schema is None else self._grammar.start(request.schema)
        return Reply(request, constraint, self._end_ids, self._memory, together=self._together)

    def _run(self, live: list[Reply], begun: float, stopped: Stopped) -> Timings:
        """Decodes until every reply has its `finish`."""
        features = self._see(live)
        seen = perf_counter()
        run = Decoding(self.model, live, self._end_ids[0])
        run.prefill(features)
        filled = perf_counter()
        while True:
            _cut_late(live, perf_counter() - begun, stopped)
            live = run.keep_unfinished()
            if not live:
                break
            run.decode()
        ended = perf_counter()
        marks = (begun, seen, filled, ended)
        vision, prefill, decode = (1e3 * (after - before) for before, after in pairwise(marks))
        return Timings(vision_ms=vision, prefill_ms=prefill, decode_ms=decode)

    def _see(self, replies: list[Reply]) -> ImageFeatures | None:
        prompts = [reply.request.prompt for reply in replies]
        pixels = [prompt.pixel_values for prompt in prompts if prompt.pixel_values is not None]
        if not pixels:
            return None
        grids = [grid for prompt in prompts for grid in prompt.grids]
        joined = pixels[0] if len(pixels) == 1 else torch.cat(pixels)
        return self.model.encode_images(joined.to(self.model.device), grids)

    def _completion(self, reply: Reply, timings: Timings) -> Completion:
        usage = Usage(
            prompt_tokens=len(reply.request.prompt.token_ids),
            completion_tokens=len(reply.token_ids),
            forced_tokens=reply.num_forced,
        )
        return Completion(
            text=self.tokenizer.decode(reply.token_ids),
            finish=reply.finish or "time",
            token_ids=tuple(reply.token_ids),
            logprobs=tuple(reply.logprobs),
            usage=usage,
            timings=timings,
        )


def fast_dtype(device: str = "cpu") -> torch.dtype:
    """bfloat16 where the hardware multiplies it, else float32.

    Measured on a CPU with AVX-512 BF16, bfloat16 takes a third of float32's time for vision and prefill and two thirds
    for decoding; without such instructions it is several times slower.
    """
    if device != "cpu":
        return torch.bfloat16
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def _never() -> bool:
    return False


def _cut_late(replies: list[Reply], seconds: float, stopped: Stopped) -> None:
    """Ends replies whose time is over."""
    stop = stopped()
    for reply in replies:
        if reply.finish is None and (stop or seconds >= reply.request.sampling.max_seconds):
            reply.finish = "time"
