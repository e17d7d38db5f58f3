"""The executor against a paper phone through the real adb server; words and tables without either."""

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    MiddleClick,
    MouseMove,
    Open,
    RightClick,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.adb import DeviceShell
from actions.android import AndroidExecutor, screen_size
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from perception.geometry import Point, Size
from sandboxes.demos.paper_phone.world import ADB_KEYBOARD, SOFT_KEYBOARD, Contact, world
from tests.phones import AWKWARD, SIZE, connected

BLANK = Point(x=200, y=400)
NOTE = Point(x=200, y=400)
"""Bare paper of the home screen; in the Notes app the text field."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(chromium: Path, tmp_path_factory: pytest.TempPathFactory):
    async with connected(tmp_path_factory.mktemp("adb"), chromium) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module")
async def phone(pair):
    phone, _ = pair
    phone.device.sdk, phone.device.has_adb_keyboard = 34, True
    await phone.reset()
    return phone


@pytest.fixture
def executor(pair, phone) -> AndroidExecutor:
    return AndroidExecutor(pair[1].client(), pair[1].serial, action_seconds=10)


def on_phone(test):
    """A test that needs the phone: all of them share the module's loop."""
    return pytest.mark.android(pytest.mark.asyncio(loop_scope="module")(test))


async def act(executor: AndroidExecutor, *actions: Action) -> None:
    for action in actions:
        await executor.execute(action)


async def note(phone, executor: AndroidExecutor) -> None:
    """A new note, its text field in focus."""
    await executor.shell.text("am start -n org.paperphone.notes/.EditActivity")
    await act(executor, LeftClick(at=NOTE))


async def text_of(phone) -> str:
    written = (await phone.state())["notes"][3:]
    return written[0]["text"] if written else ""


# Touch


@on_phone
async def test_taps_land_on_their_pixel(phone, executor):
    size = phone.device.screen.size
    rng = random.Random(5)
    corners = [(0, 0), (size.width - 1, 0), (0, size.height - 1), (size.width - 1, size.height - 1)]
    points = corners + [(rng.randrange(size.width), rng.randrange(size.height)) for _ in range(SIZE)]
    await act(executor, *(LeftClick(at=Point(x=x, y=y)) for x, y in points))
    assert [tuple(point) for point in await phone.touches()] == points


@on_phone
async def test_a_double_tap_is_two(phone, executor):
    await act(executor, DoubleClick(at=BLANK))
    assert await phone.touches() == [[200, 400]] * 2


@on_phone
async def test_a_long_press_is_held(phone, executor):
    await act(executor, Open(app="Notes"), LongPress(at=Point(x=200, y=125)))
    assert await phone.device.screen.ask("dialog") is not None
    await act(executor, LeftClick(at=Point(x=315, y=495)))
    assert len((await phone.state())["notes"]) == 2


@on_phone
async def test_a_swipe_opens_the_shade_and_a_drag_moves_the_slider(phone, executor):
    await act(executor, Swipe(start=Point(x=200, y=3), end=Point(x=200, y=400)))
    assert (await phone.state())["screen"]["shade"]
    await act(executor, SystemButton(button="back"))
    await executor.shell.text("am start -a android.settings.DISPLAY_SETTINGS")
    began = time.monotonic()
    await act(executor, LeftClickDrag(start=Point(x=195, y=202), end=Point(x=378, y=202)))
    assert time.monotonic() - began >= 0.8
    assert await executor.shell.text("settings get system screen_brightness") == "255\n"


@on_phone
async def test_scrolling_moves_the_list_by_its_pixels(phone, executor):
    many = tuple(Contact(id=number, name=f"Name {number:03}") for number in range(1, 81))
    await phone.reset(world().model_copy(update={"contacts": many}))
    await act(executor, Open(app="contacts"))

    async def top() -> float:
        return await phone.device.screen.ask("scrolled")

    await act(executor, Scroll(at=BLANK, pixels=-300))
    assert abs(await top() - 300) <= 10  # A finger moves 8 dp before the list goes along.
    await act(executor, Scroll(pixels=200))
    assert abs(await top() - 100) <= 20
    await act(executor, Scroll(at=Point(x=5, y=900), pixels=-900))
    assert abs(await top() - 1000) <= 40
    await act(executor, HScroll(at=BLANK, pixels=100), Scroll(pixels=0))
    assert abs(await top() - 1000) <= 40


@on_phone
async def test_points_off_the_screen_are_refused(phone, executor):
    for action in (
        LeftClick(at=Point(x=412, y=0)),
        DoubleClick(at=Point(x=0, y=915)),
        Swipe(start=Point(x=0, y=0), end=Point(x=-1, y=0)),
        LongPress(at=Point(x=-5, y=3)),
    ):
        with pytest.raises(ActionInvalid, match="412x915"):
            await act(executor, action)
    assert await phone.touches() == []


@on_phone
async def test_what_a_phone_has_not_is_refused_and_what_ends_a_run_changes_nothing(phone, executor):
    for action in (MouseMove(at=BLANK), RightClick(at=BLANK), MiddleClick(at=BLANK), TripleClick(at=BLANK)):
        with pytest.raises(ActionUnsupported, match=action.kind):
            await act(executor, action)
    before = await phone.state()
    await act(executor, Wait(seconds=0.01), Terminate(status="success"), Answer(text="42"))
    assert await phone.state() == before


# Text and keys


@on_phone
@pytest.mark.parametrize("text", AWKWARD)
async def test_text_arrives_as_it_is(phone, executor, text):
    await note(phone, executor)
    await act(executor, Type(text=text))
    assert await text_of(phone) == text


@on_phone
async def test_random_texts_arrive_exactly(phone, executor):
    rng = random.Random(11)
    kinds = ("".join(map(chr, range(32, 127))), "äßéñçøşğıИдиרשתشسعदिการ日本語한국어😀🚀🏳️‍🌈", " %s'\"\\$`")
    for number in range(SIZE):
        letters = kinds[0] if number % 2 else "".join(kinds)
        text = "".join(rng.choice(letters) for _ in range(rng.randint(1, 60)))
        await phone.reset()
        await note(phone, executor)
        await act(executor, Type(text=text))
        assert await text_of(phone) == text


@on_phone
async def test_long_text_and_line_ends(phone, executor):
    await note(phone, executor)
    text = "The quick brown fox. " * 30
    await act(executor, Type(text=f"{text}\r\nöld\rnew"))
    assert await text_of(phone) == f"{text}\nöld\nnew"


@on_phone
async def test_the_keyboard_that_was_there_is_back_afterwards(phone, executor):
    await note(phone, executor)
    await act(executor, Type(text="日本"))
    secure = (await phone.state())["settings"]["secure"]
    assert (secure["default_input_method"], secure["enabled_input_methods"]) == (SOFT_KEYBOARD, SOFT_KEYBOARD)
    await executor.shell.text(f"ime enable {ADB_KEYBOARD}; ime set {ADB_KEYBOARD}")
    await act(executor, Type(text="語"))
    assert (await phone.state())["settings"]["secure"]["default_input_method"] == ADB_KEYBOARD
    assert await text_of(phone) == "日本語"


@on_phone
async def test_without_the_adb_keyboard_text_beyond_ascii_is_refused(phone, executor):
    phone.device.has_adb_keyboard = False
    await note(phone, executor)
    with pytest.raises(ActionUnsupported, match=r"com\.android\.adbkeyboard"):
        await act(executor, Type(text="naïve"))
    await act(executor, Type(text="naive"))
    assert await text_of(phone) == "naive"
    assert (await phone.state())["settings"]["secure"]["default_input_method"] == SOFT_KEYBOARD


@on_phone
async def test_keys_and_chords_edit(phone, executor):
    await note(phone, executor)
    await act(
        executor,
        Type(text="old"),
        Key(keys=("ctrl", "a")),
        Type(text="ne"),
        Key(keys=("w",)),
        Key(keys=("space",)),
        Key(keys=("é",)),
        Key(keys=("backspace",)),
        Key(keys=("?",)),
        Key(keys=("shift", "home")),
        Key(keys=("ctrl", "c")),
        Key(keys=("end",)),
        Key(keys=("enter",)),
        Key(keys=("ctrl", "v")),
    )
    assert await text_of(phone) == "new ?\nnew ?"
    await act(executor, Key(keys=("clear",)))
    assert await text_of(phone) == ""


@on_phone
async def test_the_phones_own_keys(phone, executor):
    volume = int((await phone.state())["settings"]["system"]["volume_music"])
    await act(executor, Key(keys=("volumeup",)), Key(keys=("volumeup",)), Key(keys=("volumedown",)))
    assert int((await phone.state())["settings"]["system"]["volume_music"]) == volume + 1
    await act(executor, Key(keys=("power",)))
    assert not (await phone.state())["screen"]["on"]


@on_phone
async def test_before_android_12_there_are_no_chords(phone, executor):
    phone.device.sdk = 30
    with pytest.raises(ActionUnsupported, match=r"ctrl\+a needs Android 12"):
        await act(executor, Key(keys=("ctrl", "a")))


@on_phone
async def test_buttons(phone, executor):
    await act(executor, Open(app="Settings"), LeftClick(at=Point(x=200, y=267)))
    assert (await phone.state())["route"]["screen"] == "display"
    await act(executor, SystemButton(button="back"))
    assert (await phone.state())["route"]["screen"] == "main"
    await act(executor, SystemButton(button="menu"))
    assert (await phone.state())["front"] == "com.android.settings"
    await act(executor, SystemButton(button="home"))
    assert (await phone.state())["front"] == "com.android.launcher3"
    await note(phone, executor)
    await act(executor, Type(text="x"), SystemButton(button="enter"), Type(text="y"))
    assert await text_of(phone) == "x\ny"


@on_phone
async def test_apps_are_opened(phone, executor):
    for app, package in (("Clock", "com.android.deskclock"), ("notes", "org.paperphone.notes")):
        await act(executor, Open(app=app))
        assert (await phone.state())["front"] == package
    with pytest.raises(ActionInvalid, match='no app "Chess; reboot"'):
        await act(executor, Open(app="Chess; reboot"))


# Trouble


@on_phone
async def test_the_size_of_the_screen_is_asked_for(phone, executor):
    assert await screen_size(executor.shell) == Size(width=412, height=915)
    await executor.shell.text("settings put system user_rotation 1")
    assert await screen_size(executor.shell) == Size(width=915, height=412)


@on_phone
async def test_a_command_that_fails_says_why(phone, executor):
    with pytest.raises(ExecutionError, match="status 127: /system/bin/sh: nothing: inaccessible"):
        await executor.shell.text("nothing at all")
    assert (await executor.shell.run("echo a; echo b >&2; false")) == ("a\nb\n", 1)
    said, status = await executor.shell.run("echo 'a")
    assert (said.strip(), status) == ("/system/bin/sh: syntax error: no closing quote", 2)


@on_phone
async def test_a_phone_that_hangs_costs_the_deadline(pair, phone):
    executor = AndroidExecutor(pair[1].client(), pair[1].serial, size=Size(width=412, height=915), action_seconds=0.5)
    phone.freeze()
    try:
        began = time.monotonic()
        with pytest.raises(ExecutionError, match="left_click failed: the device did not answer in time"):
            await act(executor, LeftClick(at=BLANK))
        assert time.monotonic() - began < 3
    finally:
        phone.freeze(False)
        await phone.unplug()  # The server's connection is out of step for good.
        await phone.plug_in()
        await again(pair)


@on_phone
async def test_a_phone_that_is_pulled_out_is_lost(pair, phone, executor):
    acting = asyncio.create_task(executor.execute(LongPress(at=BLANK, seconds=20)))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await phone.unplug()
    with pytest.raises(SurfaceLost, match="long_press failed"):
        await acting
    with pytest.raises(SurfaceLost):
        await act(executor, LeftClick(at=BLANK))
    assert time.monotonic() - began < 5
    await phone.plug_in()
    await again(pair)
    await act(executor, LeftClick(at=BLANK))


@on_phone
async def test_a_device_that_is_not_there_is_lost(pair):
    with pytest.raises(SurfaceLost, match="'nobody' not found"):
        await DeviceShell(pair[1].client(), "nobody", seconds=2).run("true")


async def again(pair) -> None:
    """Connect the phone once more."""
    phone, adb = pair
    serial, adb.serial = adb.serial, ""
    with suppress(TimeoutError):
        await adb.run("disconnect", serial)
    assert (await adb.run("connect", serial)).text.endswith(phone.address)
    adb.serial = serial
    await adb.run("wait-for-device")
