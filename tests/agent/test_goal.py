"""Whether "finished" is believed: by a checker, a second look, or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from actions.action import Decision, Terminate
from agent import goal
from agent.goal import Mistakes, belief
from agent.policy import ModelPolicy
from agent.runner import run
from perception.clients.client import Completion, ImagePart, Message
from perception.clients.scripted import ScriptedClient
from perception.observation import Frame
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Score
from tests.walk.toy import QWEN, TASK, follower, policy_of, say, text_of
from ui.words import ending_words, is_good

FRAME = Frame(np.zeros((64, 64, 3), np.uint8))
GOAL = "Save the form"


def judge(reply: str, seen: list[list[Message]] | None = None) -> ModelPolicy:
    def answer(messages: list[Message]) -> Completion:
        if seen is not None:
            seen.append(messages)
        return Completion(text=reply, finish="stop")

    return ModelPolicy(ScriptedClient([answer] * 3), QWEN, prompt="computer_use")


async def test_a_checker_is_believed_and_nobody_asked() -> None:
    policy = judge("{}")
    assert await belief(policy, Score(reward=0, success=False), FRAME, GOAL) == "checked"


@pytest.mark.parametrize(
    ("reply", "known", "expected"),
    [
        ({"seen": "a note: saved", "reached": True}, None, "unverified"),
        ({"seen": "a note: saved", "reached": True}, Mistakes(0.01, 0.1), "seen"),
        ({"seen": "an empty form", "reached": False}, None, "denied"),
        ({"seen": "a note: saved", "reached": True}, Mistakes(0.06, 0.0), "unverified"),
        ({"seen": "an empty form", "reached": False}, Mistakes(0.0, 0.5), "unverified"),
        ("no JSON", None, "unverified"),
    ],
)
async def test_a_second_look(
    monkeypatch: pytest.MonkeyPatch, reply: object, known: Mistakes | None, expected: str
) -> None:
    monkeypatch.setattr(goal, "JUDGES", {} if known is None else {"scripted": known})
    assert await belief(judge(json.dumps(reply)), None, FRAME, GOAL) == expected


async def test_it_knows_goal_and_screen_and_not_the_story() -> None:
    seen: list[list[Message]] = []
    assert await judge('{"seen": "", "reached": true}', seen).is_reached(FRAME, GOAL)
    (message,) = seen[0]
    assert GOAL in text_of(message)
    assert [part.frame for part in message.parts if isinstance(part, ImagePart)] == [FRAME]
    assert "Previous actions" not in text_of(message)


async def test_in_the_compact_style_it_is_reached_when_the_model_would_end_at_once() -> None:
    def compact(decision: Decision) -> ModelPolicy:
        return policy_of(ScriptedClient([say(decision)] * 2))

    assert await compact(Decision(action=Terminate(status="success"))).is_reached(FRAME, GOAL)
    assert await compact(Decision(action=Terminate(status="failure"))).is_reached(FRAME, GOAL) is False


class Unchecked(PaintedEnvironment):
    """The drawn form, of which nobody says whether it is done."""

    async def score(self) -> None:  # type: ignore[override]
        return None


async def test_a_run_that_says_it_is_finished_at_once_is_not_believed(runs_folder: Path) -> None:
    early = [Decision(thought="all done", action=Terminate(status="success"))]
    client = follower(early)

    class Doubts(ModelPolicy):
        async def is_reached(self, frame: Frame, goal: str) -> bool | None:
            assert goal == TASK.instruction
            return False

    outcome = await run(TASK, Unchecked(), Doubts(client, QWEN), runs_folder / "one")  # type: ignore[arg-type]
    assert (outcome.kind, outcome.success, outcome.belief) == ("finished", None, "denied")
    assert not is_good(outcome)
    assert "says that it is not done" in ending_words(outcome)
