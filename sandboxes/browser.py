"""A real Chromium as an environment (Playwright): pixels out, mouse and keyboard in.

Nothing of a page but its picture reaches the model: url and title are for logs and guards, and notes say only
what a person at a browser would notice and a screenshot cannot show (a box that was answered, a new tab).

At rest means: no navigation under way, loaded, no young request in flight, and two pictures in a row that are
equal. A page that never rests (an animation) is looked at after `REST_SECONDS`. The native list of a
`<select>` is seen but can't be clicked, only worked with the keyboard; see `actions.browser`.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    async_playwright,
)
from playwright.async_api import TimeoutError as PlaywrightTimeout

from actions.action import Action, Type, Wait
from actions.browser import BrowserExecutor, first_line
from actions.errors import ExecutionError, SurfaceLost
from perception.geometry import Size
from perception.observation import Frame, Observation
from perception.screenshot import decode_png
from sandboxes.chromium import FLAGS, find_chromium
from sandboxes.environment import Transition
from sandboxes.errors import PageError, SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.opening import checked_size, checked_url, goto_reason, launch_reason, refusal_of
from sandboxes.tabs import Tabs
from sandboxes.task import Score, Task

DEFAULT_VIEWPORT = Size(width=352, height=288)
REST_SECONDS = 1.0
"""How long a loaded page may go on changing before it is looked at all the same."""

log = logging.getLogger(__name__)


class BrowserEnvironment:
    """One Chromium; each task gets a fresh profile in it.

    `viewport` holds where a task names none. `chromium` is a path, found when not given. `sandbox` is
    Chromium's own (default: used unless this process is root). `load_seconds` is how long a page may take to
    open. `checker` reads from the page whether the task is done.
    """

    surface = "browser"

    def __init__(
        self,
        *,
        viewport: Size = DEFAULT_VIEWPORT,
        headless: bool = True,
        chromium: str | Path | None = None,
        sandbox: bool | None = None,
        load_seconds: float = 20.0,
        action_seconds: float = 15.0,
        checker: Callable[[Page], Awaitable[Score]] | None = None,
    ) -> None:
        self._viewport = viewport
        self._headless = headless
        self._chromium = chromium
        self._sandbox = os.geteuid() != 0 if sandbox is None else sandbox
        self._load_seconds = load_seconds
        self._action_seconds = action_seconds
        self._checker = checker
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self._tabs: Tabs | None = None
        self._executor: BrowserExecutor | None = None
        self._size = viewport
        self._began = 0.0

    @property
    def page(self) -> Page:
        """The tab in front, for checkers and for environments built on this one."""
        return self._open_tabs().current

    async def reset(self, task: Task) -> Observation:
        """Open the task's page in a fresh profile.

        Raises PageError when it can't be opened, SandboxMissing without a Chromium.
        """
        url, size = checked_url(task.url), checked_size(task.viewport or self._viewport)
        await self._new_context(size)
        await self._goto(url)
        self._began = time.monotonic()
        return await self.settle()

    async def observe(self) -> Observation:
        """Look once, at rest or not."""
        page = await self._shown()
        return await self._observation(decode_png(await self._capture(page), time=self._time()))

    async def settle(self) -> Observation:
        """Look once the page is at rest."""
        frame, _ = await self._rest()
        return await self._observation(frame)

    async def step(self, action: Action) -> Transition:
        """Act on the tab that was last shown, wait until what is in front is at rest, look."""
        tabs = self._open_tabs()
        began = time.perf_counter()
        await self._act(action, tabs)
        acted = time.perf_counter()
        frame, at_rest = await self._rest()
        info = {
            "act_ms": round((acted - began) * 1000, 1),
            "rest_ms": round((time.perf_counter() - acted) * 1000, 1),
            "at_rest": at_rest,
        }
        return Transition(await self._observation(frame), info=info)

    async def score(self) -> Score | None:
        """What the checker reads from the page; None without a checker."""
        if self._checker is None:
            return None
        with _sandbox_errors("The page can't be checked"):
            return await self._checker(self.page)

    async def evaluate(self, expression: str, argument: Any = None) -> Any:
        """The value of a JavaScript expression in the page, or of a function of one argument.

        For checkers and for environments built on this one, never for a model.

        Raises SandboxError when the page can't say, or does not in time.
        """
        with _sandbox_errors("The page can't be asked"):
            async with asyncio.timeout(self._action_seconds):
                return await self.page.evaluate(expression, argument)

    async def close(self) -> None:
        """End Chromium."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = self._context = self._tabs = self._executor = None
        with suppress(Error):
            if browser is not None:
                await browser.close()
        if playwright is not None:
            await playwright.stop()

    # Starting
    # -------------------------------------------------------------------------------------------------

    async def _new_context(self, size: Size) -> None:
        browser = await self._started()
        with _sandbox_errors("Chromium failed"):
            if self._context is not None:
                await self._context.close()
            self._context = await browser.new_context(
                viewport={"width": size.width, "height": size.height},
                device_scale_factor=1,
                accept_downloads=False,
                locale="en-US",
            )
            self._context.set_default_timeout(self._action_seconds * 1000)
            self._tabs, self._executor, self._size = Tabs(self._context), None, size
            await self._context.new_page()

    async def _started(self) -> Browser:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        await self.close()
        path = find_chromium(self._chromium)
        self._playwright = await async_playwright().start()
        try:
            self._browser = await self._launch(self._playwright, path, self._sandbox)
        except Error as error:
            await self.close()
            raise SandboxMissing(f"{path} does not start: {launch_reason(str(error))}.") from error
        return self._browser

    async def _launch(self, playwright: Playwright, path: Path, sandbox: bool) -> Browser:
        try:
            return await playwright.chromium.launch(
                executable_path=path,
                args=list(FLAGS),
                headless=self._headless,
                chromium_sandbox=sandbox,
                # Ctrl-C is for the run, which closes the browser when it has written down where it was.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            if not sandbox or "sandbox" not in str(error).lower():
                raise
            log.warning("Chromium's own sandbox is not available here; it runs without.")
            return await self._launch(playwright, path, False)

    async def _goto(self, url: str) -> None:
        page, limit = self.page, self._load_seconds * 1000
        try:
            answer = await page.goto(url, wait_until="domcontentloaded", timeout=limit)
        except PlaywrightTimeout as error:
            seconds = f"{self._load_seconds:g}"
            raise PageError(
                f"{url} did not load within {seconds} seconds; try again, or allow more (browser.load_seconds)."
            ) from error
        except Error as error:
            raise PageError(f"{url} can't be opened: {goto_reason(str(error))}.") from error
        if answer is not None and (refusal := refusal_of(answer.status)):
            raise PageError(f"{url} can't be opened: {refusal}.")

    # Acting and looking
    # ---------------------------------------------------------------------------------------

    async def _act(self, action: Action, tabs: Tabs) -> None:
        executor = self._executor
        if executor is None:
            raise SandboxError("The browser shows nothing yet.")
        extra = len(action.text) * 0.05 if isinstance(action, Type) else 0.0
        extra += action.seconds if isinstance(action, Wait) else 0.0
        try:
            async with asyncio.timeout(self._action_seconds + extra):
                await executor.execute(action)
        except TimeoutError as error:
            seconds = f"{self._action_seconds:g} s"
            raise ExecutionError(f"{action.kind}: the page did not answer within {seconds}.") from error
        except SurfaceLost:
            # A click may close its own tab: with another tab in front the action was done.
            if tabs.current is executor.page:
                raise

    async def _rest(self) -> tuple[Frame, bool]:
        """The picture once the page is at rest, and whether it came to rest."""
        tabs, before, deadline = self._open_tabs(), b"", time.monotonic() + REST_SECONDS
        while True:
            page = await self._shown()
            waited = await self._loaded(page, tabs)
            deadline += waited
            picture = await self._capture(page)
            still = picture == before and page is tabs.current
            if (still and not tabs.busy) or time.monotonic() > deadline:
                return decode_png(picture, time=self._time()), still
            before = picture

    async def _loaded(self, page: Page, tabs: Tabs) -> float:
        """Wait for a navigation that is under way; returns the seconds that it took."""
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._load_seconds):
                await tabs.arrived.wait()
        left = self._load_seconds - (time.monotonic() - began)
        try:
            await page.wait_for_load_state("load", timeout=max(1.0, left * 1000))
        except PlaywrightTimeout:
            tabs.note("The page is still loading.")
        except Error as error:
            if not page.is_closed():
                raise SandboxError(f"The page can't be waited for: {first_line(error)}.") from error
        return time.monotonic() - began

    async def _shown(self) -> Page:
        """The tab in front, made the one that actions go to."""
        page = self._open_tabs().current
        if self._executor is None or self._executor.page is not page:
            self._executor = BrowserExecutor(page)
            with suppress(Error):  # It may be closing already; the picture that follows tells.
                await page.set_viewport_size({"width": self._size.width, "height": self._size.height})
                await page.bring_to_front()
        return page

    async def _capture(self, page: Page) -> bytes:
        """The page as PNG. Between two documents there is no picture for a moment, so it is asked for again."""
        deadline = time.monotonic() + self._action_seconds
        while True:
            try:
                return await page.screenshot(caret="initial", animations="allow", scale="css")
            except PlaywrightTimeout as error:
                seconds = f"{self._action_seconds:g} s"
                raise SandboxCrashed(f"The page could not be pictured within {seconds}.") from error
            except Error as error:
                front = self._open_tabs().current
                if time.monotonic() > deadline:
                    raise SandboxCrashed(f"The page can't be pictured: {first_line(error)}.") from error
                if front is not page:
                    page = await self._shown()
            await asyncio.sleep(0.03)

    async def _observation(self, frame: Frame) -> Observation:
        tabs = self._open_tabs()
        page, title = tabs.current, ""
        with suppress(Error, TimeoutError):  # Between two pages there is none.
            async with asyncio.timeout(1.0):
                title = await page.title()
        return Observation(frame=frame, url=page.url, title=title, notes=tabs.take_notes())

    def _open_tabs(self) -> Tabs:
        if self._tabs is None:
            raise SandboxError("The browser has not been reset.")
        return self._tabs

    def _time(self) -> float:
        return time.monotonic() - self._began


@contextmanager
def _sandbox_errors(what: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise SandboxError(f"{what}: it did not answer in time.") from error
    except Error as error:
        raise SandboxError(f"{what}: {first_line(error)}.") from error
