"""The embedded engine as a side, whole and without each of the things that make it fast."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from agent.evaluation.bench.side import Answer, Together
from agent.evaluation.bench.steps import ENDLESS, FORM, Question, messages
from agent.evaluation.memory import peak_mb, resident_mb
from perception.clients.client import Message, Sampling, TextPart
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.fast import is_int8
from perception.qwen3vl.inspection import inspect
from perception.qwen3vl.reply import Request

Way = Literal["whole", "nothing kept", "one a pass"]
_OPTIONS: Mapping[Way, Mapping[str, Any]] = {
    "whole": {},
    "nothing kept": {"keep_bytes": 0},
    "one a pass": {"together": False},
}
_HOUR = 3600.0
_RUN = 25
"""Steps of a run where many are made."""
_NUM_RECENT = 4
"""Turns that the policy shows whole."""


class EmbeddedSide:
    """Our engine; one model for all ways."""

    def __init__(self, folder: Path, dtype: str = "") -> None:
        """dtype: float32 or bfloat16; what the engine finds fast, int8 among them, where empty. Raises ModelError for a
        wrong folder."""
        if dtype:
            from perception.qwen3vl.reference import FORMATS

            loaded = Engine.load(folder, dtype=FORMATS[dtype])
        else:
            loaded = Engine.load(folder, dtype="auto")
        self._loaded = loaded
        # Of its files: a packed model does not tell its parameters any more.
        self._num_parameters = inspect(folder).num_parameters
        self._engines: dict[Way, Engine] = {}

    def about(self) -> dict[str, float | str]:
        """The number of parameters and the format that was chosen."""
        embedding = self._loaded.model.model.language_model.embed_tokens.weight
        dtype = "int8" if is_int8(self._loaded.model) else str(embedding.dtype).removeprefix("torch.")
        return {"parameters": self._num_parameters, "dtype": dtype}

    def forget(self) -> None:
        """See `Side`; all ways forget."""
        self._engines.clear()

    def ask(self, question: Question, told: Sequence[int], num_tokens: int, way: Way = "whole") -> Answer:
        """See `Side`; nobody tells us anything."""
        shown, engine, passes = messages(question), self._engine(way), 0

        def count(ticket: object) -> None:
            nonlocal passes
            passes += 1

        begun = perf_counter()
        ticket = engine.submit(Request(engine.prompt(shown), FORM, _sampling(num_tokens)), listener=count)
        while engine.step():
            pass
        completion = engine.completion(ticket)
        total_ms = (perf_counter() - begun) * 1e3
        ids, usage = completion.token_ids, completion.usage
        return Answer(total_ms, len(ids), ids, usage.prompt_tokens, usage.cached_tokens, passes)

    def ask_together(self, questions: Sequence[Question], told: Sequence[Sequence[int]], num_tokens: int) -> Together:
        """See `Side`: side by side, those that end make room."""
        shown, engine = [messages(question) for question in questions], self._engine("whole")
        begun = perf_counter()
        requests = [Request(engine.prompt(one), FORM, _sampling(num_tokens)) for one in shown]
        completions = engine.generate_batch(requests)
        return Together(perf_counter() - begun, tuple(completion.token_ids for completion in completions))

    def decode(self, question: Question, told: Sequence[int], num_tokens: int) -> tuple[float, tuple[int, ...]]:
        """See `Side`: nothing is guessed or forced."""
        engine = self._engine("one a pass")
        prompt = engine.prompt(messages(question))
        completion = engine.generate(Request(prompt, sampling=_sampling(num_tokens), regex=ENDLESS))
        ids = completion.token_ids
        return (len(ids) - 1) / (completion.timings.decode_ms / 1e3), ids

    def many(self, size: tuple[int, int], num_steps: int, marks: Sequence[int]) -> list[float]:
        """Resident memory in MB after the steps that are marks, of `num_steps` in runs one after the other, whose
        history is shown as the policy does it.

        Before them come as many again but a fifth, which fill what the engine keeps of earlier prompts; and pictures
        are drawn before all, since the fonts that they are drawn with take memory too.
        """
        found, warm = [], num_steps * 4 // 5
        asked = [
            Question(size, number // _RUN, number % _RUN + 1, num_recent=_NUM_RECENT)
            for number in range(warm + num_steps)
        ]
        for question in asked:
            messages(question)
        for number, question in enumerate(asked, start=1 - warm):
            self.ask(question, (), 32)
            if number in marks:
                found.append(resident_mb())
        return found

    def peak_mb(self) -> float:
        """See `Side`."""
        return peak_mb()

    def close(self) -> None:
        """See `Side`."""

    def _engine(self, way: Way) -> Engine:
        """The engine of a way; a new one has its form compiled and knows no prompt, as in a process that has been there
        for a while and sees a new task."""
        if way not in self._engines:
            loaded = self._loaded
            made = Engine(loaded.model, loaded.tokenizer, loaded.processor, **_OPTIONS[way])
            hello = Message(role="system", parts=(TextPart(text="Reply"),))
            made.generate(Request(made.prompt([hello]), FORM, _sampling(2)))
            self._engines[way] = made
        return self._engines[way]


def _sampling(num_tokens: int) -> Sampling:
    return Sampling(max_tokens=num_tokens, max_seconds=_HOUR)
