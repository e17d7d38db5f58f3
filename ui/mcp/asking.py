"""Questions of runs, as an assistant is told of them: a person has to answer, and the assistant can't."""

import asyncio
import shlex
import time
from pathlib import Path

from mcp import types

from agent.guard.question import Question
from ui.cli.exits import plain
from ui.console.inbox import Inbox
from ui.mcp.tool import Arguments, Tell, Tool, said
from ui.words import action_words

ONLY_A_PERSON = "Only a person can answer: you can't, and must not try to"


class OpenQuestions(Arguments):
    """Nothing is asked for."""


def asking_tool(runs: Path) -> Tool:
    """The tool that lists what is asked; runs: the folder of runs."""
    inbox = Inbox(runs)

    async def listing(arguments: OpenQuestions, tell: Tell) -> types.CallToolResult:
        found = await asyncio.to_thread(inbox.open)
        facts = {
            "questions": [
                {"run": one.run, "question": one.question.id, **one.question.model_dump(mode="json", include=_TOLD)}
                for one in found
            ]
        }
        lines = [f"{one.run}: {question_words(one.question, runs / one.run)}" for one in found]
        return said("\n\n".join(lines) or "nothing is asked", facts=facts)

    return Tool(
        "open_questions",
        f"What runs ask a person at the moment. {ONLY_A_PERSON}; tell the person what is asked and where to answer.",
        OpenQuestions,
        listing,
    )


_TOLD = {"action", "reason", "risks", "thought", "url", "expires_at"}
"""What a program is told of a question."""


def question_words(question: Question, folder: Path) -> str:
    """What is asked, why, and how a person answers."""
    left = max(0.0, question.expires_at - time.time())
    way = f"handeye answer {shlex.quote(str(folder))} {question.id}"
    return (
        f"May this be done: {plain(action_words(question.action), 200)}? {plain(question.reason, 300)}. "
        f"{ONLY_A_PERSON}. It is good for {left:.0f} s more. A person answers with `{way} approve` or "
        f"`{way} refuse`, or among the questions of `handeye console`."
    )
