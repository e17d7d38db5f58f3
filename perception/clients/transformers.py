"""A vision-language model of a folder answered by `transformers`: what our engine is held against, and other models.

Any checkpoint that `AutoProcessor` and `AutoModelForImageTextToText` load, with a schema or without. Needs
`transformers`, which is a dependency of development only; one question at a time, on the CPU. Left out: batches, and
videos other than as their frames.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any

from perception.clients.client import Completion, Message, Sampling, Timings, Usage
from perception.clients.openai_payload import stills
from perception.errors import ClientError, ModelError

if TYPE_CHECKING:
    from perception.qwen3vl.reference import Reference


class TransformersClient:
    """Answers with the model of a folder; loads it at the first question."""

    def __init__(self, folder: Path, *, dtype: str = "float32", sampling: Sampling | None = None) -> None:
        """dtype: bfloat16 or float32; sampling: where a question brings none."""
        self._folder, self._dtype, self._sampling = folder, dtype, sampling or Sampling()
        self._reference: Reference | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="transformers-model")
        self._running: set[Event] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """The folder's name, and who answers."""
        return f"{self._folder.resolve().name} by transformers ({self._dtype})"

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> Completion:
        """Answer the messages; see `ModelClient`. Cancelled, the reply ends with the token it is at.

        Raises ImportError without `transformers`, ModelError for a folder that it can't load, ClientError for messages
        or a schema that the model can't take, and after `close`.
        """
        if self._closed:
            raise ClientError(f"The model {self.name} was closed: make a new client.")
        stopped = Event()
        self._running.add(stopped)
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._worker, self._answer, stills(messages), schema, sampling or self._sampling, stopped.is_set
            )
        finally:
            stopped.set()
            self._running.discard(stopped)

    async def close(self) -> None:
        """Cuts what is running and lets the model go; may be called twice."""
        self._closed = True
        for stopped in self._running:
            stopped.set()
        await asyncio.to_thread(self._worker.shutdown, cancel_futures=True)
        self._reference = None

    def _answer(
        self, messages: list[Message], schema: dict[str, Any] | None, sampling: Sampling, stopped: Callable[[], bool]
    ) -> Completion:
        reference = self._load()
        begun = perf_counter()
        try:
            prompt = reference.prompt(messages)
            num_prompt = reference.inputs(prompt)["input_ids"].shape[1]
            answered = reference.answer(prompt, schema, sampling, stopped)
        except Exception as error:  # a chat template or a model of somebody else's may raise anything
            raise ClientError(f"The model {self.name} could not answer: {_reason(error)}") from error
        return Completion(
            text=reference.text(answered.token_ids),
            finish=answered.finish,
            token_ids=tuple(answered.token_ids),
            logprobs=tuple(answered.logprobs),
            usage=Usage(prompt_tokens=num_prompt, completion_tokens=len(answered.token_ids)),
            timings=Timings(total_ms=(perf_counter() - begun) * 1e3),
            model=self.name,
        )

    def _load(self) -> "Reference":
        if self._reference is None:
            from perception.qwen3vl.reference import Reference

            try:
                self._reference = Reference(self._folder, self._dtype)
            except (OSError, ValueError, KeyError, AttributeError) as error:
                raise ModelError(f"transformers can't load {self._folder}: {_reason(error)}") from error
        return self._reference


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
