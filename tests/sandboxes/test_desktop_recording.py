"""A virtual desktop is recorded with what is done on it."""

import asyncio
from pathlib import Path

import pytest

from actions.action import Key, LeftClick, MouseMove, Scroll, Type
from agent.demonstration import demonstration_of
from perception.geometry import Point, Size
from sandboxes.desktop import DesktopEnvironment
from sandboxes.desktop_recording import DesktopRecording
from sandboxes.errors import SandboxError
from sandboxes.task import Task

pytestmark = [pytest.mark.slow, pytest.mark.desktop]
AT = Point(x=400, y=300)
DONE = [LeftClick(at=AT), Type(text="Hello Wörld, (x)!"), Key(keys=("ctrl", "a")), Scroll(at=AT, pixels=-200)]


async def test_what_is_done_on_a_desktop_is_told_as_it_was(tmp_path: Path):
    environment = DesktopEnvironment(size=Size(width=800, height=600))
    task = Task(id="shown", instruction="", environment="desktop", settings={"launch": [["mousepad"]]})
    try:
        await environment.reset(task)
        assert environment.virtual is not None
        recording = DesktopRecording(tmp_path / "shown", environment=environment.virtual.environment)
        await recording.start()
        assert recording.is_running
        try:
            for action in (MouseMove(at=Point(x=200, y=100)), *DONE):
                await environment.step(action)
                await asyncio.sleep(0.4)
        finally:
            await recording.stop()
            await recording.stop()
    finally:
        await environment.close()
    shown, clip = demonstration_of(tmp_path / "shown")
    assert [step.action for step in shown.steps] == DONE
    assert str(clip.size) == "800x600"
    assert len(clip.frames) >= 3


async def test_without_a_display_the_reason_is_said(tmp_path: Path):
    recording = DesktopRecording(tmp_path / "shown", environment={"DISPLAY": ":987"})
    with pytest.raises(SandboxError, match="can't be recorded"):
        await recording.start()
    await recording.stop()
