"""Kill -9 a run again and again until it has finished, and check that nothing was lost and nothing happened twice.

    python -m tests.walk.kills --kills 200 [--seed 1]

The fast lane does a few. Each kill falls at a random moment after the run was taken up; the form keeps its state in a
file, as a world outside the killed process does.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from actions.action import Decision, LeftClick, Terminate, Type
from agent.events import Event
from agent.recorder import load
from agent.runner import resume, run
from agent.settings import RunSettings
from perception.geometry import Size
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task
from tests.walk.toy import LastingForm, follower, policy_of

FIELDS = ("Name", "Town", "Street")
CHECKS = ("Agree", "Letter")
TASK = Task(
    id="long-form",
    instruction="Fill in the form.",
    environment="painted",
    viewport=Size(width=320, height=320),
    settings={
        "fields": FIELDS,
        "checks": CHECKS,
        "wanted": {**{name: f"my {name}" for name in FIELDS}, **dict.fromkeys(CHECKS, True)},
    },
)
SETTINGS = RunSettings(max_steps=200, stuck_after=20)
PAUSE = 0.02


class Tally(NamedTuple):
    """What came of many kills."""

    kills: int
    runs: int
    uncertain: int
    """Actions that were under way when a kill fell."""


async def plan() -> list[Decision]:
    """The decisions that fulfil the task."""
    form = PaintedEnvironment()
    await form.reset(TASK)
    at = {name: box.center for name, box in form.boxes.items()}
    decisions: list[Decision] = []
    for name in FIELDS:
        decisions.append(Decision(thought=f'Focus "{name}"', action=LeftClick(at=at[name])))
        decisions.append(Decision(thought=f'Type "my {name}"', action=Type(text=f"my {name}")))
    decisions += [Decision(thought=f'Tick "{name}"', action=LeftClick(at=at[name])) for name in CHECKS]
    decisions.append(Decision(thought='Click "Save"', action=LeftClick(at=at["Save"])))
    return [*decisions, Decision(thought="Finished", action=Terminate(status="success"))]


async def go_on(folder: Path) -> None:
    """The child: begin the run, or resume it, and say when it is taken up and how it ended."""

    def tell(event: Event) -> None:
        if event.type in ("run_started", "run_ended"):
            print(event.type, flush=True)

    form = LastingForm(folder, pause=PAUSE)
    policy = policy_of(follower(await plan()))
    if (folder / "run" / "run.json").exists():
        await resume(folder / "run", form, policy, watcher=tell)
    else:
        await run(TASK, form, policy, folder / "run", SETTINGS, watcher=tell)


def kill_until_finished(folder: Path, chance: random.Random, max_kills: int) -> Tally:
    """One run, killed up to `max_kills` times. Raises AssertionError when a step or an effect is lost or doubled."""
    kills = 0
    recorded: list[bytes] = []
    while True:
        delay = chance.uniform(0.0, 0.4) if kills < max_kills else None
        finished = _one_process(folder, delay)
        lines = (folder / "run" / "steps.jsonl").read_bytes().split(b"\n")[:-1]
        assert lines[: len(recorded)] == recorded, "a recorded step was lost or changed"
        recorded = lines
        if finished:
            break
        kills += 1
    return _check(folder, kills)


def _one_process(folder: Path, delay: float | None) -> bool:
    """Whether the process ended the run; otherwise it was killed `delay` seconds after it had taken it up."""
    command = [sys.executable, "-m", "tests.walk.kills", "--child", str(folder)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "run_started\n"
        try:
            output, _ = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    return "run_ended" in output


def _check(folder: Path, kills: int) -> Tally:
    trajectory = load(folder / "run")
    outcome = trajectory.run.outcome
    assert outcome is not None
    assert (outcome.kind, outcome.success) == ("finished", True), outcome
    carried_out = LastingForm(folder).carried_out()
    assert len(carried_out) == len(set(carried_out)), "an action was carried out twice"
    return Tally(kills, 1, sum("uncertain" in step.info for step in trajectory.steps))


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        asyncio.run(go_on(arguments.child))
        return
    chance = random.Random(arguments.seed)
    total = Tally(0, 0, 0)
    while total.kills < arguments.kills:
        with tempfile.TemporaryDirectory() as folder:
            tally = kill_until_finished(Path(folder), chance, min(5, arguments.kills - total.kills))
        total = Tally(*(a + b for a, b in zip(total, tally, strict=True)))
        print(f"{total.kills} kills in {total.runs} runs, {total.uncertain} in the middle of an action", flush=True)


if __name__ == "__main__":
    main()
