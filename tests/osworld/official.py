"""Plays tasks by the official desktop_env on our guest; started in its environment, ends with one line of JSON.

    official.py JOB.json

JOB: {python, results, cache, episodes}; an episode: {name, task, actions | replies}. `actions` are codes that are done
as they are; `replies` are what a scripted model says, read by the agent class. They share one DesktopEnv, as in
OSWorld's own runner: its imports alone take seconds.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

from actions.codec.codec import codec
from agent.evaluation.osworld import Place, play
from agent.osworld_agent import OSWorldAgent
from agent.policy import ModelPolicy
from perception.clients.scripted import ScriptedClient
from sandboxes.osworld import provider


class Doing:
    """An agent that does what it was told beforehand."""

    def __init__(self, actions: list[str]) -> None:
        self._actions = iter(actions)

    def reset(self, logger: logging.Logger | None = None, vm_ip: str | None = None) -> None:
        assert vm_ip == "127.0.0.1"

    def predict(self, instruction: str, observed: dict[str, Any], /) -> tuple[str, list[str]]:
        assert observed["screenshot"].startswith(b"\x89PNG")
        return "", [next(self._actions)]

    def close(self) -> None:
        """Nothing to let go of."""


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    environment = provider.made(python=job["python"], cache=job["cache"])
    try:
        said = {one["name"]: play_one(environment, one, Path(job["results"])) for one in job["episodes"]}
    finally:
        environment.close()
    print("\n" + json.dumps(said))


def play_one(environment: Any, episode: dict[str, Any], results: Path) -> dict[str, Any]:
    place = Place(episode["name"], "tests")
    agent = Doing(episode["actions"]) if "actions" in episode else scripted(episode["replies"])
    try:
        played = play(environment, agent, episode["task"], results, place, pause=0.3, settle_seconds=(0.0, 0.0))
    finally:
        agent.close()
    return {"before": played.before, "after": played.after, "steps": played.steps}


def scripted(replies: list[str]) -> OSWorldAgent:
    return OSWorldAgent(ModelPolicy(ScriptedClient(replies), codec("qwen3vl"), prompt="computer_use"))


if __name__ == "__main__":
    main()
