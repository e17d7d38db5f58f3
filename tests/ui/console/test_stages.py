"""Several runs at once: each on a stage of its own, a double click is one run, old ones are forgotten."""

import asyncio
import time
from pathlib import Path

import pytest

from agent.events import Watcher
from agent.guard.person import Person
from perception.errors import ModelError
from ui.console import stages as module
from ui.console.stage import Order, StageBusy
from ui.console.stages import MOST_AT_ONCE, Stages


def order(number: int) -> Order:
    return Order(instruction=f"Number {number}", url="painted:", model="")


async def _wait(order: Order, watcher: Watcher, person: Person) -> None:
    await asyncio.sleep(60)


async def _break(order: Order, watcher: Watcher, person: Person) -> None:
    raise ModelError("there is no model")


def test_runs_go_side_by_side_up_to_a_number() -> None:
    stages = Stages(_wait)
    try:
        names = [stages.start(order(number)) for number in range(MOST_AT_ONCE)]
        with pytest.raises(StageBusy, match="stop one"):
            stages.start(order(99))
        assert [name for name, _ in stages.all()] == list(reversed(names))
        newest, second = stages.get(""), stages.get(names[1])
        assert newest is stages.get(names[-1])
        assert second is not None
        assert second.view.order == order(1)
        assert stages.get("no such") is None
        second.close()
        assert stages.start(order(99)) not in names
    finally:
        stages.close()
    assert not any(stage.view.is_busy for _, stage in stages.all())


def test_the_same_order_twice_at_once_is_one_run() -> None:
    stages = Stages(_wait)
    try:
        stages.start(order(1))
        with pytest.raises(StageBusy, match="just been started"):
            stages.start(order(1))
        stages.start(order(2))
        assert len(stages.all()) == 2
    finally:
        stages.close()


def test_old_runs_are_forgotten_and_those_that_go_on_are_not(runs_folder: Path) -> None:
    stages = Stages(_break)
    for number in range(module._MOST_KEPT + 5):
        stages.start(order(number))
        _until_over(stages)
    assert len(stages.all()) == module._MOST_KEPT
    assert stages.at(runs_folder / "one") is None


def _until_over(stages: Stages) -> None:
    deadline = time.monotonic() + 20
    while any(stage.view.is_busy for _, stage in stages.all()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
