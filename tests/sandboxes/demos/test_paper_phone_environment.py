"""The paper phone as an environment: phone, adb server and connection in one."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import LeftClick, SystemButton
from perception.geometry import Point, Size
from perception.screenshot import difference
from sandboxes.demos.paper_phone.environment import PaperPhoneEnvironment
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.task import Score, Task
from tests.phones import adb_processes, needs_adb

pytestmark = [pytest.mark.android, pytest.mark.asyncio(loop_scope="module")]


async def dark(phone: PaperPhone) -> Score:
    is_dark = (await phone.state())["settings"]["secure"]["ui_night_mode"] == "2"
    return Score(reward=float(is_dark), success=is_dark)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PaperPhoneEnvironment]:
    needs_adb()
    before, os.environ["HOME"] = os.environ["HOME"], str(tmp_path_factory.mktemp("home"))
    processes = adb_processes()
    made = PaperPhoneEnvironment(chromium=chromium, checker=dark)
    yield made
    await made.close()
    os.environ["HOME"] = before
    assert adb_processes() - processes == set()


def task(seed: int = 0, url: str = "") -> Task:
    return Task(id="p", instruction="", environment="paper_phone", seed=seed, url=url)


async def tap(place: PaperPhoneEnvironment, *names: str) -> None:
    """Tap the middle of what has this data-id, which only this test asks the page."""
    for name in names:
        x, y = await place.phone.device.screen.ask("middle", name)
        await place.step(LeftClick(at=Point(x=x, y=y)))


async def test_before_reset_there_is_nothing(place):
    fresh: Environment = PaperPhoneEnvironment()
    with pytest.raises(SandboxError, match="has not been reset"):
        await fresh.observe()
    with pytest.raises(SandboxError):
        await fresh.step(SystemButton(button="home"))
    assert await fresh.score() is None
    await fresh.close()


async def test_an_episode_begins_with_its_seeds_world(place):
    first = await place.reset(task(4, "Contacts"))
    assert first.frame.size == Size(width=412, height=915)
    assert not (await place.score()).success
    await place.step(LeftClick(at=Point(x=200, y=180)))
    other = await place.reset(task(5, "Contacts"))
    again = await place.reset(task(4, "Contacts"))
    # Chromium may smooth a rounded corner by a few pixels otherwise.
    assert difference(first.frame, again.frame).share < 5e-5 < difference(first.frame, other.frame).share


async def test_dark_theme_by_touch_is_a_success(place):
    await place.reset(task())
    await tap(place, "settings", "display", "ui_night_mode")
    assert (await place.score()).success


async def test_a_phone_whose_chromium_died_is_made_anew_and_closed_twice(place):
    await place.reset(task())
    first = place.phone
    await first.device.screen.close()
    with pytest.raises(SandboxError):
        await place.observe()
    seen = await place.reset(task())
    assert place.phone is not first
    assert seen.url == "android://com.android.launcher3"
    await place.close()
    await asyncio.wait_for(place.close(), 5)
    with pytest.raises(SandboxError):
        await place.observe()
