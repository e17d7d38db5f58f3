"""The Chromium process behind an environment: started when it is first needed, and anew when it has ended."""

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from playwright.async_api import Browser, Error, Playwright, async_playwright

from sandboxes.chromium import FLAGS, find_chromium
from sandboxes.errors import SandboxMissing
from sandboxes.opening import launch_reason
from sandboxes.wall import Launch, Wall

_TIDY_SECONDS = 1.0
"""Playwright removes the folders of a Chromium that was killed, but not any more once it is stopped itself."""

_LOGS = ("DEBUG", "DEBUG_FILE", "PWDEBUG", "CHROME_LOG_FILE", "SSLKEYLOGFILE")
"""Variables by which Playwright's driver and Chromium write down what they are told."""

log = logging.getLogger(__name__)


class Engine:
    """One Chromium. `chromium` is a path, found when not given; `sandbox` is Chromium's own; `wall` holds it."""

    def __init__(self, *, chromium: str | Path | None, headless: bool, sandbox: bool, wall: Wall) -> None:
        self._chromium = chromium
        self._headless = headless
        self._sandbox = sandbox
        self._wall = wall
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self.is_quiet = False
        """Whether Playwright and Chromium must write no log of what is typed, whatever this process's variables say."""

    async def started(self, page: Path | None = None) -> Browser:
        """The running browser; page: the file that it is to open, for which a browser that is held is started anew
        where it does not see its folder.

        Raises SandboxMissing when there is none that starts, or none that can be held as it is demanded.
        """
        if self._browser is not None and self._browser.is_connected() and self._wall.shows(page):
            return self._browser
        await self.close()
        path = find_chromium(self._chromium)
        raising = asyncio.ensure_future(asyncio.to_thread(self._wall.around, path, page))
        try:
            # Playwright takes longer to start than a wall to be raised.
            with _without_logs() if self.is_quiet else nullcontext():
                self._playwright = await async_playwright().start()
            self._browser = await self._launch(self._playwright, await raising, self._sandbox)
        except Error as error:
            await self.close()
            raise SandboxMissing(f"{path} does not start: {launch_reason(str(error))}.") from error
        except BaseException:
            await asyncio.wait([raising])
            await self.close()
            raise
        return self._browser

    async def close(self) -> None:
        """End Chromium; may be called twice, and when it has ended already."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        if browser is not None:
            try:
                # What was killed a moment ago still counts as connected until it is asked something.
                await (await browser.new_browser_cdp_session()).detach()
            except Error:
                await asyncio.sleep(_TIDY_SECONDS)
            with suppress(Error):
                await browser.close()
        if playwright is not None:
            await playwright.stop()
        await asyncio.to_thread(self._wall.close)

    async def _launch(self, playwright: Playwright, launch: Launch, sandbox: bool) -> Browser:
        try:
            return await playwright.chromium.launch(
                executable_path=launch.program,
                args=[*FLAGS, *launch.flags],
                env=self._environment(launch),
                downloads_path=launch.downloads,
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
            return await self._launch(playwright, launch, False)

    def _environment(self, launch: Launch) -> dict[str, str | float | bool] | None:
        """What Chromium is started with; None: what the driver has, which was started without what asks for logs."""
        if launch.environment is None:
            return None
        kept: Mapping[str, str] = launch.environment
        return {name: value for name, value in kept.items() if not (self.is_quiet and name in _LOGS)}


@contextmanager
def _without_logs() -> Iterator[None]:
    """What is started meanwhile inherits no variable that asks for logs."""
    taken = {name: os.environ.pop(name) for name in _LOGS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
