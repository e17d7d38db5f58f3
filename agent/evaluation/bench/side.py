"""One of those that are measured, in a process of its own: its memory is its own, and when it is not asked it rests.

A `Side` answers; `Child` starts one and hands it questions. Only questions and numbers pass between the processes: each
draws its screens itself, before the clock starts.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIG_IGN, SIGINT, signal
from typing import Any, NamedTuple, Protocol

from agent.errors import BenchmarkError
from agent.evaluation.bench.steps import Question


class Answer(NamedTuple):
    """One reply and what it cost, from messages to the last token."""

    total_ms: float
    num_tokens: int
    token_ids: tuple[int, ...] = ()
    """Empty where a server does not tell."""
    num_prompt: int = 0
    num_cached: int = 0
    """Tokens of the prompt that were known from before."""
    num_passes: int = 0
    """Of the model over the reply; 0 where a pass is a token."""


class Together(NamedTuple):
    """Replies to questions that were asked at the same time."""

    seconds: float
    token_ids: tuple[tuple[int, ...], ...] = ()


class Side(Protocol):
    """Whoever is measured. `told`: the tokens of the reply, which we drew first; others write those, or as many."""

    def forget(self) -> None:
        """Forgets what it kept of earlier questions."""
        ...

    def ask(self, question: Question, told: Sequence[int], num_tokens: int) -> Answer:
        """Answers; num_tokens: at most, where nothing is told."""
        ...

    def ask_together(self, questions: Sequence[Question], told: Sequence[Sequence[int]], num_tokens: int) -> Together:
        """Answers questions of different runs as they come to it at one time."""
        ...

    def decode(self, question: Question, told: Sequence[int], num_tokens: int) -> tuple[float, tuple[int, ...]]:
        """Tokens a second behind the first, one a pass, and which they were."""
        ...

    def peak_mb(self) -> float:
        """The most memory that was resident, in MB, of the process that has the model."""
        ...

    def close(self) -> None:
        """Ends what it has started."""
        ...


class Child:
    """A process with a side in it."""

    def __init__(self, name: str, make: Callable[..., Any], *arguments: Any) -> None:
        """make: a class that can be imported, called with the arguments there. Raises BenchmarkError when it fails."""
        self.name = name
        context = get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, make, arguments), daemon=True)
        self._process.start()
        there.close()
        self._answer()

    def call(self, method: str, *arguments: Any) -> Any:
        """Calls a method there. Raises BenchmarkError with its words when it fails, or when the process has ended."""
        self._pipe.send((method, arguments))
        return self._answer()

    def close(self, patience: float = 60.0) -> None:
        """Ends the process, after so many seconds the hard way; may be called twice."""
        if self._process.is_alive():
            with suppress(OSError):  # it is just ending by itself
                self._pipe.send(None)
            self._process.join(patience)
            self._process.kill()
        self._process.join()

    def _answer(self) -> Any:
        try:
            answered, value = self._pipe.recv()
        except EOFError as error:
            self._process.join()
            raise BenchmarkError(f"{self.name} ended by itself, with code {self._process.exitcode}") from error
        if not answered:
            self.close()
            raise BenchmarkError(f"{self.name}: {value}")
        return value


def _serve(pipe: Connection, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Runs in the process: makes the side, then answers until None comes."""
    signal(SIGINT, SIG_IGN)  # who interrupts the benchmark means the process that started this one
    side = None
    try:
        side = make(*arguments)
        pipe.send((True, None))
        while (asked := pipe.recv()) is not None:
            method, given = asked
            pipe.send((True, getattr(side, method)(*given)))
    except EOFError:
        pass  # nobody is there any more
    except Exception as error:  # whatever it is, the one who asked has to hear it
        pipe.send((False, f"{type(error).__name__}: {error}"))
    finally:
        if side is not None:
            side.close()
