"""Runs to exchange: recorded for real, with small pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from actions.action import Action, LeftClick
from agent.recorder import Recorder, image_store
from agent.trajectory import Outcome, Reply, RunRecord, Step, Trajectory
from perception.geometry import Point, Size
from perception.observation import Frame, ImageRef
from sandboxes.scrubbing import Scrubber
from sandboxes.task import Task

SIZE = Size(width=64, height=32)
CLICK = LeftClick(at=Point(x=32, y=8))
REPLY = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [500, 250]}'
SUCCESS = Outcome(kind="finished", success=True)
NO_SECRETS = Scrubber({})


def picture(number: int) -> Frame:
    """A picture that looks like no other number's."""
    blocks = np.random.default_rng(number).integers(0, 255, (8, 16, 3), np.uint8)
    return Frame(blocks.repeat(4, axis=0).repeat(4, axis=1))


def step(index: int, before: ImageRef, action: Action | None = CLICK, **fields: Any) -> Step:
    """A step of the model, which said REPLY."""
    given: dict[str, Any] = {"replies": (Reply(text=REPLY, finish="stop"),), "thought": 'Click "Save"'}
    return Step(index=index, time="2026-01-01T00:00:00+00:00", before=before, action=action, **{**given, **fields})


def record(
    folder: Path,
    fields: Sequence[dict[str, Any]] = ({},),
    *,
    task: Task | None = None,
    outcome: Outcome | None = SUCCESS,
    pictures: Sequence[int] | None = None,
    **run: Any,
) -> Path:
    """A run with a step for each of `fields`; `pictures`: which picture each step saw."""
    task = task or Task(id=folder.name, instruction='Press "Save"', environment="browser")
    recorder = Recorder.create(folder, RunRecord(id=folder.name, started="s", task=task, model="m", **run))
    store = image_store(folder)
    for index, given in enumerate(fields):
        before = store.put(picture(pictures[index] if pictures else index))
        recorder.append(step(index, before, **given))
    recorder.conclude(outcome)
    recorder.close()
    return folder


def essence(step: Step) -> dict[str, Any]:
    """What of a step must come back."""
    kept = {"action", "replies", "thought", "shown_history", "before", "after", "actor", "error", "verdict", "url"}
    return step.model_dump(include=kept)


def essences(trajectory: Trajectory) -> list[dict[str, Any]]:
    """Of all steps."""
    return [essence(one) for one in trajectory.steps]
