"""Prints a run as it happens, from the event stream: one line a step, and the outcome as read from the page.

It reads the same on a terminal and in a plain log. What comes from the model or the page is data: it never
reaches the terminal as markup or control characters.
"""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.text import Text

from agent.events import Answered, Asked, Decided, Event, RunEnded, RunStarted, Seen, StepRecorded
from agent.trajectory import Outcome, Step
from ui.cli.exits import plain
from ui.words import (
    action_words,
    ending_words,
    headline,
    is_good,
    page_notes,
    reason_words,
    step_verdict,
    timing_words,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

_INDENT = "       "


class LivePrinter:
    """A watcher that prints; a context manager that leaves the terminal as it was, whatever happens in between."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._url = self._folder = ""
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._say("")

    def __call__(self, event: Event) -> None:
        """Print one event."""
        match event:
            case RunStarted():
                self._started(event)
            case Seen():
                self._seen(event)
            case Decided():
                self._say(f"step {event.index + 1}: {plain(action_words(event.action), 60)}")
            case Asked():
                self._say("")
                self._asked(event)
            case Answered():
                self._say("")
                said = f": {plain(event.answer.reason, 200)}" if event.answer.reason else ""
                self._print(Text(f"{_INDENT}answer: {event.answer.kind.replace('_', ' ')}{said}", "yellow"))
            case StepRecorded():
                self._say("")
                self._print(step_line(event.step))
                for note in page_notes(event.step):
                    self._print(Text(f"{_INDENT}{plain(note, 200)}", "yellow"))
            case RunEnded():
                self._say("")

    def _started(self, event: RunStarted) -> None:
        record, self._folder = event.record, plain(event.folder)
        self._print(Text.assemble(("task   ", "dim"), (plain(record.task.instruction), "bold")))
        self._print(Text.assemble(("model  ", "dim"), plain(record.model)))
        if event.resumed_at:
            self._print(Text(f"goes on at step {event.resumed_at + 1}", "dim"))
        for note in event.notes:
            self._print(Text(f"note   {plain(note)}", "yellow"))

    def _asked(self, event: Asked) -> None:
        question = event.question
        left = max(0.0, question.expires_at - time.time())
        self._print(Text(f"asked  {plain(action_words(question.action), 80)}: {plain(question.reason, 200)}", "yellow"))
        if left >= 1:
            way = f"handeye answer {self._folder} {question.id} approve|refuse"
            self._print(Text(f"{_INDENT}good for {left:.0f} s; from elsewhere: {way}", "dim"))

    def _seen(self, event: Seen) -> None:
        if event.url != self._url:
            self._url = event.url
            self._print(Text.assemble(("page   ", "dim"), plain(event.url)))
        self._say(f"step {event.index + 1}: thinking")

    def _say(self, what: str) -> None:
        """Keep one moving line up to date; only where there is a terminal to move it on."""
        if not self._console.is_terminal:
            return
        if self._status is not None:
            self._status.stop()
            self._status = None
        if what:
            self._status = self._console.status(Text(what, "dim"), spinner="dots")
            self._status.start()

    def _print(self, text: Text) -> None:
        self._console.print(text)


def step_line(step: Step) -> Text:
    """`  3  320x256 1f0c9a2e  Focus "Name"  left_click (96, 60)  ok  see 12  think 210  act 95 ms`."""
    verdict = plain(step_verdict(step), 100)
    style = {"ok": "green", "the end": "cyan"}.get(verdict, "yellow")
    return Text.assemble(
        (f"{step.index + 1:>5}  ", "bold"),
        (f"{step.before.size} {step.before.digest[:8]}  ", "dim"),
        plain(step.thought, 80) or "(no thought)",
        "  ",
        (plain(action_words(step.action), 80), "cyan"),
        "  ",
        (verdict, style),
        (f"  {timing_words(step.timings)}", "dim"),
    )


def print_outcome(console: "Console", outcome: Outcome, folder: Path, replay: Path | None, spent: str = "") -> None:
    """The end of a run: what came of it, what it took, the facts that were read from the page, and where it is kept."""
    word = headline(outcome)
    style = "bold green" if is_good(outcome) else "bold red"
    counts = f"{outcome.steps} steps, {outcome.seconds:.1f} s, {outcome.tokens} tokens"
    console.print(Text.assemble((f"{word:<6} ", style), f"{ending_words(outcome)}; {counts}"))
    for label, text in (("reason", reason_words(outcome)), ("answer", outcome.answer), ("took", spent)):
        if text:
            console.print(Text.assemble((f"{label:<7}", "dim"), plain(text, 400)))
    if outcome.score is not None:
        console.print(Text("as read from the page:", "dim"))
        names = [plain(name) for name in outcome.score.facts]
        width = max(map(len, names), default=0)
        for name, value in zip(names, outcome.score.facts.values(), strict=True):
            console.print(Text.assemble(_INDENT, (f"{name:<{width}}  ", "dim"), plain(_fact(value), 400)))
    console.print(Text.assemble(("run    ", "dim"), str(folder)))
    if replay is not None:
        console.print(Text.assemble(("replay ", "dim"), str(replay)))
    if outcome.kind in ("interrupted", "failed"):
        console.print(Text.assemble(("go on  ", "dim"), f"handeye resume {folder}"))


def _fact(value: Any) -> str:
    """As JSON, which tells text from numbers and nothing from an empty text."""
    return json.dumps(value, ensure_ascii=False, default=str)
