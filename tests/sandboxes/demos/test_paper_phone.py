"""The paper phone as the real adb sees it: every command that agents and benchmarks use."""

import asyncio
import base64
import signal
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import pytest_asyncio

from perception.geometry import Size
from perception.screenshot import decode_png
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.errors import SandboxError
from tests.phones import adb_server, connected

pytestmark = [pytest.mark.android, pytest.mark.asyncio(loop_scope="module")]

SETTINGS = "com.android.settings/com.android.settings.Settings"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(chromium: Path, tmp_path_factory: pytest.TempPathFactory):
    async with connected(tmp_path_factory.mktemp("adb"), chromium) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module")
async def phone(pair) -> PaperPhone:
    await pair[0].reset()
    return pair[0]


@pytest.fixture
def adb(pair, phone):
    return pair[1]


async def test_adb_lists_it_as_a_device(adb):
    listed = (await adb.run("devices", "-l")).text
    assert f"{adb.serial}" in listed
    assert "device product:paper_phone model:Paper_Phone device:paper-phone" in listed
    assert (await adb.run("get-state")).text == "device"


async def test_the_shell_tells_outputs_and_status_apart(adb):
    ran = await adb.run("shell", "echo out; foo; false")
    assert ran == (1, b"out\n", "/system/bin/sh: foo: inaccessible or not found\n")
    assert await adb.shell("foo 2>/dev/null", status=127) == ""
    assert (await adb.run("exec-out", "echo", "raw")).out == b"raw\n"


async def test_a_script_comes_by_the_standard_input(adb):
    ran = await adb.run("shell", stdin=b"echo one\necho two; exit_not\nfalse\n")
    assert ran == (1, b"one\ntwo\n", "/system/bin/sh: exit_not: inaccessible or not found\n")
    assert (await adb.run("shell", stdin=b"echo one\nexit\necho two\n")).out == b"one\n"


async def test_the_picture_is_that_of_the_screen(phone, adb):
    picture = (await adb.run("exec-out", "screencap", "-p")).out
    assert decode_png(picture).size == Size(width=412, height=915)
    await adb.shell("screencap /sdcard/s.png && screencap -p /sdcard/t.png")
    assert phone.device.files.read("/sdcard/s.png") == picture == phone.device.files.read("/sdcard/t.png")
    assert "PNG only" in (await adb.run("shell", "screencap")).error


async def test_input(phone, adb):
    await adb.shell("input tap 66 787")
    assert (await phone.state())["front"] == "com.android.settings"
    await adb.shell("input touchscreen swipe 200 3 200 400 100; input -d 0 keyevent 4")
    await adb.shell("input keyevent --longpress KEYCODE_HOME; input keyevent 187")
    assert (await phone.state())["front"] == "recents"
    await adb.shell("am start -n org.paperphone.notes/.EditActivity")
    await adb.shell("input draganddrop 200 500 200 450 50; input tap 200 400; input text 'a%sb'")
    await adb.shell("input keycombination 113 29; input keyevent DEL; input keyevent C 32 KEYCODE_E")
    assert (await phone.state())["notes"][-1]["text"] == "cde"
    for line in (
        "input",
        "input dance",
        "input tap 1",
        "input keyevent NO_SUCH",
        "input text ü",
        "input swipe 1 2 x 4",
    ):
        assert (await adb.run("shell", line)).status == 255, line


async def test_settings(phone, adb):
    assert await adb.shell("settings get global no_such") == "null"
    await adb.shell("settings put system screen_brightness 200; settings put --user 0 secure mine 'two words'")
    assert await adb.shell("settings get system screen_brightness; settings get secure mine") == "200\ntwo words"
    assert "mine=two words" in (await adb.shell("settings list secure")).splitlines()
    assert (
        await adb.shell("settings delete secure mine; settings delete secure mine") == "Deleted 1 rows\nDeleted 0 rows"
    )
    assert (await adb.run("shell", "settings get nowhere x")).status == 255
    await adb.shell("svc wifi disable && svc bluetooth enable && cmd uimode night yes")
    held = (await phone.state())["settings"]
    assert (held["global"]["wifi_on"], held["global"]["bluetooth_on"], held["secure"]["ui_night_mode"]) == (
        "0",
        "1",
        "2",
    )
    await adb.shell("cmd connectivity airplane-mode enable")
    assert await adb.shell("settings get global bluetooth_on; cmd connectivity airplane-mode") == "0\nenabled"
    await adb.shell("settings put global airplane_mode_on 0; cmd wifi set-wifi-enabled enabled")
    assert await adb.shell("settings get global bluetooth_on; dumpsys wifi") == "1\nWi-Fi is enabled"


async def test_apps_are_started_and_stopped(phone, adb):
    assert "Starting: Intent" in await adb.shell("am start -n com.android.settings/.Settings")
    assert SETTINGS in await adb.shell("dumpsys window | grep mCurrentFocus")
    assert "com.android.settings/.Settings" in await adb.shell("dumpsys activity activities | grep mResumedActivity")
    assert SETTINGS in await adb.shell("am stack list")
    assert "Status: ok" in await adb.shell("am start -W -a android.settings.DISPLAY_SETTINGS")
    assert (await phone.state())["route"]["screen"] == "display"
    await adb.shell("am force-stop com.android.settings")
    assert (await phone.state())["recent"] == []
    assert "Events injected: 1" in await adb.shell(
        "monkey -p com.android.deskclock -c android.intent.category.LAUNCHER 1"
    )
    await adb.shell("am start -a android.intent.action.MAIN -c android.intent.category.HOME")
    assert (await phone.state())["front"] == "com.android.launcher3"
    assert "does not exist" in (await adb.run("shell", "am start -n com.android.settings/.Nothing")).error
    assert "No activities found" in await adb.shell("monkey -p no.such 1", status=252)
    assert (
        "unable to resolve" in (await adb.run("shell", "am start -a android.intent.action.VIEW -d https://x.org")).error
    )


async def test_packages(phone, adb):
    listed = (await adb.shell("pm list packages")).splitlines()
    assert "package:com.android.settings" in listed
    assert "package:com.android.adbkeyboard" in listed
    assert await adb.shell("cmd package list packages") == "\n".join(listed)
    assert await adb.shell("pm list packages -3") == "package:org.paperphone.notes"
    assert (await adb.shell("pm path com.android.settings")).startswith("package:/")
    await adb.shell("pm path no.such", status=1)
    resolved = await adb.shell("cmd package resolve-activity --brief com.android.contacts")
    assert resolved.splitlines()[-1] == "com.android.contacts/.activities.PeopleActivity"
    assert await adb.shell("cmd package resolve-activity --brief no.such") == "No activity found"
    assert await adb.shell("pm clear com.android.contacts") == "Success"
    assert (await phone.state())["contacts"] == []


async def test_text_by_broadcast_needs_the_keyboard_and_a_field(phone, adb):
    message = base64.b64encode("naïve 日本".encode()).decode()
    await adb.shell("am start -n org.paperphone.notes/.EditActivity; input tap 200 400")
    await adb.shell(f"am broadcast -a ADB_INPUT_B64 --es msg {message}")
    assert len((await phone.state())["notes"]) == 3
    assert "com.android.adbkeyboard/.AdbIME" in await adb.shell("ime list -a -s")
    await adb.run("shell", "ime set com.android.adbkeyboard/.AdbIME")
    await adb.shell("ime enable com.android.adbkeyboard/.AdbIME && ime set com.android.adbkeyboard/.AdbIME")
    told = await adb.shell(f"am broadcast -a ADB_INPUT_B64 --es msg {message}; dumpsys input_method | grep Shown")
    assert "Broadcast completed: result=0" in told
    assert "mInputShown=true" in told
    await adb.shell("am broadcast -a ADB_INPUT_TEXT --es msg '!'; am broadcast -a ADB_INPUT_CODE --ei code 67")
    assert (await phone.state())["notes"][-1]["text"] == "naïve 日本"
    await adb.shell("am broadcast -a ADB_CLEAR_TEXT; ime reset")
    assert await adb.shell("ime list -s") == "com.android.inputmethod.latin/.LatinIME"


async def test_the_screen_as_text(phone, adb):
    told = await adb.shell("am start -a android.settings.DISPLAY_SETTINGS >/dev/null; uiautomator dump")
    assert told == "UI hierchary dumped to: /sdcard/window_dump.xml"
    root = ElementTree.fromstring(await adb.shell("cat /sdcard/window_dump.xml"))
    by_id = {node.get("resource-id"): node for node in root.iter("node")}
    switch = by_id["com.android.settings:id/ui_night_mode"]
    assert (switch.get("class"), switch.get("checkable"), switch.get("checked")) == (
        "android.widget.Switch",
        "true",
        "false",
    )
    left, top, right, bottom = map(int, switch.get("bounds", "").replace("][", ",").strip("[]").split(","))
    await adb.shell(f"input tap {(left + right) // 2} {(top + bottom) // 2}")
    direct = (await adb.run("exec-out", "uiautomator dump /dev/tty")).text
    assert direct.endswith("UI hierchary dumped to: /dev/tty")
    assert 'id/ui_night_mode" class="android.widget.Switch" package="com.android.settings"' in direct
    assert await adb.shell("settings get secure ui_night_mode") == "2"


async def test_a_slow_dump_blocks_nothing_else(phone, adb):
    phone.device.dump_seconds = 20
    began = time.monotonic()
    dumping = asyncio.create_task(adb.run("shell", "uiautomator dump", seconds=1))
    await adb.shell("input tap 66 787")
    assert (await phone.state())["front"] == "com.android.settings"
    with pytest.raises(TimeoutError):
        await dumping
    phone.device.dump_seconds = 0
    assert time.monotonic() - began < 5


async def test_size_density_and_rotation(phone, adb):
    assert await adb.shell("wm size; wm density") == "Physical size: 412x915\nPhysical density: 160"
    await adb.shell("wm size 300x500")
    assert await adb.shell("wm size") == "Physical size: 412x915\nOverride size: 300x500"
    await adb.shell("settings put system user_rotation 1")
    assert "SurfaceOrientation: 1" in await adb.shell("dumpsys input")
    assert decode_png((await adb.run("exec-out", "screencap -p")).out).size == Size(width=500, height=300)
    await adb.shell("wm size reset")
    assert phone.device.screen.size == Size(width=915, height=412)
    await adb.shell("content insert --uri content://settings/system --bind name:s:user_rotation --bind value:i:0")
    assert phone.device.screen.size == Size(width=412, height=915)
    assert (await adb.run("shell", "wm size 0x9")).status == 255


async def test_sleep_lock_and_unlock(phone, adb):
    await adb.shell("input keyevent 223")
    assert "mWakefulness=Asleep" in await adb.shell("dumpsys power")
    assert not decode_png((await adb.run("exec-out", "screencap -p")).out).pixels.any()
    await adb.shell("input keyevent WAKEUP; input keyevent HOME; input tap 66 787")
    assert (await phone.state())["screen"]["locked"]
    assert "mDreamingLockscreen=true" in await adb.shell("dumpsys window")
    await adb.shell("input swipe 200 700 200 300 100")
    assert not (await phone.state())["screen"]["locked"]
    assert (await phone.state())["front"] == "com.android.launcher3"
    await adb.shell("input keyevent 26; input keyevent 26; wm dismiss-keyguard")
    assert not (await phone.state())["screen"]["locked"]


async def test_what_else_is_told(adb):
    assert await adb.shell("getprop ro.product.model; getprop ro.build.version.sdk") == "Paper Phone\n34"
    assert await adb.shell("getprop no.such fallback; getprop no.such; echo") == "fallback"
    assert await adb.shell("date; date +%Y-%m-%d; date +%s") == "Sat Mar 14 09:41:00 GMT 2026\n2026-03-14\n1773481260"
    assert "level: 87" in await adb.shell("dumpsys battery")
    assert await adb.shell("dumpsys nonsense") == "Can't find service: nonsense"
    assert "ACTIVITY com.android.launcher3/.Launcher" in await adb.shell("dumpsys activity top")


async def test_tables(phone, adb):
    contacts = "content://com.android.contacts/contacts"
    first = (await adb.shell(f"content query --uri {contacts}")).splitlines()[0]
    one = (await phone.state())["contacts"][0]
    assert first == f"Row: 0 _id=1, display_name={one['name']}, number={one['phone']}, email={one['email']}"
    await adb.shell(f"content insert --uri {contacts} --bind 'display_name:s:Zoë O''Neil' --bind number:s:1:2")
    where = "--projection display_name:number --where \"display_name='Zoë ONeil' AND number='1:2'\""
    assert await adb.shell(f"content query --uri {contacts} {where}") == "Row: 0 display_name=Zoë ONeil, number=1:2"
    await adb.shell(f"content delete --uri {contacts} --where \"number='1:2'\"")
    assert await adb.shell(f"content query --uri {contacts} {where}") == "No result found."
    assert "hour=" in await adb.shell("content query --uri content://com.android.deskclock/alarms")
    assert "title=" in await adb.shell("content query --uri content://org.paperphone.notes/notes")
    for wrong in (
        "query --uri content://no.such/t",
        f"query --uri {contacts} --where 'a > 1'",
        f"drop --uri {contacts}",
    ):
        assert (await adb.run("shell", f"content {wrong}")).error.startswith("[ERROR]")


async def test_files_go_both_ways(phone, adb, tmp_path):
    there = tmp_path / "there.bin"
    there.write_bytes(bytes(range(256)) * 1200)
    assert (await adb.run("push", str(there), "/sdcard/Download/there.bin")).status == 0
    assert phone.device.files.read("/sdcard/Download/there.bin") == there.read_bytes()
    back = tmp_path / "back.bin"
    assert (await adb.run("pull", "/sdcard/Download/there.bin", str(back))).status == 0
    assert back.read_bytes() == there.read_bytes()
    assert "there.bin" in (await adb.run("ls", "/sdcard/Download")).text
    assert (await adb.run("pull", "/sdcard/none", str(back))).status == 1
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    assert (await adb.run("push", str(folder), "/sdcard/")).status == 0
    assert await adb.shell("cat /sdcard/folder/a.txt") == "a"


async def test_adbutils_gets_along_with_it(phone, adb):
    def use() -> tuple:
        device = adb.client().device(adb.serial)
        device.app_start("com.android.settings")
        device.sync.push(b"pushed", "/sdcard/p.txt")
        shell = device.shell2("echo x; false", v2=True)
        return (
            device.window_size(),
            device.app_current().package,
            device.sync.read_text("/sdcard/p.txt"),
            device.screenshot().size,
            (shell.returncode, shell.stdout),
            device.rotation(),
            device.is_screen_on(),
            device.brightness_value,
        )

    assert await asyncio.to_thread(use) == (
        (412, 915),
        "com.android.settings",
        "pushed",
        (412, 915),
        (1, "x\n"),
        0,
        True,
        102,
    )


async def test_a_reset_comes_by_broadcast_too(phone, adb):
    await adb.shell("settings put secure ui_night_mode 2; am broadcast -a org.paperphone.RESET --ei seed 7")
    state = await phone.state()
    other = PaperPhone(seed=7)
    assert state["settings"]["secure"]["ui_night_mode"] == "1"
    await phone.reset(7)
    assert await phone.state() == state
    with pytest.raises(SandboxError, match="not plugged in"):
        _ = other.address


async def test_the_same_seed_gives_the_same_pixels(phone, adb):
    pictures = []
    for _ in range(2):
        await phone.reset(3)
        await adb.shell("monkey -p com.android.contacts 1; input tap 200 180")
        pictures.append((await adb.run("exec-out", "screencap -p")).out)
    assert pictures[0] == pictures[1]


async def test_a_larger_phone_shows_the_same_in_more_pixels(chromium, tmp_path):
    size = Size(width=1080, height=2400)
    async with connected(tmp_path, chromium, size=size) as (large, adb):
        assert await adb.shell("wm size; wm density") == "Physical size: 1080x2400\nPhysical density: 419"
        assert decode_png((await adb.run("exec-out", "screencap -p")).out).size == size
        await adb.shell("input tap 1079 2399; input tap 173 2160")
        assert await large.touches() == [[1079, 2399], [173, 2160]]
        assert (await large.state())["front"] == "com.android.settings"


async def test_a_port_that_is_taken_is_told(phone, chromium):
    port = int(phone.address.split(":")[1])
    with pytest.raises(SandboxError, match=f"Port {port} can't be had"):
        await PaperPhone(chromium=chromium, port=port).start()


async def test_the_command_serves_until_it_is_interrupted(repository, tmp_path):
    async with adb_server(tmp_path) as adb:
        served = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sandboxes.demos.paper_phone",
            cwd=repository,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert served.stdout is not None
        line = (await asyncio.wait_for(served.stdout.readline(), 30)).decode()
        address = line.split("adb connect ")[1].strip()
        assert (await adb.run("connect", address)).text == f"connected to {address}"
        adb.serial = address
        assert await adb.shell("echo here") == "here"
        served.send_signal(signal.SIGINT)
        _, error = await asyncio.wait_for(served.communicate(), 10)
        assert (served.returncode, error) == (0, b"")
