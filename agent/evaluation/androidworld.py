"""AndroidWorld's tasks played by our agent, in AndroidWorld's own episode loop and with its own checks.

    python -m agent.evaluation.androidworld --serial emulator-5554 --tasks SystemWifiTurnOn --model http://localhost:30000
    python -m agent.evaluation.androidworld --serial 127.0.0.1:5585

One line of JSON a task: the check before the agent did anything, and after. A success counts only where the check said
no before, unless the task's name ends in Verify: these begin fulfilled. docs/androidworld.md says what to install.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from agent.androidworld import androidworld_agent
from agent.asking import policy_of
from agent.evaluation.benchmark import EpisodeResult
from agent.settings import ModelSettings
from perception.errors import HandEyeError
from sandboxes.androidworld import open_world, part
from sandboxes.errors import SandboxMissing

FAMILY = "android_world"
DEFAULT_TASKS = ("SystemWifiTurnOn", "SystemWifiTurnOff", "SystemBluetoothTurnOn", "SystemBluetoothTurnOff")
STEPS_PER_COMPLEXITY = 10
"""AndroidWorld's budget of steps."""


def task_types() -> dict[str, Any]:
    """All of AndroidWorld's tasks by their names. Raises SandboxMissing without it."""
    return part("android_world.registry").TaskRegistry().get_registry(FAMILY)


def play(name: str, env: Any, agent: Any, *, seed: int = 30) -> tuple[float, EpisodeResult]:
    """Play a task; returns what its check said before, and how it went. Raises KeyError for an unknown task."""
    kind = task_types()[name]
    random.seed(seed)
    task = kind({**kind.generate_random_params(), "seed": seed})
    begun = time.perf_counter()
    task.initialize_task(env)
    try:
        before = float(task.is_successful(env))
        most = round(STEPS_PER_COMPLEXITY * task.complexity)
        episode = part("android_world.episode_runner").run_episode(
            task.goal,
            agent,
            max_n_steps=most,
            start_on_home_screen=task.start_on_home_screen,
            print_fn=lambda line: None,
        )
        after = float(task.is_successful(env)) if episode.done else 0.0
    finally:
        task.tear_down(env)
    success = after == 1.0 and (before < 1.0 or name.endswith("Verify"))
    steps = len(episode.step_data.get("action", []))
    seconds = time.perf_counter() - begun
    return before, EpisodeResult(name=name, success=success, reward=after, steps=steps, seconds=seconds)


def main(words: Sequence[str] | None = None) -> int:
    """Play the tasks that were asked for; 0 when all were played, 2 for a task that there is not, 3 when a part is
    missing, 4 when something broke."""
    parser = argparse.ArgumentParser(prog="python -m agent.evaluation.androidworld", description=__doc__)
    parser.add_argument("--serial", required=True, help="of the device, as `adb devices` lists it")
    parser.add_argument("--adb-port", type=int, default=5037, help="of the adb server")
    parser.add_argument("--tasks", default=",".join(DEFAULT_TASKS), metavar="A,B", help="names, or all")
    parser.add_argument("--model", default=ModelSettings().name, help="as for handeye run")
    parser.add_argument("--seed", type=int, default=30, help="draws what tasks ask for")
    arguments = parser.parse_args(words)
    try:
        known = task_types()
        names = list(known) if arguments.tasks == "all" else arguments.tasks.split(",")
        if unknown := [name for name in names if name not in known]:
            sys.stderr.write(f"AndroidWorld has no task {', '.join(unknown)}, of {len(known)}.\n")
            return 2
        _play_all(arguments, names)
    except HandEyeError as error:
        sys.stderr.write(f"{error}\n")
        return 3 if isinstance(error, SandboxMissing) else 4
    return 0


def _play_all(arguments: argparse.Namespace, names: Sequence[str]) -> None:
    env = open_world(arguments.serial, port=arguments.adb_port)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            policy = runner.run(stack.enter_async_context(policy_of(ModelSettings(name=arguments.model))))
            agent = androidworld_agent(env, policy, runner)
            stack.callback(agent.close)
            for name in names:
                before, result = play(name, env, agent, seed=arguments.seed)
                sys.stdout.write(json.dumps({"before": before, **result.model_dump()}) + "\n")
                sys.stdout.flush()
        finally:
            runner.run(stack.aclose())


if __name__ == "__main__":
    sys.exit(main())
