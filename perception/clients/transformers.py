"""A model's folder answered by `transformers`, greedily, under our prompts and schemas: our engine is held against it.

Needs `transformers`, which is a dependency of development only. Left out: sampling, and batches.
"""

import asyncio
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from perception.clients.client import Completion, Message, Sampling, Timings, Usage

if TYPE_CHECKING:
    from perception.qwen3vl.reference import Reference


class TransformersClient:
    """Answers with the model of a folder; loads it at the first question."""

    def __init__(self, folder: Path, *, dtype: str = "float32", sampling: Sampling | None = None) -> None:
        """dtype: bfloat16 or float32; of the sampling, only the number of tokens counts."""
        self._folder, self._dtype, self._sampling = folder, dtype, sampling or Sampling()
        self._reference: Reference | None = None

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
        """Answer the messages; see `ModelClient`. Raises ImportError without `transformers`, ValueError without a
        schema."""
        if schema is None:
            raise ValueError("this client answers under a schema only: give one")
        return await asyncio.to_thread(self._answer, messages, schema, sampling or self._sampling)

    async def close(self) -> None:
        """Let the model go; may be called twice."""
        self._reference = None

    def _answer(self, messages: list[Message], schema: dict[str, Any], sampling: Sampling) -> Completion:
        if self._reference is None:
            from perception.qwen3vl.reference import Reference

            self._reference = Reference(self._folder, self._dtype)
        begun = perf_counter()
        prompt = self._reference.prompt(messages)
        answered = self._reference.generate(prompt, schema, sampling.max_tokens)
        ids = answered.token_ids
        return Completion(
            text=self._reference.text(ids),
            finish="length" if len(ids) >= sampling.max_tokens else "stop",
            token_ids=tuple(ids),
            usage=Usage(prompt_tokens=len(prompt.token_ids), completion_tokens=len(ids)),
            timings=Timings(total_ms=(perf_counter() - begun) * 1e3),
            model=self.name,
        )
