"""`transformers` as a side, in one format: its own cache of each run is used again."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from agent.evaluation.bench.side import Answer, Together
from agent.evaluation.bench.steps import FORM, Question, messages
from agent.evaluation.memory import peak_mb
from perception.clients.client import Message
from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.reference import Reference
from perception.qwen3vl.reference_steps import Kept, ReferenceSteps


class TransformersSide:
    """A Qwen3-VL that `transformers` runs; our own code writes its prompts, which is the faster for it."""

    def __init__(self, folder: Path, dtype: str) -> None:
        """dtype: float32, bfloat16 or int8; errors as in `Reference`."""
        self._reference = Reference(folder, dtype)
        self._steps = ReferenceSteps(self._reference)
        self._kept: dict[int, Kept] = {}

    def forget(self) -> None:
        """See `Side`."""
        self._kept.clear()

    def ask(self, question: Question, told: Sequence[int], num_tokens: int) -> Answer:
        """See `Side`."""
        shown, kept = messages(question), self._of(question)
        begun = perf_counter()
        prompt = self._prompt(shown)
        followed = self._steps.follow(prompt, told, kept)
        total_ms = (perf_counter() - begun) * 1e3
        return Answer(total_ms, len(told), tuple(told), len(prompt.token_ids), followed.num_cached)

    def freely(self, question: Question, num_tokens: int) -> tuple[int, ...]:
        """The reply that it comes to by itself under the form."""
        prompt = self._prompt(messages(question))
        return tuple(self._reference.generate(prompt, FORM, num_tokens).token_ids)

    def ask_together(self, questions: Sequence[Question], told: Sequence[Sequence[int]], num_tokens: int) -> Together:
        """See `Side`: one after the other, each with the cache of its run."""
        shown = [messages(question) for question in questions]
        begun = perf_counter()
        for question, one, tokens in zip(questions, shown, told, strict=True):
            self._steps.follow(self._prompt(one), tokens, self._of(question))
        return Together(perf_counter() - begun)

    def ask_batch(self, questions: Sequence[Question], told: Sequence[Sequence[int]]) -> Together:
        """The same as one batch, for which `generate` takes no caches of different lengths."""
        shown = [messages(question) for question in questions]
        begun = perf_counter()
        self._steps.follow_batch([self._prompt(one) for one in shown], told)
        return Together(perf_counter() - begun)

    def decode(self, question: Question, told: Sequence[int], num_tokens: int) -> tuple[float, tuple[int, ...]]:
        """See `Side`."""
        followed = self._steps.follow(self._prompt(messages(question)), told, self._of(question))
        return (len(told) - 1) / followed.decode_s, tuple(told)

    def peak_mb(self) -> float:
        """See `Side`."""
        return peak_mb()

    def close(self) -> None:
        """See `Side`."""

    def _prompt(self, shown: list[Message]) -> Prompt:
        prompt = self._reference.prompt(shown)
        assert isinstance(prompt, Prompt)
        return prompt

    def _of(self, question: Question) -> Kept:
        return self._kept.setdefault(question.run, Kept())
