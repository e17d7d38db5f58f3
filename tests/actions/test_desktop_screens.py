"""Screens that are not one plain screen: scaled twice, and two monitors side by side."""

import asyncio
import os
import random
import subprocess
from pathlib import Path

import pytest

from actions.action import LeftClick
from actions.desktop import DesktopExecutor
from actions.errors import ActionInvalid, SurfaceLost
from perception.geometry import Point, Size
from sandboxes.chromium import FLAGS
from sandboxes.virtual_display import VirtualDisplay
from tests.desktops import ROUNDS, NotingWindow, needs
from tests.page_server import PageServer

pytestmark = [pytest.mark.desktop, pytest.mark.asyncio]

WIDE = Size(width=1600, height=600)
LEFT, RIGHT = "1000/260x600/160+0+0", "600/160x400/110+1000+0"
"""In xrandr's words: units/millimetres, and where."""
GREEN = (0, 128, 0)
TELLING = """<script>
document.documentElement.style.background = 'green'
onpointerdown = event => fetch(`/at/${event.clientX}/${event.clientY}`)
</script>"""


def split(display: VirtualDisplay, *arguments: str) -> None:
    subprocess.run(
        ["xrandr", *arguments], env={"PATH": os.environ["PATH"], **display.environment}, check=True, timeout=10
    )


async def test_points_land_on_their_pixel_of_a_screen_scaled_twice(
    chromium: Path, page_server: PageServer, tmp_path: Path
) -> None:
    """A window that draws every point of its own as 2x2 pixels says where it was hit, to half a point."""
    needs("Xvfb", "openbox")
    size, rng = Size(width=2560, height=1440), random.Random(3)
    display = VirtualDisplay(size)
    await display.start()
    hands = DesktopExecutor(environment=display.environment)
    try:
        url = page_server.add("/", TELLING)
        flags = (*FLAGS, "--no-sandbox", "--kiosk", "--force-device-scale-factor=2", f"--user-data-dir={tmp_path}")
        await display.launch([str(chromium), *flags, f"--app={url}"])
        for _ in range(600):  # it is green before it listens
            if ((await hands.look()).pixels == GREEN).all():
                await hands.execute(LeftClick(at=Point(x=700, y=700)))
            if "/at/350/350" in page_server.requested:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        ends = [(x, y) for x in (0, size.width - 1) for y in (0, size.height - 1)]
        for x, y in ends + [(rng.randrange(size.width), rng.randrange(size.height)) for _ in range(ROUNDS)]:
            page_server.requested.clear()
            await hands.execute(LeftClick(at=Point(x=x, y=y)))
            for _ in range(200):
                if page_server.requested:
                    break
                await asyncio.sleep(0.01)
            assert page_server.requested == [f"/at/{x / 2:g}/{y / 2:g}"]
    finally:
        await hands.close()
        await display.stop()


async def test_each_monitor_has_its_own_picture_and_its_own_points() -> None:
    """And what changes about them meanwhile is noticed with the next picture."""
    needs("Xvfb", "xrandr")
    display = VirtualDisplay(WIDE)
    await display.start()
    split(display, "--setmonitor", "left", LEFT, "screen")
    split(display, "--setmonitor", "right", RIGHT, "none")
    window = NotingWindow(display.environment)
    hands = {monitor: DesktopExecutor(environment=display.environment, monitor=monitor) for monitor in (0, 1, 2)}

    async def hit(monitor: int, x: int, y: int) -> tuple[int, int]:
        window.events()
        await hands[monitor].execute(LeftClick(at=Point(x=x, y=y)))
        down = next(event for event in window.events(least=2) if event.kind == "down")
        return down.x, down.y

    try:
        sizes = {monitor: (await each.look()).size for monitor, each in hands.items()}
        assert sizes == {0: WIDE, 1: Size(width=1000, height=600), 2: Size(width=600, height=400)}
        for x, y in ((0, 0), (599, 399), (123, 45)):
            assert await hit(0, x, y) == (x, y)
            assert await hit(1, x, y) == (x, y)
            assert await hit(2, x, y) == (1000 + x, y)
        with pytest.raises(ActionInvalid, match="off the screen"):
            await hands[2].execute(LeftClick(at=Point(x=599, y=400)))
        split(display, "--delmonitor", "right")
        split(display, "--setmonitor", "right", "600/160x500/130+1000+100", "none")
        assert (await hands[2].look()).size == Size(width=600, height=500)
        assert await hit(2, 599, 499) == (1599, 599)
        split(display, "--delmonitor", "right")
        with pytest.raises(SurfaceLost, match="no monitor 2"):
            await hands[2].look()
    finally:
        window.close()
        for each in hands.values():
            await each.close()
        await display.stop()
