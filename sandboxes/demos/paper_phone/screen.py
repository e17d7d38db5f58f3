"""The phone's screen: a page in a headless Chromium that fingers and keys reach, and that tells what it keeps."""

import asyncio
from pathlib import Path
from typing import Any

from actions.browser import page_errors
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.demos.paper_phone.world import World
from sandboxes.task import Task

PAGE = Path(__file__).with_name("page") / "phone.html"
DEFAULT_SIZE = Size(width=412, height=915)
"""Pixels of an upright phone at one pixel to a dp."""

WIDTH_DP = 412
"""How wide an upright phone is in dp, whatever its pixels."""

MOVE_MILLISECONDS = 16
"""Between two moves of a finger: what a touch screen with 60 reports a second has."""


class Screen:
    """One screen; one finger and one keyboard at a time."""

    def __init__(self, *, size: Size = DEFAULT_SIZE, chromium: str | Path | None = None) -> None:
        self._browser = BrowserEnvironment(viewport=size, chromium=chromium)
        self._hand = asyncio.Lock()
        self.physical = size
        self.size = size
        """Pixels as they are now: turned, or set to another size."""
        self.density = round(160 * min(size.width, size.height) / WIDTH_DP)
        """Pixels to an inch; 160 is one pixel to a dp."""
        self.rotation = 0
        """Quarter turns to the left, as `user_rotation` counts them."""

    async def start(self, world: World) -> None:
        """Switch the screen on. Raises SandboxError when Chromium can't."""
        await self._browser.reset(Task(id="paper-phone", instruction="", url=PAGE.as_uri(), viewport=self.size))
        await self.begin(world)

    async def begin(self, world: World) -> None:
        """Forget everything and begin with this world, upright and in the size that the phone has."""
        self.rotation = 0
        await self.resize(self.physical)
        await self._browser.evaluate(
            "([world, zoom]) => phone.begin(world, zoom)", [world.model_dump(mode="json"), self.density / 160]
        )

    async def close(self) -> None:
        """End Chromium."""
        await self._browser.close()

    async def ask(self, function: str, *arguments: Any) -> Any:
        """What a function of the page says: `ask("get", "secure", "ui_night_mode")`. Its name is never a guest's."""
        return await self._browser.evaluate(f"given => phone.{function}(...given)", list(arguments))

    async def picture(self) -> bytes:
        """The screen as PNG."""
        with page_errors("The screen can't be pictured"):
            return await self._browser.page.screenshot(caret="initial", animations="allow", scale="css")

    async def resize(self, size: Size) -> None:
        """Make the upright screen this large; a turned one has width and height swapped."""
        turned = Size(width=size.height, height=size.width) if self.rotation % 2 else size
        if turned == self.size:
            return
        with page_errors("The screen can't be resized"):
            await self._browser.page.set_viewport_size({"width": turned.width, "height": turned.height})
        self.size = turned

    async def turn(self, rotation: int) -> None:
        """Turn the screen by so many quarters from upright."""
        size = self.upright
        self.rotation = rotation % 4
        await self.resize(size)

    @property
    def upright(self) -> Size:
        """The size that the screen has when it is not turned."""
        return Size(width=self.size.height, height=self.size.width) if self.rotation % 2 else self.size

    # Fingers and keys
    # ---------------------------------------------------------------------------------------

    async def tap(self, at: Point) -> None:
        """Touch a pixel."""
        mouse = self._browser.page.mouse
        async with self._hand:
            with page_errors("The screen can't be touched"):
                await mouse.click(at.x, at.y)

    async def swipe(self, start: Point, end: Point, milliseconds: int) -> None:
        """Put a finger down, move it evenly, and lift it; without a way it is a press that is held."""
        mouse, clock = self._browser.page.mouse, asyncio.get_running_loop().time
        async with self._hand:
            with page_errors("The screen can't be touched"):
                await mouse.move(start.x, start.y)
                await mouse.down()
                try:
                    began, seconds, share = clock(), max(milliseconds, 1) / 1000, 0.0
                    while share < 1:
                        await asyncio.sleep(min(MOVE_MILLISECONDS / 1000, seconds))
                        share = min(1.0, (clock() - began) / seconds)
                        if start != end:
                            x, y = (a + (b - a) * share for a, b in ((start.x, end.x), (start.y, end.y)))
                            await mouse.move(round(x), round(y))
                finally:
                    await mouse.up()

    async def write(self, text: str) -> None:
        """Put text in as an input method does, whatever its characters: at once, as keys cost 4 ms each."""
        async with self._hand:
            with page_errors("The keyboard can't be used"):
                await self._browser.page.keyboard.insert_text(text)

    async def press(self, names: list[str]) -> None:
        """Hold keys in this order (Playwright's names) and let them go in the other."""
        keyboard = self._browser.page.keyboard
        async with self._hand:
            with page_errors("The keyboard can't be used"):
                for name in names:
                    await keyboard.down(name)
                for name in names[::-1]:
                    await keyboard.up(name)
