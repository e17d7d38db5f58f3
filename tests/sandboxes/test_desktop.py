"""Desktops made on the spot: nothing of them is left, and what breaks says so."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from actions.action import Key, LeftClick, Type
from agent.evaluation.memory import resident_mb
from perception.geometry import Point, Size
from sandboxes.desktop import DesktopEnvironment
from sandboxes.errors import SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.task import Score, Task
from sandboxes.virtual_display import _MARK, VirtualDisplay
from tests.desktops import ROUNDS, needs

pytestmark = pytest.mark.desktop

EDITOR = {"files": {"notes/a.txt": "hello"}, "launch": [["mousepad", "notes/a.txt"]]}


def task(**settings: object) -> Task:
    return Task(id="d", instruction="", environment="desktop", settings=settings)


def leftovers() -> set[str]:
    """Processes of any virtual desktop, and files that they make."""
    found = {path.name for path in Path("/tmp").glob("handeye-desktop-*")}
    found |= {path.name for path in Path("/dev/shm").glob("handeye-screen-*")}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{_MARK}=".encode() in (place / "environ").read_bytes():
                found.add(f"{place.name} {(place / 'comm').read_text().strip()}")
        except OSError:
            continue
    return found


async def test_a_task_in_an_editor_from_files_to_score() -> None:
    needs("Xvfb", "openbox", "mousepad")

    async def check(env: DesktopEnvironment) -> Score:
        text = (env.home / "notes/a.txt").read_text()
        return Score(reward=float(text == "Grüße\n"), success=text == "Grüße\n", facts={"text": text})

    env = DesktopEnvironment(size=Size(width=800, height=600), checker=check)
    before = leftovers()
    try:
        seen = await env.reset(task(**EDITOR))
        assert seen.frame.size == Size(width=800, height=600)
        score = await env.score()
        assert score is not None
        assert not score.success
        for action in (Key(keys=("ctrl", "a")), Type(text="Grüße\n"), Key(keys=("ctrl", "s"))):
            transition = await env.step(action)
        assert transition.info["act_ms"] > 0
        assert transition.observation.url == "desktop://mousepad"
        assert "a.txt" in transition.observation.title
        await asyncio.sleep(0.3)
        score = await env.score()
        assert score is not None
        assert score.success, score.facts
    finally:
        await env.close()
    assert leftovers() <= before


async def test_many_resets_leave_nothing() -> None:
    needs("Xvfb")
    env, before = DesktopEnvironment(size=Size(width=320, height=240)), leftovers()
    for _ in range(5):
        await env.reset(task(files={"a": "b"}))
    memory = resident_mb()
    for _ in range(ROUNDS * 3 // 5):
        await env.reset(task(files={"a": "b"}))
    await env.close()
    assert leftovers() <= before
    assert resident_mb() < memory + 8


async def test_a_server_that_is_killed_is_a_crash_and_a_reset_mends_it() -> None:
    needs("Xvfb")
    env = DesktopEnvironment(size=Size(width=320, height=240))
    try:
        await env.reset(task())
        assert env.virtual is not None
        assert env.virtual._server is not None
        os.kill(env.virtual._server.pid, signal.SIGKILL)
        with pytest.raises(SandboxCrashed):
            async with asyncio.timeout(10):
                await env.step(LeftClick(at=Point(x=1, y=1)))
        assert (await env.reset(task())).frame.size.width == 320
    finally:
        await env.close()


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"fils": {}}, SandboxError, "settings.fils"),
        ({"files": {"../out": "x"}}, SandboxError, "outside of the home folder"),
        ({"launch": [["no-such-program"]]}, SandboxMissing, "no-such-program is not installed"),
    ],
)
async def test_what_can_not_be_is_said_and_leaves_nothing(settings: dict, error: type[Exception], words: str) -> None:
    needs("Xvfb")
    env, before = DesktopEnvironment(size=Size(width=320, height=240)), leftovers()
    with pytest.raises(error, match=words):
        await env.reset(task(**settings))
    await env.close()
    assert leftovers() <= before


async def test_a_program_that_shows_nothing_is_named() -> None:
    needs("Xvfb")
    env = DesktopEnvironment(size=Size(width=320, height=240), start_seconds=0.3)
    with pytest.raises(SandboxError, match="sleep showed nothing"):
        await env.reset(task(launch=[["sleep", "60"]]))
    await env.close()


@pytest.mark.parametrize("hosts", [None, ()])
async def test_only_what_reaches_nothing_holds_all_of_it(hosts: tuple[str, ...] | None) -> None:
    needs("Xvfb", "openbox", "bwrap", "mousepad")
    env = DesktopEnvironment(size=Size(width=320, height=240), isolated=True, allowed_hosts=hosts)
    try:
        await env.reset(task(**EDITOR))
        under = await env.under(LeftClick(at=Point(x=5, y=5)))
        assert (under.url, under.role, under.contained) == ("desktop://mousepad", "unknown", hosts == ())
    finally:
        await env.close()


async def test_programs_that_went_into_the_background_are_ended() -> None:
    needs("Xvfb")
    display, before = VirtualDisplay(Size(width=320, height=240)), leftovers()
    await display.start()
    await display.launch(["sh", "-c", "setsid sleep 300 & exit"])
    for _ in range(100):
        if any("sleep" in name for name in leftovers() - before):
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("it did not start")
    await display.stop()
    await display.stop()
    assert leftovers() <= before


async def test_only_who_has_the_cookie_is_let_in() -> None:
    needs("Xvfb", "xset")
    display = VirtualDisplay(Size(width=320, height=240))
    await display.start()
    codes = []
    for environment in (dict(display.environment), {**display.environment, "XAUTHORITY": "/dev/null"}):
        asked = await asyncio.create_subprocess_exec("xset", "q", env=environment, stdout=-3, stderr=-3)
        codes.append(await asked.wait())
    await display.stop()
    assert codes == [0, 1]
