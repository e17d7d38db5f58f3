"""A round of our agent in a loop that is not ours; AndroidWorld's own loop is in tests/walk/androidworld.py."""

import asyncio
from importlib.util import find_spec

import numpy as np
import pytest

from actions.action import Decision, LeftClick, Terminate
from actions.codec.codec import codec
from agent.androidworld import Round, androidworld_agent
from agent.evaluation.androidworld import main
from agent.policy import ModelPolicy
from perception.clients.scripted import ScriptedClient
from perception.geometry import Point, Size
from perception.observation import Frame
from sandboxes.errors import SandboxMissing

SIZE = Size(width=200, height=400)
QWEN = codec("qwen3vl")
TAP = Decision(thought="Tap it", action=LeftClick(at=Point(x=100, y=200)))
END = Decision(thought="Finished", action=Terminate(status="success"))


def screen(shade: int) -> Frame:
    return Frame(pixels=np.full((SIZE.height, SIZE.width, 3), shade, np.uint8))


def replies(*decisions: Decision) -> ScriptedClient:
    return ScriptedClient([QWEN.encode(decision, SIZE, "android") for decision in decisions])


def has_androidworld() -> bool:
    return find_spec("android_world") is not None


def test_each_look_tells_the_policy_what_the_step_before_changed():
    client = replies(TAP, TAP, END)
    with asyncio.Runner() as runner:
        episode = Round(ModelPolicy(client, QWEN, prompt="computer_use"), runner)
        for frame in (screen(10), screen(10), screen(90)):
            choice = episode.decide("turn it on", frame)
            assert choice.decision is not None
            episode.record(frame, choice, "")
        verdicts = [step.verdict for step in episode.steps]
        episode.begin()
        assert episode.steps == []
        episode.close()
    assert [verdict.changed if verdict else None for verdict in verdicts] == [False, True, None]
    assert len(client.asked) == 3
    assert len(client.asked[2]) > len(client.asked[0])  # it is shown the turns before


def test_a_reply_that_is_no_action_is_no_decision():
    with asyncio.Runner() as runner:
        episode = Round(ModelPolicy(ScriptedClient(["hm", "hm"]), QWEN), runner)
        choice = episode.decide("turn it on", screen(1))
        episode.record(screen(1), choice, "")
        assert choice.decision is None
        assert episode.steps[0].action is None
        episode.close()


@pytest.mark.skipif(has_androidworld(), reason="AndroidWorld is installed here")
def test_without_androidworld_one_line_says_so(capsys):
    with asyncio.Runner() as runner, pytest.raises(SandboxMissing, match=r"docs/androidworld\.md"):
        androidworld_agent(None, ModelPolicy(replies(END), QWEN), runner)
    assert main(["--serial", "emulator-5554"]) == 3
    assert capsys.readouterr().err.count("\n") == 1
