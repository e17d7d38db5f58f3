"""The Android environment against a paper phone through the real adb server."""

import asyncio
import os
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import LeftClick, LongPress, Open, RightClick, Swipe, SystemButton, Type, Wait
from actions.adb import AdbDevice
from actions.errors import ActionInvalid, ActionUnsupported
from agent.evaluation.memory import resident_mb
from perception.geometry import Point, Size
from perception.screenshot import decode_png
from perception.server.address import free_port
from sandboxes.adb_server import AdbServer
from sandboxes.android import AndroidEnvironment
from sandboxes.environment import Environment
from sandboxes.errors import PageError, SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.task import Score, Task
from tests.phones import SIZE, adb_processes, connected, needs_adb

pytestmark = [pytest.mark.android, pytest.mark.asyncio(loop_scope="module")]

SETTINGS_ICON = Point(x=66, y=787)
HOME = "android://com.android.launcher3"


def task(**more) -> Task:
    return Task(id="t", instruction="", environment="android", **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(chromium: Path, tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("adb")
    before = os.environ["HOME"]
    os.environ["HOME"] = str(home)  # Where adb, started by the environment, has its keys.
    async with connected(home, chromium) as both:
        yield both
    os.environ["HOME"] = before


@pytest_asyncio.fixture(loop_scope="module")
async def phone(pair):
    phone, _ = pair
    phone.device.dump_seconds = 0.0
    await phone.reset()
    return phone


@pytest_asyncio.fixture(loop_scope="module")
async def android(pair, phone):
    environment = AndroidEnvironment(serial=phone.address, port=pair[1].port, action_seconds=10)
    yield environment
    await environment.close()
    await pair[1].run("connect", phone.address)


async def test_a_task_begins_at_home_on_a_phone_that_is_awake(phone, android):
    made: Environment = android
    await phone.device.screen.ask("open", "com.android.settings", "display")
    await phone.device.screen.ask("key", "POWER")
    seen = await made.reset(task())
    assert (made.surface, seen.url, seen.title) == ("android", HOME, "com.android.launcher3.Launcher")
    assert seen.frame.size == Size(width=412, height=915)
    assert (seen.frame.pixels == decode_png(await phone.device.screen.picture()).pixels).all()
    assert (await phone.state())["screen"] == {"on": True, "locked": False, "shade": False}
    assert seen.notes == ()


@pytest.mark.parametrize(
    ("url", "activity"),
    [
        ("Settings", "com.android.settings/com.android.settings.Settings"),
        ("com.android.deskclock", "com.android.deskclock/com.android.deskclock.DeskClock"),
        ("org.paperphone.notes/.EditActivity", "org.paperphone.notes/org.paperphone.notes.EditActivity"),
        (
            "android.settings.WIFI_SETTINGS",
            "com.android.settings/com.android.settings.Settings$NetworkDashboardActivity",
        ),
    ],
)
async def test_a_tasks_url_is_opened(android, url, activity):
    seen = await android.reset(task(url=url))
    assert (seen.url, seen.title) == ("android://" + activity.split("/")[0], activity.split("/")[1])


@pytest.mark.parametrize("url", ["Chess", "com.nobody.here/.Main", "https://example.org/", "no.such.ACTION"])
async def test_a_url_that_nothing_opens_is_a_page_error(android, url):
    with pytest.raises(PageError, match=f"{url} can't be opened"):
        await android.reset(task(url=url))


async def test_settings_of_a_task(phone, android):
    await android.reset(task(settings={"clear": ["org.paperphone.notes"]}))
    assert (await phone.state())["notes"] == []
    with pytest.raises(SandboxError, match=r"settings\.wipe: Extra inputs"):
        await android.reset(task(settings={"wipe": True}))
    with pytest.raises(SandboxError, match=r"no\.such\.app can't be cleared \(Failed\)"):
        await android.reset(task(settings={"clear": ["no.such.app"]}))


async def test_a_task_may_name_its_size(phone, android):
    seen = await android.reset(task(viewport=Size(width=300, height=240)))
    assert seen.frame.size == Size(width=300, height=240)
    with pytest.raises(ActionInvalid, match="300x240"):
        await android.step(LeftClick(at=Point(x=350, y=100)))
    assert (await android.reset(task())).frame.size == Size(width=412, height=915)
    await android.reset(task(viewport=Size(width=300, height=240)))
    await android.close()
    assert phone.device.screen.size == Size(width=412, height=915)


async def test_actions_change_a_setting_end_to_end(phone, android):
    before = await android.reset(task())
    for at in (SETTINGS_ICON, Point(x=200, y=267), Point(x=200, y=305)):
        transition = await android.step(LeftClick(at=at))
    assert transition.observation.title.endswith("Settings$DisplaySettingsActivity")
    assert transition.info["at_rest"]
    assert set(transition.info) == {"act_ms", "rest_ms", "at_rest"}
    assert (await android.shell.text("settings get secure ui_night_mode")) == "2\n"
    home = await android.step(SystemButton(button="home"))
    assert home.observation.frame.pixels.mean() < 60 < before.frame.pixels.mean()


async def test_a_note_is_written_end_to_end(phone, android):
    await android.reset(task(url="Notes"))
    for action in (LeftClick(at=Point(x=362, y=821)), LeftClick(at=Point(x=200, y=153)), Type(text="Grüße\nund mehr")):
        await android.step(action)
    assert (await phone.state())["notes"][-1] == {"id": 4, "title": "Grüße", "text": "und mehr"}
    listed = await android.step(SystemButton(button="back"))
    assert listed.observation.title == "org.paperphone.notes.MainActivity"


async def test_a_screen_that_moves_all_the_time_is_looked_at_all_the_same(phone, android):
    await android.reset(task(url="Clock"))
    await phone.device.screen.ask("turn", {"screen": "stopwatch"})
    began = time.monotonic()
    transition = await android.step(LeftClick(at=Point(x=150, y=335)))
    assert not transition.info["at_rest"]
    assert time.monotonic() - began < 6
    assert (await phone.state())["stopwatch"]["running"]


async def test_a_turned_screen_is_noticed_and_points_are_of_its_pixels(phone, android):
    await android.reset(task())
    await android.shell.text("settings put system user_rotation 1")
    seen = await android.observe()
    assert (seen.frame.size, seen.notes) == (Size(width=915, height=412), ("The screen has 915x412 pixels now.",))
    assert (await android.observe()).notes == ()
    await android.step(LeftClick(at=Point(x=914, y=411)))
    assert (await phone.touches())[-1] == [914, 411]
    with pytest.raises(ActionInvalid):
        await android.step(LeftClick(at=Point(x=10, y=500)))


async def test_a_description_that_takes_long_blocks_no_step(phone, android):
    await android.reset(task(url="Settings"))
    phone.device.dump_seconds = 20
    began = time.monotonic()
    dumping = asyncio.create_task(android.dump(1))
    for _ in range(2):
        await android.step(Wait(seconds=0))
    assert not dumping.done()
    with pytest.raises(SandboxError, match="did not describe its screen within 1 s"):
        await dumping
    assert time.monotonic() - began < 4
    phone.device.dump_seconds = 0.1
    root = ElementTree.fromstring(await android.dump())
    texts = {node.get("text"): node.get("bounds") for node in root.iter("node")}
    assert (texts["Network & internet"] or "").startswith("[")


async def test_checkers_get_the_device(pair, phone):
    def check(device: AdbDevice) -> Score:
        dark = device.shell("settings get secure ui_night_mode") == "2"
        return Score(reward=float(dark), success=dark, facts={"current": device.app_current().package})

    environment = AndroidEnvironment(serial=phone.address, port=pair[1].port, checker=check)
    assert await environment.score() is None
    await environment.reset(task(url="Settings"))
    assert await environment.score() == Score(reward=0, success=False, facts={"current": "com.android.settings"})
    await environment.shell.text("cmd uimode night yes")
    score = await environment.score()
    assert score is not None
    assert score.success
    await environment.close()
    await pair[1].run("connect", phone.address)


async def test_what_a_phone_has_not_is_refused(android):
    await android.reset(task())
    with pytest.raises(ActionInvalid, match='no app "Chess"'):
        await android.step(Open(app="Chess"))
    with pytest.raises(ActionUnsupported):
        await android.step(RightClick(at=Point(x=5, y=5)))


async def test_a_phone_that_is_pulled_out_in_a_step_is_a_crash_and_a_reset_finds_it_again(pair, phone):
    environment = AndroidEnvironment(serial=phone.address, port=pair[1].port, action_seconds=5)
    await environment.reset(task())
    stepping = asyncio.create_task(environment.step(LongPress(at=Point(x=200, y=400), seconds=30)))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await phone.unplug()
    with pytest.raises(SandboxCrashed, match=r"long_press failed: the (device is gone|connection)"):
        await stepping
    with pytest.raises(SandboxCrashed):
        await environment.observe()
    with pytest.raises(SandboxCrashed, match="failed to connect"):
        await environment.reset(task())
    assert time.monotonic() - began < 8
    await phone.plug_in()
    assert (await environment.reset(task())).url == HOME
    await environment.close()
    await pair[1].run("connect", phone.address)


async def test_a_phone_that_hangs_is_a_crash_within_the_deadline(pair, phone):
    environment = AndroidEnvironment(serial=phone.address, port=pair[1].port, action_seconds=1)
    await environment.reset(task())
    phone.freeze()
    began = time.monotonic()
    with pytest.raises(SandboxCrashed, match="can't be pictured: the device did not answer in time"):
        await environment.observe()
    assert time.monotonic() - began < 3
    await environment.close()
    phone.freeze(False)
    await phone.unplug()
    await phone.plug_in()
    await pair[1].run("disconnect", phone.address)
    assert "connected" in (await pair[1].run("connect", phone.address)).text


async def test_the_device_must_be_clear(pair, phone):
    only = AndroidEnvironment(port=pair[1].port)
    assert (await only.reset(task())).url == HOME
    await only.close()
    stranger = AndroidEnvironment(serial="emulator-9999", port=pair[1].port)
    with pytest.raises(SandboxCrashed, match=rf"emulator-9999 is not ready; adb knows {phone.address} \(device\)"):
        await stranger.reset(task())
    await stranger.close()


async def test_before_reset_and_after_close_there_is_nothing(phone, android):
    for use in (android.observe, android.dump, lambda: android.step(Wait(seconds=0))):
        with pytest.raises(SandboxError, match="has not been reset"):
            await use()
    await android.reset(task())
    await android.close()
    await asyncio.wait_for(android.close(), 5)
    with pytest.raises(SandboxError):
        await android.observe()
    assert (await android.reset(task())).url == HOME


async def test_a_server_that_was_started_here_is_ended_here(pair, phone):
    before = adb_processes()
    await pair[1].run("disconnect", phone.address)
    for _ in range(max(1, SIZE // 20)):
        environment = AndroidEnvironment(serial=phone.address, port=free_port())
        assert (await environment.reset(task())).url == HOME
        assert len(adb_processes() - before) == 1
        await environment.close()
        assert adb_processes() - before == set()
    await pair[1].run("connect", phone.address)


async def test_a_server_that_is_there_is_left_running(pair, phone):
    server = AdbServer(port=pair[1].port)
    await server.start()
    assert not server.is_ours
    await server.stop()
    assert await server.answers()


async def test_resets_in_a_loop_leave_nothing(phone, android):
    await android.reset(task())
    processes, files = adb_processes(), len(os.listdir("/proc/self/fd"))
    for number in range(5 + SIZE * 3 // 5):
        if number == 5:
            memory = resident_mb()
        await android.reset(task(url="Settings" if number % 2 else ""))
        await android.step(Swipe(start=Point(x=200, y=800), end=Point(x=200, y=500)))
    assert adb_processes() == processes
    assert len(os.listdir("/proc/self/fd")) <= files + 2
    assert resident_mb() < memory + 8


async def test_what_is_missing_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxMissing, match="sudo apt install adb"):
        await AndroidEnvironment(port=free_port()).reset(task())
    with pytest.raises(SandboxMissing, match="/no/such/adb does not start"):
        await AndroidEnvironment(port=free_port(), adb="/no/such/adb").reset(task())
    with pytest.raises(SandboxMissing, match=r"No adb server answers at 192\.0\.2\.1"):
        await AndroidEnvironment(host="192.0.2.1", port=free_port()).reset(task())


async def test_a_port_that_something_else_holds_is_told():
    needs_adb()
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as taken:
        port = taken.sockets[0].getsockname()[1]
        with pytest.raises(SandboxCrashed, match=f"No adb server comes up at 127.0.0.1:{port}"):
            await AndroidEnvironment(port=port).reset(task())
