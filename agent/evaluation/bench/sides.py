"""All sides of one model: asked in turn, each the same; one that fails or is not equal is left out, with the reason."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Self

from agent.errors import BenchmarkError
from agent.evaluation.bench.embedded import EmbeddedSide
from agent.evaluation.bench.sglang import MISSING, SGLangSide
from agent.evaluation.bench.side import Answer, Child
from agent.evaluation.bench.steps import Question

OURS, SGLANG = "embedded", "sglang"
FORMATS = ("float32", "bfloat16", "int8")
THEIRS = tuple(f"transformers_{name}" for name in FORMATS)
NAMES = (OURS, *THEIRS, SGLANG)


class Subject(NamedTuple):
    """A model that is measured."""

    name: str
    folder: Path
    size: tuple[int, int]
    """Of its screens, in pixels."""


class Sides:
    """A process for each; a context, at whose end there is none."""

    def __init__(self, subject: Subject, environment: Path | None, logs: Path, say: Callable[[str], None]) -> None:
        """environment: SGLang's. Raises BenchmarkError when our own engine can't be started."""
        self.missing: dict[str, str] = {}
        self.children: dict[str, Child] = {}
        self._say, self._subject = say, subject
        self._start(OURS, EmbeddedSide, subject.folder)
        self._start_transformers()
        if environment is None:
            self._drop(SGLANG, MISSING)
        else:
            log = logs / f"sglang-{subject.name}.log"
            self._start(SGLANG, SGLangSide, subject.folder, environment, log, num_cores())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for child in self.children.values():
            child.close(2.0 if any(error) else 60.0)

    def ask(self, question: Question, num_tokens: int, *, forget: bool = False) -> dict[str, Answer]:
        """Everybody's answer, ours first, whose tokens the others are told; forget: all that was asked before."""
        found: dict[str, Answer] = {}
        for name in list(self.children):
            if forget:
                self.call(name, "forget")
            told = found[OURS].token_ids if found else ()
            answer: Answer | None = self.call(name, "ask", question, told, num_tokens)
            if answer is not None and self._equal(name, answer, found[OURS] if found else answer):
                found[name] = answer
        return found

    def call(self, name: str, method: str, *arguments: Any) -> Any:
        """A method of one side; None when that is left out. Raises BenchmarkError when our own engine fails."""
        if name not in self.children:
            return None
        try:
            return self.children[name].call(method, *arguments)
        except BenchmarkError as error:
            if name == OURS:
                raise
            self._drop(name, f"missing: {error}")
            return None

    def keep(self, names: tuple[str, ...]) -> None:
        """Ends the sides but for these."""
        for name in [name for name in self.children if name not in names]:
            self.children.pop(name).close()

    def _start_transformers(self) -> None:
        if find_spec("transformers") is None:
            for name in THEIRS:
                self._drop(name, "missing: .venv/bin/pip install transformers")
            return
        from agent.evaluation.bench.theirs import TransformersSide

        for name, dtype in zip(THEIRS, FORMATS, strict=True):
            self._start(name, TransformersSide, self._subject.folder, dtype)

    def _start(self, name: str, make: Callable[..., Any], *arguments: Any) -> None:
        self._say(f"{self._subject.name}: starting {name}")
        try:
            self.children[name] = Child(name, make, *arguments)
        except BenchmarkError as error:
            if name == OURS:
                raise
            self._drop(name, f"missing: {error}")

    def _drop(self, name: str, reason: str) -> None:
        self._say(f"{self._subject.name}: {name}: {reason}")
        self.missing[name] = reason
        if name in self.children:
            self.children.pop(name).close()

    def _equal(self, name: str, answer: Answer, ours: Answer) -> bool:
        """Whether it read and wrote as many tokens as we did; else what it took says nothing."""
        read, wrote = (answer.num_prompt, ours.num_prompt), (answer.num_tokens, ours.num_tokens)
        if read[0] == read[1] and wrote[0] == wrote[1]:
            return True
        self._drop(name, f"missing: it read {read[0]} tokens of {read[1]} and wrote {wrote[0]} of {wrote[1]}")
        return False


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
