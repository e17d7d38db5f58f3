"""One task of OSWorld by its own `desktop_env`, and the record of it in OSWorld's own layout.

    results/<action space>/<observation>/<model>/<domain>/<task id>/
        traj.jsonl         a line for each step
        step_N_TIME.png    the screen after it
        result.txt         the score
        runtime.log        what the agent said
        before.json        ours: the score before anything was done; success is to have changed it

There is no recording.mp4: the local guest records none. Imports nothing of `desktop_env`, which is handed in, and runs
in its environment; so does the agent.
"""

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class OfficialAgent(Protocol):
    """What OSWorld's runner wants of an agent."""

    def reset(self, logger: logging.Logger | None = None, vm_ip: str | None = None) -> None:
        """Begin a new episode."""
        ...

    def predict(self, instruction: str, observed: dict[str, Any], /) -> tuple[str, Sequence[Any]]:
        """The reply, and the actions that it comes to."""
        ...


class Place(NamedTuple):
    """Where a task's results lie under the folder of all."""

    model: str
    domain: str
    action_space: str = "pyautogui"
    observation: str = "screenshot"

    def folder(self, results: Path, task_id: str) -> Path:
        """Of one task."""
        return results / self.action_space / self.observation / self.model / self.domain / task_id


class Played(NamedTuple):
    """How a task went."""

    before: float
    """The score of the untouched guest; some tasks have theirs without anything done."""
    after: float
    steps: int

    @property
    def success(self) -> bool:
        """Whether the agent brought it from less than 1 to 1."""
        return self.after == 1.0 and self.before < 1.0


def play(
    environment: Any,
    agent: OfficialAgent,
    task: dict[str, Any],
    results: Path,
    place: Place,
    *,
    max_steps: int = 15,
    pause: float = 0.0,
    settle_seconds: tuple[float, float] = (60.0, 20.0),
) -> Played:
    """Play it and write it down. environment: a `DesktopEnv`; pause: seconds after each action; settle_seconds: before
    the first look and before the evaluation, as OSWorld's runner waits."""
    folder = place.folder(results, task["id"])
    folder.mkdir(parents=True, exist_ok=True)
    environment.reset(task_config=task)
    before = float(environment.evaluate())
    (folder / "before.json").write_text(json.dumps({"score": before}) + "\n")
    runtime = _logger(folder / "runtime.log")
    try:
        agent.reset(runtime, vm_ip=environment.vm_ip)
        seen = environment.reset(task_config=task)
        if settle_seconds[0]:
            time.sleep(settle_seconds[0])
            seen = environment._get_obs()
        num_steps = _steps(environment, agent, task["instruction"], seen, folder, max_steps, pause)
        time.sleep(settle_seconds[1])
        after = float(environment.evaluate())
    finally:
        for handler in list(runtime.handlers):
            runtime.removeHandler(handler)
            handler.close()
    (folder / "result.txt").write_text(f"{after}\n")
    return Played(before, after, num_steps)


def _steps(
    environment: Any,
    agent: OfficialAgent,
    instruction: str,
    seen: dict[str, Any],
    folder: Path,
    max_steps: int,
    pause: float,
) -> int:
    (folder / "traj.jsonl").write_text("")
    for number in range(1, max_steps + 1):
        response, actions = agent.predict(instruction, seen)
        for action in actions:
            moment = f"{datetime.now():%Y%m%d@%H%M%S%f}"
            seen, reward, over, info = environment.step(action, pause)
            name = f"step_{number}_{moment}.png"
            (folder / name).write_bytes(seen["screenshot"])
            line = {
                "step_num": number,
                "action_timestamp": moment,
                "action": action,
                "response": response,
                "reward": reward,
                "done": over,
                "info": info,
                "screenshot_file": name,
            }
            with (folder / "traj.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
            if over:
                return number
    return max_steps


def _logger(path: Path) -> logging.Logger:
    logger = logging.getLogger(f"handeye.osworld.{path.parent.name}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    return logger
