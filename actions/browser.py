"""Actions in a browser's page, by real mouse and keyboard events (Playwright): nothing is done by way of the DOM.

Events go to the page, as a person's would, frames and shadow roots included. They never reach what a browser shows
beside a page, of which a headless Chromium paints some into the picture: pop-ups of `<select>`s, dates and colours are
therefore drawn into the page by `sandboxes.popups`, boxes and file choosers are worked by `sandboxes.tabs`. A browser
window's own shortcuts do not reach a page either, so the four for history and reload are done by their meaning.
"""

import asyncio
import re
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
    LongPress,
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
from perception.geometry import Point, Size

DRAG_STEPS = 12
"""Moves between a drag's start and end; a page that follows the pointer wants more than one."""

MAX_TYPED = 200
"""Characters; a longer text is put in line by line, as an input method does it, since each key costs 2 ms or more."""

_KEYS = {"\t": "Tab", "\n": "Enter"}
_SHORT = re.compile(r"[\t\n]|[\x00-\x08\x0b-\x7f]+|[^\x00-\x7f]+")
_LONG = re.compile(r"[\t\n]|[^\t\n]+")
"""What is typed at once: a key, what keys type, what no key types; of a long text, a line."""
_RELEASE_SECONDS = 2.0
_GONE = ("has been closed", "Target crashed", "Page crashed", "Connection closed", "Target closed")


class BrowserExecutor:
    """Carries out actions on one page, which keeps its viewport.

    Points are pixels of its picture, of which there are `scale` in one CSS pixel; they are turned into CSS pixels here,
    and nowhere else. The point is that of the pixel's corner, as a real mouse has it.
    """

    def __init__(self, page: Page, *, scale: float = 1.0) -> None:
        self.page = page
        self._scale = scale
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
            case LongPress(at=at, seconds=seconds):
                await self._hold(at, seconds)
            case Scroll(at=at, pixels=pixels):
                await self._move(at or self._middle())
                await self.page.mouse.wheel(0, -pixels / self._scale)
            case HScroll(at=at, pixels=pixels):
                await self._move(at or self._middle())
                await self.page.mouse.wheel(-pixels / self._scale, 0)
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
            await self.page.mouse.click(*self._css(at), button=button, click_count=count)

    async def _hold(self, at: Point, seconds: float) -> None:
        await self._move(at)
        async with self._releasing(self.page.mouse.up):
            await self.page.mouse.down()
            await asyncio.sleep(seconds)
            await self.page.mouse.up()

    async def _drag(self, start: Point | None, end: Point) -> None:
        await self._move(start or self._middle())
        async with self._releasing(self.page.mouse.up):
            await self.page.mouse.down()
            await self._move(end, steps=DRAG_STEPS)
            await self.page.mouse.up()

    async def _move(self, at: Point, *, steps: int = 1) -> None:
        size = self._size()
        if size is not None and not size.contains(at):
            raise ActionInvalid(f"{at} is off the page, which is {size}.")
        await self.page.mouse.move(*self._css(at), steps=steps)
        self._pointer = at

    def _css(self, at: Point) -> tuple[float, float]:
        return at.x / self._scale, at.y / self._scale

    def _size(self) -> Size | None:
        """Of the page's picture; Chromium rounds a half up."""
        css = self.page.viewport_size
        if css is None:
            return None
        sides = (int(css[side] * self._scale + 0.5) for side in ("width", "height"))
        return Size(width=next(sides), height=next(sides))

    async def _type(self, text: str) -> None:
        """A tab is the Tab key, which moves the focus on unless the page takes it, as it does for a person.

        What no key types is put in whole: the parts of one sign (a flag, a family), one after the other, change places.
        """
        is_short = len(text) <= MAX_TYPED
        for part in (_SHORT if is_short else _LONG).findall(text):
            if part in _KEYS:
                await self.page.keyboard.press(_KEYS[part])
            elif part.isascii() and is_short:
                await self.page.keyboard.type(part)
            else:
                await self.page.keyboard.insert_text(part)

    def _middle(self) -> Point:
        """Where the pointer is, or the middle of the page before it has been anywhere."""
        size = self._size() or Size(width=1, height=1)
        return self._pointer or Point(x=size.width // 2, y=size.height // 2)

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
        if is_gone(error):
            raise SurfaceLost(f"{doing}: the page is gone ({reason}).") from error
        raise ExecutionError(f"{doing}: {reason}.") from error


def is_gone(error: Error) -> bool:
    """Whether an error of Playwright means that the page, or all of Chromium, is there no more."""
    return any(sign in first_line(error) for sign in _GONE)


def first_line(error: BaseException) -> str:
    """What an error of Playwright says, without its call log."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")
