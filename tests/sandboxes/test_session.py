"""Sessions for scripts, on the drawn screen."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from actions.action import Wait
from actions.errors import ActionInvalid
from sandboxes.errors import SandboxError
from sandboxes.painted import PaintedEnvironment
from sandboxes.session import Opening
from sandboxes.task import Task

TASK = Task(id="script", instruction="", environment="painted")


def opening(made: list[PaintedEnvironment]) -> Opening:
    def make() -> PaintedEnvironment:
        made.append(PaintedEnvironment())
        return made[-1]

    return Opening(make, TASK)


def test_a_script_without_async_works_a_screen(tmp_path: Path) -> None:
    made: list[PaintedEnvironment] = []
    with opening(made) as screen:
        before = screen.frame
        x, y = (made[0].boxes["Name"].center.x, made[0].boxes["Name"].center.y)
        screen.click(x, y)
        screen.type("Ada")
        assert made[0].values["Name"] == "Ada"
        screen.key("ctrl+a")
        screen.key("backspace")
        assert made[0].values["Name"] == ""
        assert screen.do(Wait(seconds=0)).terminated is False
        assert screen.look().size == before.size == screen.size
        screen.save(tmp_path / "after.png")
        score = screen.score()
        assert score is not None
        assert not score.success
    assert (tmp_path / "after.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(SandboxError):
        asyncio.run(made[0].observe())


async def test_the_same_with_async() -> None:
    made: list[PaintedEnvironment] = []
    async with opening(made) as screen:
        await screen.click(made[0].boxes["Name"].center.x, made[0].boxes["Name"].center.y)
        await screen.type("Ada")
        frame = await screen.until(lambda frame: True)
        assert frame is screen.frame
        assert made[0].values["Name"] == "Ada"


def test_a_session_works_inside_of_a_running_loop() -> None:
    """As in a notebook."""

    async def cell() -> int:
        with opening([]) as screen:
            return screen.size.width

    assert asyncio.run(cell()) > 0


def test_what_can_not_be_is_said() -> None:
    with opening([]) as screen:
        with pytest.raises(ValueError, match="no action for 4 clicks"):
            screen.click(1, 1, count=4)
        with pytest.raises(ActionInvalid, match="no key"):
            screen.key("hyper")
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            screen.until(lambda frame: False, seconds=0.2)
        assert time.monotonic() - begun < 5


def test_a_place_that_does_not_open_leaves_no_thread() -> None:
    import threading

    def broken() -> PaintedEnvironment:
        raise SandboxError("there is none")

    with pytest.raises(SandboxError, match="there is none"), Opening(broken, TASK):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "handeye-session"]


async def test_what_is_kept_is_entered_once_and_left_with_the_session() -> None:
    heard: list[str] = []

    @asynccontextmanager
    async def model() -> AsyncIterator[str]:
        heard.append("in")
        yield "model"
        heard.append("out")

    async with opening([]) as screen:
        assert [await screen.kept("m", model) for _ in range(3)] == ["model"] * 3
        assert heard == ["in"]
    assert heard == ["in", "out"]
