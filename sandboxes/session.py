"""Scripts work a surface through a session: click, type, look, in words of one line each.

    from sandboxes import desktop

    with desktop.open(launch=[["mousepad", "notes.txt"]]) as screen:
        screen.click(640, 400)
        screen.type("Hello")
        screen.key("ctrl", "s")
        screen.save("after.png")

What `open` gives is entered with `with` for a `SyncSession`, or with `async with` for a `Session`, which has the same
methods as coroutines. Points are pixels of the picture. A session can be handed to an agent, which goes on where the
script is, and gives it back.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from actions.action import (
    ACTION,
    Action,
    HScroll,
    Key,
    LeftClickDrag,
    LongPress,
    MouseMove,
    Open,
    Scroll,
    Swipe,
    SystemButton,
    Type,
    Wait,
)
from actions.keys import chord
from perception.files import replace_file
from perception.geometry import Point, Size
from perception.observation import Frame, Observation
from perception.screenshot import encode_png
from sandboxes.environment import Environment, Transition
from sandboxes.task import Score, Task

Button = Literal["left", "middle", "right"]
Result = TypeVar("Result")
_CLICKS = {("left", 1): "left_click", ("left", 2): "double_click", ("left", 3): "triple_click"}
_CLICKS |= {("middle", 1): "middle_click", ("right", 1): "right_click"}


class Session:
    """A surface, worked step by step; every step gives what is seen once the surface is at rest."""

    def __init__(self, environment: Environment, observation: Observation, task: Task) -> None:
        self.environment = environment
        self.task = task
        """What it was begun with."""
        self.observation = observation
        """What was seen last."""
        self._stack = AsyncExitStack()
        self._kept: dict[Any, Any] = {}

    async def kept(self, key: Any, make: Callable[[], AbstractAsyncContextManager[Result]]) -> Result:
        """What was entered under this key, now or before; it is left with the session. A model is read once so.
        key: hashable."""
        if key not in self._kept:
            self._kept[key] = await self._stack.enter_async_context(make())
        return self._kept[key]

    async def close(self) -> None:
        """Leave what was kept, and the surface."""
        try:
            await self._stack.aclose()
        finally:
            await self.environment.close()

    @property
    def frame(self) -> Frame:
        """The picture that was seen last."""
        return self.observation.frame

    @property
    def size(self) -> Size:
        """Of that picture, in pixels."""
        return self.frame.size

    async def do(self, action: Action) -> Transition:
        """Any action. Raises ActionError where the surface refuses it, SandboxError where the place broke."""
        transition = await self.environment.step(action)
        self.observation = transition.observation
        return transition

    async def look(self) -> Frame:
        """The picture now."""
        self.observation = await self.environment.observe()
        return self.frame

    async def click(self, x: int, y: int, *, button: Button = "left", count: int = 1) -> Transition:
        """Click a point, several times where asked. Raises ValueError for what no action is, such as four clicks."""
        if (button, count) not in _CLICKS:
            raise ValueError(f"There is no action for {count} clicks of the {button} button: take one to three, left.")
        return await self.do(ACTION.validate_python({"kind": _CLICKS[button, count], "at": {"x": x, "y": y}}))

    async def move(self, x: int, y: int) -> Transition:
        """Move the pointer."""
        return await self.do(MouseMove(at=Point(x=x, y=y)))

    async def press(self, x: int, y: int, seconds: float = 1.0) -> Transition:
        """Press a point and hold it."""
        return await self.do(LongPress(at=Point(x=x, y=y), seconds=seconds))

    async def drag(self, start: tuple[int, int], end: tuple[int, int]) -> Transition:
        """Drag with the left button."""
        return await self.do(LeftClickDrag(start=_point(start), end=_point(end)))

    async def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> Transition:
        """Swipe with a finger, on phones."""
        return await self.do(Swipe(start=_point(start), end=_point(end)))

    async def scroll(self, pixels: int, *, at: tuple[int, int] | None = None, sideways: bool = False) -> Transition:
        """Turn the wheel; positive is up, or left where it is sideways."""
        place = None if at is None else _point(at)
        return await self.do(HScroll(at=place, pixels=pixels) if sideways else Scroll(at=place, pixels=pixels))

    async def type(self, text: str) -> Transition:
        """Type where the focus is."""
        return await self.do(Type(text=text))

    async def key(self, *keys: str) -> Transition:
        """Press keys together: `key("ctrl", "s")`, also `key("ctrl+s")`. Raises ActionInvalid for no such key."""
        return await self.do(Key(keys=chord(keys)))

    async def button(self, name: Literal["back", "home", "menu", "enter"]) -> Transition:
        """Press a button of a phone."""
        return await self.do(SystemButton(button=name))

    async def open(self, app: str) -> Transition:
        """Open an app of a phone by its name."""
        return await self.do(Open(app=app))

    async def wait(self, seconds: float) -> Transition:
        """Let time pass."""
        return await self.do(Wait(seconds=seconds))

    async def until(self, changed: Callable[[Frame], bool], *, seconds: float = 10.0) -> Frame:
        """Look until the picture is as it should be. Raises TimeoutError when it never is."""
        async with asyncio.timeout(seconds):
            for _ in count():
                if changed(await self.look()):
                    break
                await asyncio.sleep(0.05)
        return self.frame

    async def save(self, path: str | Path) -> None:
        """Write the picture that was seen last as a PNG file, whole or not at all."""
        replace_file(Path(path), encode_png(self.frame))

    async def score(self) -> Score | None:
        """What the environment's checker reads from the world; None without one."""
        return await self.environment.score()


class SyncSession:
    """The same for scripts without `async`: its loop runs in a thread of its own."""

    def __init__(self, session: Session, run: "EventLoop") -> None:
        self.inner = session
        """The session that does the work."""
        self._run = run

    @property
    def environment(self) -> Environment:
        """See `Session`; its coroutines belong to this session's own loop."""
        return self.inner.environment

    @property
    def observation(self) -> Observation:
        """What was seen last."""
        return self.inner.observation

    @property
    def frame(self) -> Frame:
        """The picture that was seen last."""
        return self.inner.frame

    @property
    def size(self) -> Size:
        """Of that picture, in pixels."""
        return self.inner.size

    def wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs a coroutine in the session's loop, such as what an agent does with its environment."""
        return self._run(work)

    def do(self, action: Action) -> Transition:
        """See `Session.do`; the same for all below."""
        return self._run(self.inner.do(action))

    def look(self) -> Frame:
        """The picture now."""
        return self._run(self.inner.look())

    def click(self, x: int, y: int, *, button: Button = "left", count: int = 1) -> Transition:
        """Click a point."""
        return self._run(self.inner.click(x, y, button=button, count=count))

    def move(self, x: int, y: int) -> Transition:
        """Move the pointer."""
        return self._run(self.inner.move(x, y))

    def press(self, x: int, y: int, seconds: float = 1.0) -> Transition:
        """Press a point and hold it."""
        return self._run(self.inner.press(x, y, seconds))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> Transition:
        """Drag with the left button."""
        return self._run(self.inner.drag(start, end))

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> Transition:
        """Swipe with a finger, on phones."""
        return self._run(self.inner.swipe(start, end))

    def scroll(self, pixels: int, *, at: tuple[int, int] | None = None, sideways: bool = False) -> Transition:
        """Turn the wheel."""
        return self._run(self.inner.scroll(pixels, at=at, sideways=sideways))

    def type(self, text: str) -> Transition:
        """Type where the focus is."""
        return self._run(self.inner.type(text))

    def key(self, *keys: str) -> Transition:
        """Press keys together."""
        return self._run(self.inner.key(*keys))

    def button(self, name: Literal["back", "home", "menu", "enter"]) -> Transition:
        """Press a button of a phone."""
        return self._run(self.inner.button(name))

    def open(self, app: str) -> Transition:
        """Open an app of a phone by its name."""
        return self._run(self.inner.open(app))

    def wait(self, seconds: float) -> Transition:
        """Let time pass."""
        return self._run(self.inner.wait(seconds))

    def until(self, changed: Callable[[Frame], bool], *, seconds: float = 10.0) -> Frame:
        """Look until the picture is as it should be."""
        return self._run(self.inner.until(changed, seconds=seconds))

    def save(self, path: str | Path) -> None:
        """Write the picture that was seen last as a PNG file."""
        self._run(self.inner.save(path))

    def score(self) -> Score | None:
        """What the environment's checker reads from the world."""
        return self._run(self.inner.score())


class Opening:
    """A surface that is about to be opened: enter it with `with` or `async with`; leaving it leaves nothing running."""

    def __init__(self, make: Callable[[], Environment], task: Task) -> None:
        self._make, self._task = make, task
        self._session: Session | None = None
        self._loop: EventLoop | None = None

    async def __aenter__(self) -> Session:
        environment = self._make()
        try:
            self._session = Session(environment, await environment.reset(self._task), self._task)
        except BaseException:
            await environment.close()
            raise
        return self._session

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def __enter__(self) -> SyncSession:
        self._loop = EventLoop()
        try:
            return SyncSession(self._loop(self.__aenter__()), self._loop)
        except BaseException:
            self._loop.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        try:
            self._loop(self.__aexit__(kind, error, trace))
        finally:
            self._loop.close()


class EventLoop:
    """Runs coroutines for who has no loop, in a thread of its own: so a script may itself be called from a running
    loop, as in a notebook."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="handeye-session", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""
        return not self._loop.is_closed()

    def __call__(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs a coroutine there and waits for it; Ctrl-C cancels it first."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    def close(self) -> None:
        """Ends the thread."""
        self(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _point(pair: tuple[int, int]) -> Point:
    return Point(x=pair[0], y=pair[1])
