"""Our own engine as a client: the one place where the async walk meets torch.

One worker thread owns the model, which is read at the first question. Its work is a row of small jobs: a question that
comes in, one step of the engine, the next question, the next step; so questions that are asked at the same time are
answered side by side, and one that is cancelled is cut before the next pass while the others go on.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any, Literal

import torch
from torch import Tensor

from perception.clients.client import Completion, Message, Piece, Sampling
from perception.errors import ClientError
from perception.observation import Frame
from perception.qwen3vl.engine import Dtype, Engine
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reply import Request
from perception.qwen3vl.schedule import Ticket
from perception.qwen3vl.stream import Stream

Write = Callable[[Engine], Prompt]
Tell = Callable[[Piece | Completion | Exception], None]


class EmbeddedClient:
    """Answers with the model of a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        sampling: Sampling | None = None,
        dtype: Literal["float32", "bfloat16", "int8", "auto"] | None = None,
        device: str = "cpu",
        exact: bool = False,
    ) -> None:
        """name: what records say, the folder's name without; sampling: where a question brings none; dtype None: what
        is fast here, "auto": int8 too where that is clearly faster; exact: slower, but an answer's numbers depend in no
        bit on what was asked before. Reads nothing yet."""
        self._folder = folder
        self._name = self._given_name = name or folder.resolve().name
        self._sampling = sampling or Sampling()
        self._dtype: Dtype | None = getattr(torch, dtype) if dtype in ("float32", "bfloat16") else dtype
        self._device = device
        self._how: dict[str, Any] = {"together": False, "keep_bytes": 0} if exact else {}
        self._engine: Engine | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="embedded-model")
        self._stepping = False
        """Whether a step is in the worker's queue; known to the worker thread alone."""
        self._closed = Event()

    @property
    def name(self) -> str:
        """The model's name and version, as given, and the version of weights that came later."""
        return self._name

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
        regex: str | None = None,
        ebnf: str | None = None,
    ) -> Completion:
        """Answer the messages; see `ModelClient`. regex, ebnf: other forms of the reply, see `Grammar.start`.

        Raises ModelError when the folder's files are missing or wrong, ClientError for a form or a conversation that
        the engine can't take, and after `close`.
        """
        asked = self.answer(
            lambda engine: engine.prompt(messages), schema=schema, sampling=sampling, regex=regex, ebnf=ebnf
        )
        return await _last(asked)

    async def generate_batch(
        self,
        conversations: Sequence[list[Message]],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> list[Completion]:
        """Answer several conversations side by side, in their order; errors as in `generate`."""
        asked = [asyncio.create_task(self.generate(one, schema=schema, sampling=sampling)) for one in conversations]
        try:
            return list(await asyncio.gather(*asked))
        finally:
            for question in asked:
                question.cancel()

    async def generate_ids(
        self,
        token_ids: Sequence[int],
        frames: Sequence[Frame] = (),
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
        regex: str | None = None,
        ebnf: str | None = None,
    ) -> Completion:
        """Go on behind token ids as they are, without a template; see `Engine.prompt_of_ids`.

        Errors as in `generate`.
        """
        asked = self.answer(
            lambda engine: engine.prompt_of_ids(token_ids, frames),
            schema=schema,
            sampling=sampling,
            regex=regex,
            ebnf=ebnf,
        )
        return await _last(asked)

    def stream(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
        regex: str | None = None,
        ebnf: str | None = None,
    ) -> AsyncGenerator[Piece | Completion]:
        """Answer the messages piece by piece, and with the whole at last; errors as in `generate`.

        Joined, the pieces are the completion's thinking and text. Who stops listening early should close the iterator
        (`contextlib.aclosing`), which cuts the reply.
        """
        return self.answer(
            lambda engine: engine.prompt(messages),
            schema=schema,
            sampling=sampling,
            regex=regex,
            ebnf=ebnf,
            pieces=True,
        )

    async def answer(
        self,
        write: Write,
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
        regex: str | None = None,
        ebnf: str | None = None,
        pieces: bool = False,
    ) -> AsyncGenerator[Piece | Completion]:
        """What every question comes down to: write makes its prompt, in the model's thread; the completion comes last,
        and before it, where they are asked for, the pieces. Closing the iterator cuts the reply; errors as in
        `generate`."""
        self._check_open()
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Piece | Completion | Exception] = asyncio.Queue()
        stopped = Event()

        def tell(part: Piece | Completion | Exception) -> None:
            with suppress(RuntimeError):  # the loop that asked has ended, and nobody listens
                loop.call_soon_threadsafe(told.put_nowait, part)

        def make(engine: Engine) -> Request:
            return Request(write(engine), schema, sampling or self._sampling, regex, ebnf)

        self._worker.submit(self._begin, make, tell, stopped, pieces)
        try:
            while True:
                part = await told.get()
                if isinstance(part, Exception):
                    raise self._said(part)
                yield part
                if isinstance(part, Completion):
                    return
        finally:
            stopped.set()

    async def load(self) -> None:
        """Reads the model now, so that the first question does not pay for it. Raises ModelError."""
        self._check_open()
        await asyncio.get_running_loop().run_in_executor(self._worker, self._load)

    async def reload(self, folder: Path, *, version: str = "") -> None:
        """Goes on with the weights of another folder, once the questions that were asked before are answered.

        version: what `name` and completions say behind the model's name from then on. Both models are in memory for a
        moment. Raises ModelError, and keeps the old one, when the folder's can't be read.
        """
        self._check_open()
        await asyncio.get_running_loop().run_in_executor(self._worker, self._replace, folder, version)

    async def load_tensors(self, tensors: Mapping[str, Tensor], *, version: str) -> None:
        """Goes on with some other weights from memory, once the questions that were asked before are answered.

        tensors: by the names, and in the shapes, of the model's files; those that are not among them stay. They are
        copied, so leave them as they are until this returns. version: as for `reload`. Raises ModelError, and changes
        nothing at all, for a name or a shape that the model does not have.
        """
        self._check_open()
        await asyncio.get_running_loop().run_in_executor(self._worker, self._update, tensors, version)

    def token_text(self, token_id: int) -> str:
        """What a token writes, special ones as they are called. Raises ClientError before the model was read."""
        return self._loaded().tokenizer.decode([token_id], keep_special=True)

    @property
    def context(self) -> int:
        """Tokens that the model takes, prompt and reply together. Raises ClientError before the model was read."""
        return self._loaded().model.config.text.max_position_embeddings

    async def close(self) -> None:
        """Cuts what is running, ends the thread and lets the model go; may be called twice."""
        self._closed.set()
        await asyncio.to_thread(self._worker.shutdown)
        self._engine = None

    def _begin(self, make: Callable[[Engine], Request], tell: Tell, stopped: Event, pieces: bool) -> None:
        """In the worker: hands a question to the engine."""
        if stopped.is_set():
            return
        try:
            self._check_open()
            engine = self._load()
            stream = Stream(engine.tokenizer) if pieces else None
            engine.submit(
                make(engine),
                listener=lambda ticket: self._report(engine, ticket, stream, tell),
                stopped=lambda: stopped.is_set() or self._closed.is_set(),
            )
        except Exception as error:  # every error belongs to the one who asked; here nobody would hear it
            tell(error)
            return
        if not self._stepping:
            self._step()

    def _step(self) -> None:
        """In the worker: one step of the engine; the next one is queued behind the questions that came meanwhile."""
        assert self._engine is not None
        self._stepping = self._engine.step()
        while self._stepping:
            try:
                self._worker.submit(self._step)
                return
            except RuntimeError:  # closed: the queue takes nothing any more, and every reply is being cut
                self._stepping = self._engine.step()

    def _report(self, engine: Engine, ticket: Ticket, stream: Stream | None, tell: Tell) -> None:
        """In the worker: says what is new about a question."""
        if stream is not None and ticket.error is None:
            for piece in stream.more(ticket.reply):
                tell(piece)
        if ticket.over:
            try:
                tell(engine.completion(ticket).model_copy(update={"model": self._name}))
            except Exception as error:
                tell(error)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise ClientError(f"The model {self._name} was closed: make a new client.")

    def _said(self, error: Exception) -> Exception:
        """The error as the walk knows it."""
        if not isinstance(error, (ValueError, RuntimeError)):
            return error
        reason = str(error).strip().splitlines() or [type(error).__name__]
        refusal = ClientError(f"The model {self._name} could not answer: {reason[0]}")
        refusal.__cause__ = error
        return refusal

    def _loaded(self) -> Engine:
        if self._engine is None:
            raise ClientError(f"The model {self._name} is not loaded: await load() first.")
        return self._engine

    def _replace(self, folder: Path, version: str) -> None:
        while self._engine is not None and self._engine.step():
            pass
        self._engine = Engine.load(folder, dtype=self._dtype, device=self._device, **self._how)
        self._folder = folder
        self._name = self._signed(version)

    def _update(self, tensors: Mapping[str, Tensor], version: str) -> None:
        self._load().update(tensors)
        self._name = self._signed(version)

    def _signed(self, version: str) -> str:
        """What records say of weights of this version, as `OpenAIClient` writes it of a server's."""
        return f"{self._given_name} {version}" if version else self._given_name

    def _load(self) -> Engine:
        if self._engine is None:
            self._engine = Engine.load(self._folder, dtype=self._dtype, device=self._device, **self._how)
        return self._engine


async def _last(parts: AsyncIterator[Piece | Completion]) -> Completion:
    completion = None
    async for part in parts:
        completion = part
    assert isinstance(completion, Completion)
    return completion
