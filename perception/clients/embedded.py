"""Our own engine as a client: the one place where the async walk meets torch.

One worker thread owns the model, which is read at the first question. A question that is cancelled is cut after the
pass it is in, so that the next one does not wait for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Literal, TypeVar

import torch

from perception.clients.client import Completion, Message, Sampling
from perception.errors import ClientError
from perception.qwen3vl.engine import Dtype, Engine
from perception.qwen3vl.reply import Request

_Result = TypeVar("_Result")


class EmbeddedClient:
    """Answers with the model of a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        sampling: Sampling | None = None,
        dtype: Literal["float32", "bfloat16", "int8"] | None = None,
        device: str = "cpu",
    ) -> None:
        """name: what records say, the folder's name without; sampling: where a question brings none; dtype None: what
        is fast here. Reads nothing yet."""
        self._folder = folder
        self._name = name or folder.resolve().name
        self._sampling = sampling or Sampling()
        self._dtype: Dtype | None = getattr(torch, dtype) if dtype in ("float32", "bfloat16") else dtype
        self._device = device
        self._engine: Engine | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="embedded-model")
        self._running: set[Event] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """The model's name and version, as given."""
        return self._name

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> Completion:
        """Answer the messages; see `ModelClient`.

        Raises ModelError when the folder's files are missing or wrong, ClientError for a schema or a conversation that
        the engine can't take, and after `close`.
        """
        return (await self.generate_batch([messages], schema=schema, sampling=sampling))[0]

    async def generate_batch(
        self,
        conversations: Sequence[list[Message]],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> list[Completion]:
        """Answer several conversations side by side, in their order; errors as in `generate`."""

        def work(stopped: Event) -> list[Completion]:
            engine = self._load()
            chosen = sampling or self._sampling
            requests = [Request(engine.prompt(messages), schema, chosen) for messages in conversations]
            return engine.generate_batch(requests, stopped=stopped.is_set)

        completions = await self._run(work)
        return [completion.model_copy(update={"model": self._name}) for completion in completions]

    async def load(self) -> None:
        """Reads the model now, so that the first question does not pay for it. Raises ModelError."""
        await self._run(lambda stopped: self._load())

    async def close(self) -> None:
        """Cuts what is running, ends the thread and lets the model go; may be called twice."""
        self._closed = True
        for stopped in self._running:
            stopped.set()
        await asyncio.to_thread(self._worker.shutdown, cancel_futures=True)
        self._engine = None

    async def _run(self, work: Callable[[Event], _Result]) -> _Result:
        """Runs work in the worker thread; a cancelled wait tells it to stop."""
        if self._closed:
            raise ClientError(f"The model {self._name} was closed: make a new client.")
        stopped = Event()
        self._running.add(stopped)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, self._guarded, work, stopped)
        finally:
            stopped.set()
            self._running.discard(stopped)

    def _guarded(self, work: Callable[[Event], _Result], stopped: Event) -> _Result:
        try:
            return work(stopped)
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise ClientError(f"The model {self._name} could not answer: {reason[0]}") from error

    def _load(self) -> Engine:
        if self._engine is None:
            self._engine = Engine.load(self._folder, dtype=self._dtype, device=self._device)
        return self._engine
