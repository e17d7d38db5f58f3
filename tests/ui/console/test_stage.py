"""The stage holds one run at a time, tells what it does, and stops it so that it can be resumed."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from actions.codec.codec import codec
from agent import runner
from agent.events import Watcher
from agent.guard.person import Person
from agent.policy import ModelPolicy
from agent.recorder import load, new_folder
from agent.trajectory import Outcome
from perception.clients.scripted import ScriptedClient
from perception.errors import ModelError
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task
from ui.console.live import live_html
from ui.console.stage import Launch, Order, Stage, StageBusy, View

EVIL = "<img src=x onerror=alert(1)>"
ORDER = Order(instruction="Wait", url="painted:", model="scripted")
WAIT = json.dumps({"thought": EVIL, "action": "wait", "time": 0.05})
END = json.dumps({"thought": "Finished", "action": "terminate", "status": "success"})


def painted(runs: Path, replies: list[str]) -> Launch:
    """Carries an order out on the drawn form, with these replies."""

    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        task = Task(id="run", instruction=order.instruction, environment="painted")
        policy = ModelPolicy(ScriptedClient(replies), codec("qwen3vl"))
        await runner.run(task, PaintedEnvironment(), policy, new_folder(runs, "run"), None, watcher, person=person)

    return launch


def until(stage: Stage, holds: Callable[[View], bool], seconds: float = 20.0) -> View:
    """Wait until the view is as wanted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds(stage.view):
            return stage.view
        time.sleep(0.01)
    raise AssertionError(f"not in {seconds} s: {stage.view}")


def test_a_run_is_seen_from_its_start_to_its_outcome(runs_folder: Path) -> None:
    stage = Stage(painted(runs_folder, [WAIT, WAIT, END]))
    assert stage.view.phase == "idle"
    stage.start(ORDER)
    view = until(stage, lambda view: view.phase == "ended")
    assert view.outcome is not None
    assert view.outcome.kind == "finished"
    assert len(view.steps) == 3
    assert view.folder is not None
    assert load(view.folder).run.outcome == view.outcome
    shown = live_html(view)
    assert "data:image/png" in shown
    assert EVIL not in shown
    assert "&lt;img src=x" in shown


def test_a_stopped_run_is_interrupted_and_another_can_begin(runs_folder: Path) -> None:
    stage = Stage(painted(runs_folder, [WAIT] * 500))
    stage.start(ORDER)
    with pytest.raises(StageBusy, match="under way"):
        stage.start(ORDER)
    until(stage, lambda view: len(view.steps) >= 1)
    stage.stop()
    stage.stop()
    view = until(stage, lambda view: view.phase == "ended")
    assert view.outcome is not None
    assert view.outcome.kind == "interrupted"
    stage.start(ORDER)
    until(stage, lambda view: view.phase == "running")
    stage.close()
    assert stage.view.phase == "ended"


def test_what_keeps_a_run_from_beginning_is_said() -> None:
    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        raise ModelError("there is no model <x>")

    stage = Stage(launch)
    stage.start(ORDER)
    view = until(stage, lambda view: view.phase == "ended")
    assert view.error == "there is no model <x>"
    assert "there is no model &lt;x&gt;" in live_html(view)


def test_stopping_before_the_run_began_leaves_nothing(runs_folder: Path) -> None:
    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        await asyncio.sleep(60)

    stage = Stage(launch)
    stage.start(ORDER)
    stage.close()
    assert stage.view.phase == "ended"
    assert stage.view.error == "stopped before the run began"
    assert list(runs_folder.iterdir()) == []


def test_what_waits_for_a_person_is_said_and_drawn(runs_folder: Path) -> None:
    stage = Stage(painted(runs_folder, [WAIT] * 500))
    stage.start(ORDER)
    until(stage, lambda view: len(view.steps) >= 1)
    stage.seat.pause()
    view = until(stage, lambda view: view.sitting.held > 0)
    assert "waits to be let go: wait 0.05 s" in live_html(view)
    stage.seat.say(EVIL)
    view = until(stage, lambda view: view.sitting.told == (EVIL,) and view.sitting.held > 0)
    assert EVIL not in live_html(view)
    assert "You told it" in live_html(view)
    stage.seat.take_over()
    view = until(stage, lambda view: view.sitting.turn > 0)
    assert "Your turn" in live_html(view)
    stage.close()
    assert stage.view.sitting.turn == 0
    assert stage.view.outcome is not None
    assert stage.view.outcome.kind == "interrupted"


def test_of_a_batch_the_newest_run_is_shown(runs_folder: Path) -> None:
    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        for replies in ([WAIT, WAIT, END], [WAIT, END]):
            await painted(runs_folder, replies)(order, watcher, person)

    stage = Stage(launch)
    stage.start(replace(ORDER, documents=("0f", "1f")))
    view = until(stage, lambda view: view.phase == "ended")
    assert len(list(runs_folder.iterdir())) == 2
    assert view.folder is not None
    assert (len(view.steps), load(view.folder).steps) == (2, view.steps)
    interrupted = replace(view, outcome=Outcome(kind="interrupted"))
    assert "send the documents once more" in live_html(interrupted)
    assert "handeye resume" not in live_html(interrupted)
    assert "handeye resume" in live_html(replace(interrupted, order=ORDER))
