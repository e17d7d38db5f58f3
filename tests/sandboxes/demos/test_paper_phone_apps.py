"""The paper phone's apps, worked by finger and keys; without adb."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from perception.geometry import Point
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.demos.paper_phone.shell import run_whole

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(chromium: Path) -> AsyncIterator[PaperPhone]:
    async with PaperPhone(chromium=chromium) as phone:
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def phone(running: PaperPhone) -> PaperPhone:
    await running.reset()
    return running


async def tap(phone: PaperPhone, *names: str) -> None:
    """Tap the middle of what has this data-id."""
    for name in names:
        x, y = await phone.device.screen.ask("middle", name)
        await phone.device.screen.tap(Point(x=x, y=y))


async def write(phone: PaperPhone, text: str) -> None:
    """Type a text, with the Enter key for its line ends."""
    for number, line in enumerate(text.split("\n")):
        if number:
            await press(phone, "Enter")
        await phone.device.screen.write(line)


async def press(phone: PaperPhone, *names: str) -> None:
    await phone.device.screen.press(list(names))


async def shell(phone: PaperPhone, line: str) -> str:
    status, printed = await run_whole(phone.device, line)
    assert status == 0, printed
    return printed.decode()


async def test_settings_by_touch(phone):
    await tap(phone, "settings", "network", "wifi_on", "airplane_mode_on", "up", "devices", "bluetooth_on", "up")
    await tap(phone, "display", "text_size", "size_large", "up", "up", "about", "device_name", "name")
    await press(phone, "Control", "a")
    await write(phone, "Zoës Telefon")
    await tap(phone, "save")
    held = (await phone.state())["settings"]
    assert held["system"]["font_scale"] == "1.15"
    changed = {name: held["global"][name] for name in ("wifi_on", "airplane_mode_on", "bluetooth_on", "device_name")}
    assert changed == {"wifi_on": "0", "airplane_mode_on": "1", "bluetooth_on": "1", "device_name": "Zoës Telefon"}


async def test_what_the_shell_sets_shows_at_once_and_the_focus_stays(phone):
    await shell(phone, "am start -n org.paperphone.notes/.EditActivity")
    await tap(phone, "text")
    await write(phone, "ab")
    light = await phone.device.screen.picture()
    await shell(phone, "settings put secure ui_night_mode 2")
    assert await phone.device.screen.picture() != light
    await press(phone, "ArrowLeft")
    await shell(phone, "svc bluetooth enable")
    await write(phone, "X")
    assert (await phone.state())["notes"][-1]["text"] == "aXb"


async def test_a_contact_is_made_found_changed_and_deleted(phone):
    await tap(phone, "contacts", "create", "name")
    await write(phone, "Mara Lind\n555 1\nmara@post.org")  # Enter goes to the next field.
    await tap(phone, "save", "search")
    await write(phone, "mara")
    await tap(phone, "contact_7", "edit", "phone")
    await press(phone, "End")
    await write(phone, "23")
    await tap(phone, "save")
    made = (await phone.state())["contacts"][-1]
    assert made == {"id": 7, "name": "Mara Lind", "phone": "555 123", "email": "mara@post.org"}
    await tap(phone, "delete", "cancel", "delete", "confirm")
    assert len((await phone.state())["contacts"]) == 6
    assert (await phone.state())["route"]["screen"] == "main"


async def test_a_contact_without_a_name_is_not_saved(phone):
    await tap(phone, "contacts", "create", "save")
    assert (await phone.state())["route"]["wrong"] == "A contact needs a name."


async def test_notes_survive_other_apps(phone):
    await tap(phone, "notes", "create", "title")
    await write(phone, "Title\nline")
    await tap(phone, "home", "clock", "app_switch", "org.paperphone.notes")
    assert (await phone.state())["route"]["screen"] == "edit"
    await tap(phone, "back")
    x, y = await phone.device.screen.ask("middle", "note_1")
    await phone.device.screen.swipe(Point(x=x, y=y), Point(x=x, y=y), 700)
    await tap(phone, "confirm")
    notes = (await phone.state())["notes"]
    assert [note["id"] for note in notes] == [2, 3, 4]
    assert (notes[-1]["title"], notes[-1]["text"]) == ("Title", "line")


async def test_a_note_that_is_left_empty_was_never_there(phone):
    await tap(phone, "notes", "create", "title", "back")
    assert len((await phone.state())["notes"]) == 3


async def test_alarms_and_the_stopwatch(phone):
    before = (await phone.state())["alarms"]
    await tap(phone, "clock", "alarm_1", "delete_2", "create", "hour")
    await write(phone, "25\n30")
    await tap(phone, "save")
    assert (await phone.state())["route"]["wrong"].startswith("An hour is")
    await tap(phone, "hour")
    await press(phone, "Control", "a")
    await write(phone, "7")
    await tap(phone, "save")
    alarms = (await phone.state())["alarms"]
    assert alarms == [
        {**before[0], "on": not before[0]["on"]},
        {"id": 2, "hour": 7, "minute": 30, "label": "", "on": True},
    ]
    await tap(phone, "tab_stopwatch", "start")
    await asyncio.sleep(0.1)
    await tap(phone, "start")
    kept = (await phone.state())["stopwatch"]
    assert not kept["running"]
    assert kept["milliseconds"] >= 100
    await tap(phone, "reset")
    assert (await phone.state())["stopwatch"]["milliseconds"] == 0


async def test_quick_settings_and_recent_apps(phone):
    await tap(phone, "clock", "home", "notes")
    await phone.device.screen.swipe(Point(x=200, y=4), Point(x=200, y=400), 100)
    await tap(phone, "bluetooth_on")
    await phone.device.screen.swipe(Point(x=200, y=700), Point(x=200, y=300), 100)
    state = await phone.state()
    assert (state["settings"]["global"]["bluetooth_on"], state["screen"]["shade"]) == ("1", False)
    await tap(phone, "app_switch", "com.android.deskclock")
    assert (await phone.state())["front"] == "com.android.deskclock"
    await tap(phone, "app_switch", "clear_all")
    assert (await phone.state())["recent"] == []


async def test_a_screen_that_is_off_or_locked_takes_no_keys(phone):
    await shell(phone, "am start -n org.paperphone.notes/.EditActivity")
    await tap(phone, "text")
    await shell(phone, "input keyevent POWER; input text a; input keyevent POWER; input text b; input keyevent MENU")
    assert len((await phone.state())["notes"]) == 3
    assert (await phone.state())["screen"] == {"on": True, "locked": False, "shade": False}


async def test_nothing_is_fetched_from_outside(repository):
    for file in (repository / "sandboxes/demos/paper_phone/page").iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text
        assert "https:" not in text
        assert "url(" not in text
