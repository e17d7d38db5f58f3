"""AndroidWorld's own episode loop, tasks and checks, with our agent, on a paper phone: a task goes from 0 to 1.

    PYTHON_WITH_ANDROIDWORLD -m tests.walk.androidworld --serial 127.0.0.1:5585 --adb-port 5037

The policy is scripted and finds what it taps by its name, so that what is proven is the way and not a model. Prints a
line a task; exit code 1 when one did not go as it should. docs/androidworld.md says how AndroidWorld is had.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from actions.action import Action, Decision, LeftClick, Open, Swipe, Terminate
from agent.androidworld import androidworld_agent
from agent.evaluation.androidworld import play
from agent.policy import Choice, Identity, Situation
from perception.geometry import Point
from sandboxes.androidworld import open_world

SETTINGS = Open(app="Settings")
FLICK = Swipe(start=Point(x=200, y=700), end=Point(x=200, y=500))

EPISODES: tuple[tuple[str, tuple[Action | str, ...], bool], ...] = (
    ("SystemWifiTurnOn", (SETTINGS, "Network & internet", "Wi-Fi"), True),
    ("SystemWifiTurnOff", (SETTINGS, "Network & internet", "Wi-Fi"), True),
    ("SystemBluetoothTurnOff", (SETTINGS, FLICK, "Connected devices", "Bluetooth"), True),
    ("SystemWifiTurnOnVerify", (), True),
    ("SystemBluetoothTurnOn", (), False),
)
"""Tasks, what the policy does, and whether the check should be content: the last one gives up before it began."""


class Script:
    """Does one thing after another; what is a word is tapped where the screen has it."""

    identity = Identity(policy="script", model="script")

    def __init__(self, env: Any, moves: Sequence[Action | str]) -> None:
        self._env, self._moves = env, list(moves)

    async def decide(self, situation: Situation) -> Choice:
        """The next move, and the end when there is none."""
        if not self._moves:
            return Choice(Decision(thought="Finished", action=Terminate(status="success")))
        move = self._moves.pop(0)
        if not isinstance(move, str):
            return Choice(Decision(thought=move.kind, action=move))
        box = next(each.bbox_pixels for each in self._env.get_state().ui_elements if each.text == move)
        x, y = (int(side) for side in box.center)
        return Choice(Decision(thought=f"Tap {move}", action=LeftClick(at=Point(x=x, y=y))))


def main() -> int:
    """Play all."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.androidworld", description=__doc__)
    parser.add_argument("--serial", required=True)
    parser.add_argument("--adb-port", type=int, default=5037)
    arguments = parser.parse_args()
    env = open_world(arguments.serial, port=arguments.adb_port)
    as_it_should = True
    with asyncio.Runner() as runner:
        for name, moves, content in EPISODES:
            agent = androidworld_agent(env, Script(env, moves), runner, transition_pause=0.3)
            before, result = play(name, env, agent)
            agent.close()
            print(f"{name}: {before} to {result.reward} in {result.steps} steps, success {result.success}", flush=True)
            as_it_should &= result.success is content
    return 0 if as_it_should else 1


if __name__ == "__main__":
    sys.exit(main())
