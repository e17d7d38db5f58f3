"""Hands on a real X server: what arrives is what was decided, to the pixel and to the letter."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import (
    Action,
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
    TripleClick,
    Type,
)
from actions.desktop import DesktopExecutor
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from perception.geometry import Grid, Point, Size
from sandboxes.virtual_display import VirtualDisplay
from tests.desktops import ROUNDS, Event, NotingWindow, needs

pytestmark = [pytest.mark.desktop, pytest.mark.asyncio(loop_scope="module")]

ALPHABET = "".join(map(chr, range(32, 127))) + "éèüößñçøåŁžłćπДжшб中文漢字日本語かなカナ한글😀🙂🚀👍🏽❤️→€£¿½\t\n"
SIZES = [Size(width=1920, height=1080), Size(width=1366, height=768), Size(width=2560, height=1440)]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SIZES, ids=str)
async def display(request: pytest.FixtureRequest) -> AsyncIterator[VirtualDisplay]:
    needs("Xvfb")
    made = VirtualDisplay(request.param)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def hands(display: VirtualDisplay) -> AsyncIterator[DesktopExecutor]:
    made = DesktopExecutor(environment=display.environment)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def window(display: VirtualDisplay) -> AsyncIterator[NotingWindow]:
    made = NotingWindow(display.environment)
    yield made
    made.close()


def buttons(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.kind, event.detail) for event in events if event.kind in ("down", "up")]


async def test_points_land_on_their_pixel(
    hands: DesktopExecutor, window: NotingWindow, display: VirtualDisplay
) -> None:
    size, rng, grid = display.size, random.Random(5), Grid(top=1000)
    points = [grid.to_pixel(x, y, size) for x in (0, 1, 500, 999, 1000) for y in (0, 999, 1000)]
    points += [Point(x=rng.randrange(size.width), y=rng.randrange(size.height)) for _ in range(ROUNDS)]
    for point in points:
        window.events()
        await hands.execute(LeftClick(at=point))
        down = next(event for event in window.events(least=2) if event.kind == "down")
        assert (down.x, down.y, down.detail) == (point.x, point.y, 1)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (RightClick(at=Point(x=9, y=9)), [3]),
        (MiddleClick(at=Point(x=9, y=9)), [2]),
        (DoubleClick(at=Point(x=9, y=9)), [1, 1]),
        (TripleClick(at=Point(x=9, y=9)), [1, 1, 1]),
        (Scroll(at=Point(x=9, y=9), pixels=300), [4, 4, 4]),
        (Scroll(at=Point(x=9, y=9), pixels=-10), [5]),
        (Scroll(at=Point(x=9, y=9), pixels=0), []),
        (HScroll(at=Point(x=9, y=9), pixels=200), [6, 6]),
        (HScroll(at=Point(x=9, y=9), pixels=-200), [7, 7]),
        (MouseMove(at=Point(x=9, y=9)), []),
        (LongPress(at=Point(x=9, y=9), seconds=0.05), [1]),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else "",
)
async def test_buttons_are_pressed_and_let_go(
    hands: DesktopExecutor, window: NotingWindow, action: Action, expected: list[int]
) -> None:
    window.events()
    await hands.execute(action)
    found = buttons(window.events(least=2 * len(expected) + 1, seconds=0.3))
    assert found == [(kind, button) for button in expected for kind in ("down", "up")]


async def test_a_drag_goes_there_in_steps(hands: DesktopExecutor, window: NotingWindow) -> None:
    window.events()
    await hands.execute(LeftClickDrag(start=Point(x=20, y=30), end=Point(x=220, y=130)))
    events = window.events(least=14)
    down, up = (next(event for event in events if event.kind == kind) for kind in ("down", "up"))
    assert (down.x, down.y, up.x, up.y) == (20, 30, 220, 130)
    between = [event for event in events[events.index(down) : events.index(up)] if event.kind == "moved"]
    assert len(between) >= 8
    await hands.execute(LeftClickDrag(end=Point(x=20, y=30)))
    down = next(event for event in window.events(least=14) if event.kind == "down")
    assert (down.x, down.y) == (220, 130), "from where the pointer is"


async def test_chords_press_in_order_and_let_go_in_reverse(hands: DesktopExecutor, window: NotingWindow) -> None:
    window.events()
    await hands.execute(Key(keys=("ctrl", "shift", "a")))
    found = [(event.kind, event.detail) for event in window.events(least=6) if event.kind.startswith("key")]
    pressed = [code for kind, code in found if kind == "key down"]
    assert len(set(pressed)) == 3
    assert [kind for kind, _ in found] == ["key down"] * 3 + ["key up"] * 3
    assert [code for kind, code in found if kind == "key up"] == pressed[::-1]


async def test_what_a_desktop_can_not_do_is_said(hands: DesktopExecutor, display: VirtualDisplay) -> None:
    edge = Point(x=display.size.width, y=0)
    with pytest.raises(ActionInvalid, match="off the screen"):
        await hands.execute(LeftClick(at=edge))
    for action in (Swipe(start=Point(x=0, y=0), end=Point(x=1, y=1)), SystemButton(button="back"), Open(app="x")):
        with pytest.raises(ActionUnsupported, match="no action"):
            await hands.execute(action)
    with pytest.raises(ActionUnsupported, match="on no keyboard"):
        await hands.execute(Type(text="a\x07b"))
    await hands.execute(LeftClick(at=Point(x=0, y=0)))


async def test_nothing_new_is_not_seen_twice(hands: DesktopExecutor, window: NotingWindow) -> None:
    await hands.execute(MouseMove(at=Point(x=5, y=5)))
    first = await hands.look()
    assert await hands.look() is first
    assert hands.num_unchanged >= 1


async def test_keys_are_let_go_when_a_worker_was_killed(hands: DesktopExecutor, window: NotingWindow) -> None:
    """In the middle of a long press."""
    await hands.look()
    pressing = asyncio.create_task(hands.execute(LongPress(at=Point(x=50, y=50), seconds=30)))
    await asyncio.sleep(0.3)
    pressing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pressing
    window.events()
    await hands.look()
    assert buttons(window.events(least=1)) == [("up", 1)]


async def test_a_worker_that_dies_is_a_lost_surface_and_the_next_one_works(hands: DesktopExecutor) -> None:
    await hands.look()
    assert hands._worker is not None
    os.kill(hands._worker.pid, signal.SIGKILL)
    with pytest.raises(SurfaceLost):
        await hands.look()
    assert (await hands.look()).size.width > 100


async def test_a_display_that_is_not_there() -> None:
    needs("Xvfb")
    made = DesktopExecutor(display=":987")
    with pytest.raises(SurfaceLost, match="can't be"):
        await made.look()
    await made.close()


async def test_text_arrives_letter_by_letter() -> None:
    """In a real editor, read from the file that it saves."""
    needs("Xvfb", "openbox", "mousepad")
    display = VirtualDisplay(Size(width=1024, height=700))
    await display.start()
    hands, path, rng = DesktopExecutor(environment=display.environment), display.home / "a.txt", random.Random(11)
    try:
        path.write_text("")
        empty = await hands.look()
        await display.launch(["mousepad", str(path)])
        for _ in range(400):
            if await hands.look() is not empty:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        for number in range(ROUNDS):
            text = "".join(rng.choice(ALPHABET) for _ in range(rng.randint(1, 60)))
            if number % 5 == 4:
                await hands.execute(Key(keys=("capslock",)))  # which turns letters around for whoever forgets it
            for keys in (("ctrl", "a"), ("delete",)):
                await hands.execute(Key(keys=keys))
            await hands.execute(Type(text=text))
            await hands.execute(Key(keys=("ctrl", "s")))
            assert await asyncio.to_thread(_saved, path, text) == text.rstrip("\n"), f"round {number}"
    finally:
        await hands.close()
        await display.stop()


def _saved(path: Path, text: str) -> str:
    """What the file holds, once it is the text or some time has passed; the editor ends it with a line's end."""
    deadline = time.monotonic() + 3
    while (found := path.read_text().rstrip("\n")) != text.rstrip("\n") and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


async def test_an_action_that_takes_too_long_ends() -> None:
    """The server is stopped, as a machine under load may be."""
    needs("Xvfb")
    display = VirtualDisplay(Size(width=320, height=240))
    await display.start()
    hands = DesktopExecutor(environment=display.environment, action_seconds=0.5)
    try:
        await hands.look()
        assert display._server is not None
        os.kill(display._server.pid, signal.SIGSTOP)
        with pytest.raises(ExecutionError, match=r"within 0\.5 s"):
            await hands.execute(LeftClick(at=Point(x=1, y=1)))
    finally:
        if display._server is not None:
            os.kill(display._server.pid, signal.SIGCONT)
        await hands.close()
        await display.stop()
