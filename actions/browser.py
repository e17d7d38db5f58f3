"""Actions in a browser's page, by real mouse and keyboard events (Playwright).

What headless Chromium does with native pop-ups (measured with 156): the list of a `<select>` is in the
screenshot, and the keyboard works it (a click opens it, arrows move, Enter takes), but mouse events go to the
page behind it. A browser window's own shortcuts do not reach a page, so the four that a person misses most
are done by their meaning.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

from playwright.async_api import Error, Page

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError, SurfaceLost
from actions.keys import playwright_name
from perception.geometry import Point

DRAG_STEPS = 12
"""Moves between a drag's start and end; a page that follows the pointer wants more than one."""

MAX_TYPED = 200
"""Characters; a longer text is put in line by line, as an input method does it, since each key costs 2 ms
or more.
"""

_RELEASE_SECONDS = 2.0
_GONE = ("has been closed", "Target crashed", "Page crashed", "Connection closed", "Target closed")


class BrowserExecutor:
    """Carries out actions on one page. The page keeps its viewport; points are pixels of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._pointer: Point | None = None
        self._shortcuts: dict[tuple[str, ...], Callable[[], Awaitable[object]]] = {
            ("alt", "left"): lambda: page.go_back(wait_until="commit"),
            ("alt", "right"): lambda: page.go_forward(wait_until="commit"),
            ("f5",): lambda: page.reload(wait_until="commit"),
            ("ctrl", "r"): lambda: page.reload(wait_until="commit"),
        }

    async def execute(self, action: Action) -> None:
        """Do exactly what the action says; see `Executor`."""
        with page_errors(f"{action.kind} failed"):
            await self._execute(action)

    async def _execute(self, action: Action) -> None:
        match action:
            case LeftClick(at=at):
                await self._click(at)
            case RightClick(at=at):
                await self._click(at, button="right")
            case MiddleClick(at=at):
                await self._click(at, button="middle")
            case DoubleClick(at=at):
                await self._click(at, count=2)
            case TripleClick(at=at):
                await self._click(at, count=3)
            case MouseMove(at=at):
                await self._move(at)
            case LeftClickDrag(start=start, end=end):
                await self._drag(start, end)
            case Scroll(at=at, pixels=pixels):
                await self._move(at or self._middle())
                await self.page.mouse.wheel(0, -pixels)
            case HScroll(at=at, pixels=pixels):
                await self._move(at or self._middle())
                await self.page.mouse.wheel(-pixels, 0)
            case Type(text=text):
                await self._type(text.replace("\r\n", "\n").replace("\r", "\n"))
            case Key(keys=keys):
                await self._chord(keys)
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
            case Terminate() | Answer():
                pass
            case _:
                raise ActionUnsupported(f'A browser has no action "{action.kind}".')

    async def _click(self, at: Point, *, button: Literal["left", "middle", "right"] = "left", count: int = 1) -> None:
        await self._move(at)
        async with self._releasing(lambda: self.page.mouse.up(button=button)):
            await self.page.mouse.click(at.x, at.y, button=button, click_count=count)

    async def _drag(self, start: Point | None, end: Point) -> None:
        await self._move(start or self._middle())
        async with self._releasing(self.page.mouse.up):
            await self.page.mouse.down()
            await self._move(end, steps=DRAG_STEPS)
            await self.page.mouse.up()

    async def _move(self, at: Point, *, steps: int = 1) -> None:
        size = self.page.viewport_size
        if size and not (0 <= at.x < size["width"] and 0 <= at.y < size["height"]):
            raise ActionInvalid(f"{at} is off the page, which is {size['width']}x{size['height']}.")
        await self.page.mouse.move(at.x, at.y, steps=steps)
        self._pointer = at

    async def _type(self, text: str) -> None:
        if len(text) <= MAX_TYPED:
            await self.page.keyboard.type(text)
            return
        for index, line in enumerate(text.split("\n")):
            if index:
                await self.page.keyboard.press("Enter")
            if line:
                await self.page.keyboard.insert_text(line)

    def _middle(self) -> Point:
        """Where the pointer is, or the middle of the page before it has been anywhere."""
        size = self.page.viewport_size or {"width": 1, "height": 1}
        return self._pointer or Point(x=size["width"] // 2, y=size["height"] // 2)

    async def _chord(self, keys: tuple[str, ...]) -> None:
        if shortcut := self._shortcuts.get(keys):
            await shortcut()
            return
        last = keys[-1]
        if len(last) == 1 and not last.isascii():
            if len(keys) > 1:
                raise ActionUnsupported(f'The keyboard has no key "{last}" to press with others.')
            await self.page.keyboard.insert_text(last)
            return
        names = [playwright_name(key) for key in keys]
        async with self._releasing(*(lambda name=name: self.page.keyboard.up(name) for name in names[::-1])):
            for name in names:
                await self.page.keyboard.down(name)
            for name in names[::-1]:
                await self.page.keyboard.up(name)

    @asynccontextmanager
    async def _releasing(self, *releases: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """When what is inside fails or is cancelled, let go of what may be held, as far as the page still
        answers.
        """
        try:
            yield
        except BaseException:
            for release in releases:
                try:
                    async with asyncio.timeout(_RELEASE_SECONDS):
                        await release()
                except TimeoutError:
                    break
                except Error:
                    continue
            raise


@contextmanager
def page_errors(doing: str) -> Iterator[None]:
    """Playwright's errors as ours: SurfaceLost when the page is gone, else ExecutionError; one line each."""
    try:
        yield
    except Error as error:
        reason = first_line(error)
        if any(sign in reason for sign in _GONE):
            raise SurfaceLost(f"{doing}: the page is gone ({reason}).") from error
        raise ExecutionError(f"{doing}: {reason}.") from error


def first_line(error: BaseException) -> str:
    """What an error of Playwright says, without its call log."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")
