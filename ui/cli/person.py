"""The person at the terminal: asked by name, answered by a word; what they do by hand is typed too.

Answers are read without blocking the run's loop. At the end of the input (Ctrl-D) the question is left to others.
"""

import asyncio
import getpass
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.text import Text

from actions.action import ACTION, Action
from agent.effects import Intent
from agent.guard.question import Answer, Question
from perception.observation import Frame, Observation
from ui.cli.exits import plain
from ui.words import action_words

if TYPE_CHECKING:
    from rich.console import Console

    from agent.booking.ledger import Read
    from perception.extraction.record import Scalar
    from perception.extraction.schema import RecordSchema

CHOICES = "[a]pprove, [r]efuse WHY, [e]dit ACTION, [t]ake over"
_BY_HAND = 'an action as JSON, such as {"kind": "left_click", "at": {"x": 40, "y": 20}}; an empty line hands back'


class TerminalPerson:
    """Whoever sits at this terminal."""

    def __init__(self, console: "Console", read: Callable[[], str] | None = None) -> None:
        """read: gives the next line that is typed, empty at the end of the input; standard input without."""
        self._console = console
        self._read = read or sys.stdin.readline

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        """What they say."""
        self._say("?", f"May this be done?  {action_words(question.action)}", "bold yellow")
        self._say("", question.reason, "yellow")
        for label, text in (("at", question.url), ("thought", question.thought)):
            if text:
                self._say("", f"{label}: {text}", "dim")
        while True:
            self._say("", CHOICES, "dim")
            line = await self._line()
            if line is None:
                return None
            answer = self._parsed(question, line)
            if answer is not None:
                return answer

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        """What they do by hand."""
        self._say("", f"your turn, at {observation.url} ({observation.frame.size} pixels): {_BY_HAND}", "yellow")
        while True:
            line = await self._line()
            if not line:
                return None
            action = self._action(line)
            if action is not None:
                return action

    async def happened(self, intent: Intent, observation: Observation) -> bool | None:
        """Whether an action that a run was cut in has happened; None when they can't tell."""
        self._say("?", f"The run was cut here. Did this happen?  {action_words(intent.action)}", "bold yellow")
        self._say("", f"look at {observation.url}: [y]es, [n]o, or Enter where nobody can tell", "dim")
        line = (await self._line() or "").lower()
        return True if line in ("y", "yes") else False if line in ("n", "no") else None

    async def says(self, name: str, schema: "RecordSchema", read: "Read") -> "dict[str, Scalar] | None":
        """What a document says whose record can't be entered as it was read; None where they leave it."""
        from agent.booking.wanted import meant, title_of, typed

        self._say("?", f"{name}: {read.lacks}", "bold yellow")
        self._say("", "what does it say? Enter keeps what is in brackets; - leaves the document", "dim")
        values: dict[str, Scalar] = {}
        for field in schema.fields:
            value = read.values.get(field.path)
            while True:
                self._say("", f"{title_of(schema, field.path)} [{'' if value is None else typed(field, value)}]", "dim")
                line = await self._line()
                if line is None or line == "-":
                    return None
                values[field.path] = meant(field, line) if line else value
                if not line or values[field.path] is not None:
                    break
                self._say("", f"{line!r} is no {field.kind}", "red")
        return values

    def _parsed(self, question: Question, line: str) -> Answer | None:
        word, _, rest = line.partition(" ")
        by = f"{_user()} at the terminal"
        match word.lower():
            case "a" | "approve":
                return Answer(question=question.id, kind="approve", by=by)
            case "r" | "refuse":
                return Answer(question=question.id, kind="refuse", reason=rest.strip(), by=by)
            case "t" | "take":
                return Answer(question=question.id, kind="take_over", by=by)
            case "e" | "edit":
                action = self._action(rest)
                return action and Answer(question=question.id, kind="edit", action=action, by=by)
        return None

    def _action(self, text: str) -> Action | None:
        try:
            return read_action(text)
        except ValueError as error:
            self._say("", str(error), "red")
            return None

    async def _line(self) -> str | None:
        line = await asyncio.to_thread(self._read)
        return line.strip() if line else None

    def _say(self, mark: str, text: str, style: str) -> None:
        self._console.print(Text(f"{mark:<7}{plain(text, 300)}", style))


def read_action(text: str) -> Action:
    """An action that a person typed. Raises ValueError with a sentence."""
    try:
        return ACTION.validate_python(json.loads(text))
    except ValueError as error:
        raise ValueError(f"{plain(text, 60)!r} is no action: write {_BY_HAND}") from error


def at_terminal(console: "Console") -> TerminalPerson | None:
    """The person, where somebody can type."""
    return TerminalPerson(console) if sys.stdin.isatty() and console.is_terminal else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
