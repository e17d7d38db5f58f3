"""A real Chromium as an environment (Playwright): pixels out, mouse and keyboard in.

Nothing of a page but its picture reaches the model: url and title are for logs and guards, and notes say only
what a person at a browser would notice and a screenshot cannot show (a box that was answered, a new tab, a file).

A frame has the pixels of the screen: the viewport, which is in CSS pixels, times `device_scale`. The executor turns a
point into CSS pixels, once. At rest means: no navigation under way, loaded, no young request or download in flight, and
two pictures in a row that are equal. A page that never rests (an animation) is looked at after `REST_SECONDS`.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from actions.action import Action
from actions.browser import BrowserExecutor, first_line, is_gone
from actions.risk import Under
from perception.geometry import Size
from perception.observation import Frame, Observation
from perception.screenshot import decode_png
from sandboxes.acting import carry_out
from sandboxes.allowance import Allowance, Answer
from sandboxes.camera import Camera, Shot
from sandboxes.engine import Engine
from sandboxes.environment import Transition, step_info
from sandboxes.errors import PageError, SandboxCrashed, SandboxError
from sandboxes.hosts import Hosts, host_of
from sandboxes.notes import Notes
from sandboxes.opening import checked_scale, checked_size, checked_url, file_of, goto_reason, plain_url, refusal_of
from sandboxes.patches import blacked
from sandboxes.permissions import Permissions
from sandboxes.popups import popup_script
from sandboxes.scrubbing import Scrubber
from sandboxes.session import Opening
from sandboxes.storage import State, read_state, write_state
from sandboxes.tabs import Tabs
from sandboxes.task import Score, Task
from sandboxes.under import under
from sandboxes.wall import Wall

DEFAULT_VIEWPORT = Size(width=352, height=288)
REST_SECONDS = 1.0
"""How long a loaded page may go on changing before it is looked at all the same."""

_PICTURE_SECONDS = 1.0  # asked for while one document follows another it may never come; it is asked for again
_CONTEXT_SECONDS = 4.0  # for Chromium's own work, also where pages have less to load
_GONE_SECONDS = 1.0  # for a tab that was closed to be known as closed


class BrowserEnvironment:
    """One Chromium; each task gets a fresh profile in it.

    `viewport`, in CSS pixels, holds where a task names none; a frame has `device_scale` times as many a side.
    `chromium` is a path, found when not given. `sandbox` is Chromium's own (default: used unless this process is root).
    `load_seconds` is how long a page may take to open. `checker` reads from the page whether the task is done.

    `draws_popups` puts lists, calendars and colours into the page, where they can be clicked (see `sandboxes.popups`);
    without it Chromium's own open. `storage_state`, a file or its content, is what `save_storage_state` saved: cookies
    and stores to begin with. What pages may do: `dialogs` (see `sandboxes.dialogs`), `downloads` (where folders for
    them are made; None refuses them), `uploads` (the folder whose files may be given), `permissions` (of
    `sandboxes.allowance.PERMISSIONS`), `allowed_hosts` (glob patterns; None allows all; see `sandboxes.hosts`).
    `isolated`: whether namespaces keep Chromium from other hosts and from files (see `sandboxes.wall`): True refuses to
    start where they can't be had, False does not try, None tries where hosts are limited.

    Raises SandboxError for options that can't be.
    """

    surface = "browser"

    def __init__(
        self,
        *,
        viewport: Size = DEFAULT_VIEWPORT,
        device_scale: float = 1.0,
        headless: bool = True,
        chromium: str | Path | None = None,
        sandbox: bool | None = None,
        load_seconds: float = 20.0,
        action_seconds: float = 15.0,
        draws_popups: bool = True,
        storage_state: State | None = None,
        dialogs: Answer = "dismiss",
        downloads: Path | None = None,
        uploads: Path | None = None,
        permissions: Sequence[str] = (),
        allowed_hosts: Sequence[str] | None = None,
        isolated: bool | None = None,
        checker: Callable[[Page], Awaitable[Score]] | None = None,
    ) -> None:
        self._viewport = viewport
        self._scale = checked_scale(device_scale)
        self._load_seconds = load_seconds
        self._action_seconds = action_seconds
        self._draws_popups = draws_popups
        self._storage_state = storage_state
        self._allowance = Allowance(
            dialogs=dialogs,
            downloads=downloads,
            uploads=uploads,
            permissions=tuple(permissions),
            hosts=Hosts(allowed_hosts),
        )
        self._checker = checker
        self._wall = Wall(self._allowance.hosts, isolated, () if uploads is None else (uploads,), headed=not headless)
        sandbox = os.geteuid() != 0 if sandbox is None else sandbox
        self._engine = Engine(chromium=chromium, headless=headless, sandbox=sandbox, wall=self._wall)
        self._scrubber: Scrubber | None = None
        self._context: BrowserContext | None = None
        self._tabs: Tabs | None = None
        self._executor: BrowserExecutor | None = None
        self._cameras: dict[Page, Camera] = {}
        self._partial: tuple[Page, str] | None = None
        self._size = viewport
        self._began = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is a page that answers."""
        return self._tabs is not None and not self._tabs.lost.done()

    @property
    def is_held(self) -> bool:
        """Whether namespaces hold it to the allowed hosts and files; settled by the first reset."""
        return self._wall.is_held

    @property
    def page(self) -> Page:
        """The tab in front, for checkers and for environments built on this one."""
        return self._open_tabs().current

    @property
    def downloaded(self) -> list[Path]:
        """The files that were downloaded since the reset, for checkers."""
        return self._open_tabs().downloads.files

    def hide(self, scrubber: Scrubber) -> None:
        """From now on: filled password fields and the scrubber's secrets are black in every frame, and no secret is in
        a note or a download's name; see `sandboxes.veil`."""
        self._scrubber, self._cameras = scrubber, {}
        self._engine.is_quiet = True
        if self._tabs is not None:
            self._tabs.scrub_with(scrubber)

    async def focused_url(self) -> str:
        """Scheme and host of the frame that the keyboard types into, a file's whole address, "null" without an origin.

        Raises SandboxError when the page does not say in time.
        """
        with _sandbox_errors("The page's focus can't be found"):
            async with asyncio.timeout(self._action_seconds):
                return await self._camera_of(self.page).focused_url()

    async def reset(self, task: Task) -> Observation:
        """Open the task's page in a fresh profile.

        Raises PageError when it can't be opened, SandboxMissing without a Chromium.
        """
        url, size = checked_url(task.url), checked_size(task.viewport or self._viewport, self._scale)
        if not self._allowance.hosts.allows(url):
            raise PageError(f"{plain_url(url)} can't be opened: {self._allowance.hosts.refusal}.")
        await self._new_context(size, file_of(url))
        await self._goto(url)
        self._began = time.monotonic()
        return await self.settle()

    async def reopen(self, url: str) -> None:
        """Open a page in the tab in front, with the profile as it is: a third of the time. Raises as `reset`."""
        with _sandbox_errors("The tab can't be used again"):
            async with asyncio.timeout(self._action_seconds):
                await self.page.mouse.move(0, 0)
        await self._goto(url)
        await self._loaded(self.page, tabs := self._open_tabs())
        tabs.take_notes()
        self._began = time.monotonic()

    async def observe(self) -> Observation:
        """Look once, at rest or not."""
        return await self._observation(self._frame(await self._capture(await self._shown())))

    async def settle(self) -> Observation:
        """Look once the page is at rest."""
        frame, _ = await self._rest()
        return await self._observation(frame)

    async def step(self, action: Action) -> Transition:
        """Act on the tab that was last shown, wait until what is in front is at rest, look."""
        tabs = self._open_tabs()
        began = time.perf_counter()
        if self._executor is None:
            raise SandboxError("The browser shows nothing yet.")
        if not await tabs.took(action):
            await carry_out(self._executor, action, tabs, self._action_seconds)
        acted = time.perf_counter()
        frame, at_rest = await self._rest()
        info = step_info(began, acted, at_rest=at_rest)
        return Transition(await self._observation(frame), info=info)

    async def under(self, action: Action) -> Under:
        """What the action would meet in the tab in front."""
        page = await self._shown()
        return await under(page, action, url=plain_url(page.url), scale=self._scale, seconds=self._action_seconds)

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

    async def save_storage_state(self, path: Path) -> None:
        """Write cookies and stores of this profile to a file that only its owner may read, whole or not at all.

        It holds what the person is signed in with. Raises SandboxError when it can't be read or written.
        """
        if self._context is None:
            raise SandboxError("The browser has not been reset.")
        with _sandbox_errors("The stores can't be read"):
            await write_state(self._context, path)

    async def close(self) -> None:
        """End Chromium."""
        self._context = self._tabs = self._executor = None
        self._cameras = {}
        await self._engine.close()

    # Starting
    # -------------------------------------------------------------------------------------------------

    async def _new_context(self, size: Size, file: Path | None) -> None:
        limit = max(self._load_seconds, _CONTEXT_SECONDS)
        with suppress(Error, TimeoutError):  # It may have ended with its Chromium.
            async with asyncio.timeout(limit):
                if self._context is not None:
                    await self._context.close()
        self._context = self._tabs = self._executor = None
        self._cameras = {}
        browser = await self._engine.started(file)
        with _sandbox_errors("Chromium failed"):
            async with asyncio.timeout(limit):  # of one that dies meanwhile there is no answer
                notes = Notes(self._scrubber.scrub) if self._scrubber is not None else Notes()
                self._context = context = await browser.new_context(
                    viewport={"width": size.width, "height": size.height},
                    device_scale_factor=self._scale,
                    accept_downloads=self._allowance.downloads is not None,
                    storage_state=read_state(self._storage_state),
                    locale="en-US",
                )
                context.set_default_timeout(self._action_seconds * 1000)
                self._tabs, self._size = Tabs(context, self._allowance, notes), size
                await Permissions(self._allowance.permissions, notes).rule(context)
                if self._draws_popups:
                    await context.add_init_script(popup_script())
                await context.new_page()

    async def _goto(self, url: str) -> None:
        page, limit, named = self.page, self._load_seconds * 1000, plain_url(url)
        try:
            answer = await page.goto(url, wait_until="domcontentloaded", timeout=limit)
        except PlaywrightTimeout as error:
            seconds = f"{self._load_seconds:g}"
            raise PageError(
                f"{named} did not load within {seconds} seconds; try again, or allow more (browser.load_seconds)."
            ) from error
        except Error as error:
            refused = [note for note in self._open_tabs().take_notes() if "hosts that may be reached" in note]
            why = self._wall.refused.get(host_of(url), "")
            reason = self._allowance.hosts.refusal if refused else why or goto_reason(str(error))
            raise PageError(f"{named} can't be opened: {reason}.") from error
        if answer is not None and (refusal := refusal_of(answer.status)):
            raise PageError(f"{named} can't be opened: {refusal}.")

    # Acting and looking
    # ---------------------------------------------------------------------------------------

    async def _rest(self) -> tuple[Frame, bool]:
        """The picture once the page is at rest, and whether it came to rest."""
        tabs, before, deadline = self._open_tabs(), Shot(), time.monotonic() + REST_SECONDS
        while True:
            page = await self._shown()
            waited = await self._loaded(page, tabs)
            deadline += waited
            shot = await self._capture(page)
            still = shot == before and page is tabs.current
            # The first picture of a page may take as long as it may go on changing: two are compared in any case.
            if (still and not tabs.busy) or (before.png and time.monotonic() > deadline):
                return self._frame(shot), still
            before = shot

    async def _loaded(self, page: Page, tabs: Tabs) -> float:
        """Wait for a navigation that is under way; returns the seconds that it took.

        One that does not come in time is stopped, as a person would do it. A page of which a part does not come is
        waited for once.
        """
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._load_seconds):
                await tabs.arrived.wait()
        except TimeoutError:
            tabs.note(f"The next page did not come within {self._load_seconds:g} seconds; loading was stopped.")
            await self._camera_of(page).stop_loading()
            tabs.give_up()
        left = max(0.001, self._load_seconds - (time.monotonic() - began))
        try:
            if self._partial != (page, page.url):
                await page.wait_for_load_state("load", timeout=left * 1000)
        except PlaywrightTimeout:
            self._partial = page, page.url
            tabs.note("The page is still loading.")
        except Error as error:
            if not page.is_closed():
                raise SandboxError(f"The page can't be waited for: {first_line(error)}.") from error
        return time.monotonic() - began

    async def _shown(self) -> Page:
        """The tab in front, made the one that actions go to."""
        page = self._open_tabs().current
        if self._executor is None or self._executor.page is not page:
            self._executor = BrowserExecutor(page, scale=self._scale)
            with suppress(Error):  # It may be closing already; the picture that follows tells.
                await page.set_viewport_size({"width": self._size.width, "height": self._size.height})
                await page.bring_to_front()
        return page

    def _frame(self, shot: Shot) -> Frame:
        return blacked(decode_png(shot.png, time=time.monotonic() - self._began), shot.patches)

    async def _capture(self, page: Page) -> Shot:
        """The page. Between two documents there is no picture for a moment, so it is asked for again."""
        tabs, began, limit = self._open_tabs(), time.monotonic(), self._action_seconds
        while True:
            left = limit - (time.monotonic() - began)
            try:
                return await self._camera_of(page).picture(tabs.lost, max(0.1, min(left, _PICTURE_SECONDS)))
            except TimeoutError as error:
                if left < _PICTURE_SECONDS:
                    raise SandboxCrashed(f"The page could not be pictured within {limit:g} s.") from error
            except Error as error:
                is_over = is_gone(error) and tabs.current is page and time.monotonic() - began > _GONE_SECONDS
                if is_over or left <= 0:
                    raise SandboxCrashed(f"The page can't be pictured: {first_line(error)}.") from error
                await asyncio.sleep(0.03)
            if tabs.current is not page:
                page = await self._shown()

    def _camera_of(self, page: Page) -> Camera:
        if page not in self._cameras:
            self._cameras[page] = Camera(page, scale=self._scale, scrubber=self._scrubber)
        return self._cameras[page]

    async def _observation(self, frame: Frame) -> Observation:
        tabs = self._open_tabs()
        page, title = tabs.current, ""
        with suppress(Error, TimeoutError):  # Between two pages there is none.
            async with asyncio.timeout(1.0):
                title = await page.title()
        return Observation(frame=frame, url=plain_url(page.url), title=title, notes=tabs.take_notes())

    def _open_tabs(self) -> Tabs:
        if self._tabs is None:
            raise SandboxError("The browser has not been reset.")
        return self._tabs


@contextmanager
def _sandbox_errors(what: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise SandboxError(f"{what}: it did not answer in time.") from error
    except Error as error:
        raise SandboxError(f"{what}: {first_line(error)}.") from error


def open(url: str, *, viewport: tuple[int, int] | None = None, **options: Any) -> Opening:
    """A page for a script; enter it with `with` or `async with`, see `sandboxes.session`.

    viewport: its visible size in pixels; options: as for `BrowserEnvironment`.
    """
    size = Size(width=viewport[0], height=viewport[1]) if viewport else DEFAULT_VIEWPORT
    task = Task(id="script", instruction="", url=url, viewport=size)
    return Opening(lambda: BrowserEnvironment(**options), task)
