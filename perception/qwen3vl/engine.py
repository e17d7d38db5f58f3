"""Prompts in, replies out: vision tower, prefill, then decoding one pass at a time.

The life of a request: `submit` writes its form down as a grammar and gives a ticket, which waits (`schedule`); a step
admits it, takes over what is known of its prompt from earlier ones (`prefix`), looks at the images that are new
(`seen`), and reads the rest chunk by chunk; from then on each step is one pass for all replies side by side
(`decoding`). A pass takes every token that is certain and not yet seen: the token that was drawn and those that the
form forces behind it; and some that are only guessed, which count when they turn out to be what is drawn. A reply is
cut at `max_tokens`, at `max_seconds`, when it repeats itself, or when `stopped()` says so; it never hangs.

Left out: CUDA graphs. Passes differ in width from step to step because guesses and forced tokens do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import torch
from torch import Tensor

from perception.clients.client import Completion, Message, Usage
from perception.errors import ModelError
from perception.observation import Frame
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.decoding import Decoding
from perception.qwen3vl.draft import Marks, Memory
from perception.qwen3vl.fast import accelerate
from perception.qwen3vl.grammar import Grammar
from perception.qwen3vl.memory import free_bytes, keep_freed_memory
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.packed_int8 import can_pack_int8
from perception.qwen3vl.prefix import PrefixStore
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import Prompt, image, write_prompt
from perception.qwen3vl.reply import Reply, Request
from perception.qwen3vl.schedule import Schedule, Stopped, Ticket
from perception.qwen3vl.seen import Sight
from perception.qwen3vl.speed import Dtype, fast_dtype
from perception.qwen3vl.stream import split
from perception.qwen3vl.thinking import ThinkTokens
from perception.qwen3vl.tokenizer import Tokenizer
from perception.qwen3vl.update import updated

CHUNK = 1024
"""Tokens of prompts that are read between two decoding passes."""
MAX_ROWS = 16
_MOST_KEPT = 1 << 30


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
        chunk: int = CHUNK,
        max_rows: int = MAX_ROWS,
        keep_bytes: int | None = None,
    ) -> None:
        """end_ids: tokens that end a reply, the tokenizer's own without; together: several tokens a pass (False is
        there to compare with); chunk: tokens of prompts between two decoding passes; max_rows: replies side by side;
        keep_bytes: memory for what may be needed again (keys and values of earlier prompts, and a quarter of that for
        images), 1 GiB or a quarter of what is free without, 0 for none."""
        self.tokenizer = tokenizer
        self.processor = processor
        self._end_ids = tuple(sorted(tokenizer.end_ids if end_ids is None else end_ids))
        self._together, self._chunk, self._max_rows = together, chunk, max_rows
        self._memory = Memory(Marks(tokenizer))
        self._think = ThinkTokens.of(tokenizer)
        num_words = model.config.text.vocab_size
        self._grammar = Grammar(tokenizer.backend.to_str(), num_words=num_words, end_ids=self._end_ids)
        self._limit = min(_MOST_KEPT, free_bytes(model.device) // 4) if keep_bytes is None else keep_bytes
        self._begin(model)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        dtype: Dtype | None = None,
        device: str = "cpu",
        together: bool = True,
        keep_bytes: int | None = None,
    ) -> Self:
        """The engine of a model's folder; dtype None takes `fast_dtype`, "auto" lets it choose int8 too. Raises
        ModelError naming the file."""
        tokenizer, processor, config = Tokenizer.load(folder), ImageProcessor.load(folder), Config.load(folder)
        if dtype is None or dtype == "auto":
            text = config.text
            dtype = fast_dtype(device, width=text.hidden_size, inner=text.intermediate_size, int8=dtype == "auto")
        model = _loaded(folder, dtype, device)
        if tokenizer.vocab_size > model.config.text.vocab_size:
            raise ModelError(f"{folder}: tokenizer.json has more tokens than the model: use the files of one model")
        engine = cls(model, tokenizer, processor, together=together, keep_bytes=keep_bytes)
        if device == "cpu":
            keep_freed_memory()
        return engine

    def update(self, tensors: Mapping[str, Tensor]) -> None:
        """Goes on with other weights for some tensors, once all that was submitted before is answered.

        tensors: see `update.updated`. Forgets what it kept of earlier prompts and images. Raises ModelError, and
        changes nothing, for a name or a shape that the model does not have.
        """
        model = updated(self.model, tensors)
        while self.step():
            pass
        self._begin(model)

    @property
    def num_bytes(self) -> int:
        """Memory besides the model: of the replies that run, and of what is kept for later ones."""
        return self._decoding.num_bytes + self._prefixes.num_bytes + self._sight.num_bytes

    @property
    def num_encoded(self) -> int:
        """Images that the tower looked at so far."""
        return self._sight.num_encoded

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """The prompt that asks for the next turn of a conversation; see `write_prompt`."""
        timestamps = "seconds" if self.model.config.text_timestamps else None
        return write_prompt(messages, self.tokenizer, self.processor, timestamps=timestamps)

    def prompt_of_ids(self, token_ids: Sequence[int], frames: Sequence[Frame] = ()) -> Prompt:
        """A prompt from token ids, in which each frame has one image token or as many as it has visual tokens.

        Raises ValueError when they have another number, or an id is none; ImageError for a frame that can't be shown.
        """
        ids, num_words = list(token_ids), self.model.config.text.vocab_size
        if not ids or not all(0 <= token < num_words for token in ids):
            raise ValueError(f"token ids are from 0 to {num_words - 1}, at least one: these are not")
        counts = [self.processor.num_tokens(*frame.pixels.shape[:2]) for frame in frames]
        if ids.count(self.tokenizer.image_id) != sum(counts):
            ids = self.tokenizer.expand(ids, counts)
        return self._shown(ids, frames)

    def prompt_of_turns(
        self,
        turns: Sequence[Mapping[str, Any]],
        frames: Sequence[Frame] = (),
        *,
        tools: Sequence[Mapping[str, Any]] | None = None,
    ) -> Prompt:
        """A prompt from turns as chat templates read them (`Tokenizer.render`), which name the frames in their order.

        tools: descriptions of functions, where the template has a place for them. Raises ValueError when the turns name
        another number of images, ModelError when the template refuses them, ImageError for a frame that can't be shown.
        """
        counts = [self.processor.num_tokens(*frame.pixels.shape[:2]) for frame in frames]
        return self._shown(self.tokenizer.encode_chat(turns, counts, tools=tools), frames)

    def submit(
        self,
        request: Request,
        *,
        listener: Callable[[Ticket], None] | None = None,
        stopped: Stopped | None = None,
    ) -> Ticket:
        """Puts a request in the queue; `step` carries it on, `completion` reads it when it is over.

        listener: told of every pass that made the reply longer, and of its end; stopped: asked before every pass, True
        cuts the reply. Raises ValueError for a form that can't be held, or a prompt that is too long.
        """
        limit, length = self.model.config.text.max_position_embeddings, len(request.prompt.token_ids)
        if length >= limit:
            raise ValueError(f"the prompt has {length} tokens and this model takes fewer than {limit}: shorten it")
        form = {"schema": request.schema, "regex": request.regex, "ebnf": request.ebnf}
        constraint = self._grammar.start(**form) if any(given is not None for given in form.values()) else None
        reply = Reply(request, constraint, self._end_ids, self._memory, together=self._together, think=self._think)
        ticket = Ticket(reply, listener, stopped)
        self._schedule.add(ticket)
        return ticket

    @torch.inference_mode()
    def step(self) -> bool:
        """Reads a chunk of waiting prompts and decodes one pass for all that run; says whether there is more to do."""
        return self._schedule.step()

    def completion(self, ticket: Ticket) -> Completion:
        """The reply so far, or whole. Raises what ended the request instead of a reply."""
        if ticket.error is not None:
            raise ticket.error
        reply = ticket.reply
        thinking, text = split(reply, self.tokenizer)
        usage = Usage(
            prompt_tokens=len(reply.request.prompt.token_ids),
            cached_tokens=ticket.num_cached,
            completion_tokens=len(reply.token_ids),
            forced_tokens=reply.num_forced,
        )
        return Completion(
            text=text,
            thinking=thinking,
            finish=reply.finish or "time",
            token_ids=tuple(reply.token_ids),
            logprobs=tuple(reply.logprobs),
            usage=usage,
            timings=ticket.timings,
        )

    def generate(self, request: Request, *, stopped: Stopped | None = None) -> Completion:
        """Answers one prompt; see `generate_batch`."""
        return self.generate_batch([request], stopped=stopped)[0]

    def generate_batch(self, requests: Sequence[Request], *, stopped: Stopped | None = None) -> list[Completion]:
        """Answers prompts side by side, in their order.

        `stopped` is asked before every pass; when it says True, what there is so far is returned as cut by time.
        Raises ValueError for a form that can't be held, a prompt that is too long or doesn't fit its images; the others
        of its batch are cut then.
        """
        over = False
        tickets: list[Ticket] = []
        try:
            for request in requests:
                tickets.append(self.submit(request, stopped=lambda: over or (stopped is not None and stopped())))
            while not all(ticket.over for ticket in tickets):
                self.step()
            return [self.completion(ticket) for ticket in tickets]
        finally:
            over = True  # after an error, the others go with the next step

    def _begin(self, model: Qwen3VL) -> None:
        """With a model, and nothing that was computed with another one."""
        self.model = model.eval()
        self._prefixes, self._sight = PrefixStore(self._limit), Sight(model, self._limit // 4)
        self._decoding = Decoding(model, self._prefixes, self._sight, self._end_ids[0])
        self._schedule = Schedule(self._decoding, chunk=self._chunk, max_rows=self._max_rows)

    def _shown(self, ids: list[int], frames: Sequence[Frame]) -> Prompt:
        pictures = [image(frame, self.processor) for frame in frames]
        return Prompt(ids, pictures, [picture.grid for picture in pictures])


def _loaded(folder: str | Path, dtype: torch.dtype | Literal["int8"], device: str) -> Qwen3VL:
    """The model as it is fast in a format; 8-bit integers are packed where that can be, else each layer for itself."""
    if dtype == "int8" and device == "cpu" and can_pack_int8():
        model = weights.load(folder, torch.bfloat16, device)
        if accelerate(model, int8=True):
            return model
    model = weights.load(folder, dtype, device)
    accelerate(model)
    return model
