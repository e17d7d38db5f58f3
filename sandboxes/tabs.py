"""The tabs of a browser as they come and go, which one is in front, and what a person would have noticed meanwhile.

A new tab or window comes to the front, as it does before a person; when it closes, the one that was in front before it
is shown again. The keys that browsers have for tabs work: ctrl+w closes the one in front, ctrl+tab and ctrl+pagedown go
on to the next, ctrl+shift+tab and ctrl+pageup back.
"""

import asyncio
import time
from contextlib import suppress

from playwright.async_api import BrowserContext, Error, Frame, Page, Request

from actions.action import Action, Key
from actions.errors import ActionUnsupported
from sandboxes.allowance import Allowance
from sandboxes.choosers import Choosers
from sandboxes.dialogs import Dialogs
from sandboxes.downloads import Downloads
from sandboxes.errors import SandboxCrashed
from sandboxes.hosts import host_of
from sandboxes.notes import Notes
from sandboxes.scrubbing import Scrubber

REQUEST_SECONDS = 1.0
"""How long a request that is no navigation is waited for: long polls never end."""

OWN_PAGE_SECONDS = 1.0
"""How long Chromium's own page is waited for that says why a document did not come; in some cases it shows none."""

MAX_TABS = 20
"""A page that opens windows without end must not take the machine's memory."""

_NONE_LEFT = "No tab is left: the last one was closed, or Chromium ended."
_ENDLESS = {"eventsource", "websocket", "media", "ping"}
_TURNS = {
    ("ctrl", "tab"): 1,
    ("ctrl", "pagedown"): 1,
    ("ctrl", "shift", "tab"): -1,
    ("ctrl", "pageup"): -1,
}


class Tabs:
    """The tabs of one profile."""

    def __init__(self, context: BrowserContext, allowance: Allowance, notes: Notes) -> None:
        self._pages: list[Page] = []
        """In the order in which they were in front, the one that is last."""
        self._strip: list[Page] = []
        """In the order in which they were opened."""
        self._allowance = allowance
        self._notes = notes
        self._requests: dict[Request, float] = {}
        self._unsaid: set[Request] = set()
        """Documents that failed, while Chromium does not yet show so."""
        self._end = ""
        self._closing: asyncio.Future[None] | None = None
        self.dialogs = Dialogs(allowance.dialogs, notes)
        self.downloads = Downloads(allowance.downloads, notes)
        self._choosers = Choosers(allowance.uploads, notes)
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Comes when there is nothing left to act on."""
        self.arrived = asyncio.Event()
        """Set while no tab's own document is on its way."""
        self.arrived.set()
        context.on("page", self._opened)
        context.on("close", lambda _: self._ended(_NONE_LEFT))
        context.on("dialog", self.dialogs.asked)
        context.on("request", self._asked)
        context.on("requestfinished", self._answered)
        context.on("requestfailed", self._failed)

    @property
    def current(self) -> Page:
        """The tab in front. Raises SandboxCrashed when it crashed or none is left."""
        while self._pages and self._pages[-1].is_closed():
            self._pages.pop()
        if self._end or not self._pages:
            raise SandboxCrashed(self._end or _NONE_LEFT)
        return self._pages[-1]

    @property
    def busy(self) -> bool:
        """Whether a file is on its way, or a request is in flight that is young enough to be waited for."""
        young = (time.monotonic() - since < REQUEST_SECONDS for since in self._requests.values())
        return self.downloads.is_busy or any(young)

    def note(self, text: str) -> None:
        """Keep one line for the next observation."""
        self._notes.add(text)

    def scrub_with(self, scrubber: Scrubber) -> None:
        """Take a scrubber's secrets out of what pages say from now on."""
        self._notes.scrub = scrubber.scrub

    def take_notes(self) -> tuple[str, ...]:
        """The notes since the last time, and what is still open."""
        self._choosers.remind()
        self.downloads.remind()
        return self._notes.take()

    def give_up(self) -> None:
        """Documents that are on their way do not come."""
        for request in [request for request in self._requests if _is_page_load(request)]:
            self._answered(request)

    async def took(self, action: Action) -> bool:
        """Whether the action was for the browser around the page, and done: a file chooser, or a key for tabs.

        Raises ActionError when it can't be.
        """
        self.dialogs.begin()
        if await self._choosers.took(action):
            return True
        if not isinstance(action, Key):
            return False
        if action.keys == ("ctrl", "w"):
            await self._close_front()
            return True
        if action.keys in _TURNS and len(self._strip) > 1:
            index = self._strip.index(self.current) + _TURNS[action.keys]
            self._show(self._strip[index % len(self._strip)])
            return True
        return False

    async def _close_front(self) -> None:
        if len(self._strip) < 2:
            raise ActionUnsupported("The last tab stays open.")
        await _close(self.current)

    def _show(self, page: Page) -> None:
        self._pages = [*(tab for tab in self._pages if tab is not page), page]
        self.note(f"Tab {self._strip.index(page) + 1} of {len(self._strip)} is shown now.")

    def _opened(self, page: Page) -> None:
        if len(self._pages) >= MAX_TABS:
            self.note("The page wanted more tabs than may be open; they were closed.")
            page.on("close", self._without)
            self._closing = asyncio.ensure_future(_close(page))
            return
        if self._pages:
            self.note("A new tab opened and is shown now.")
        self._pages.append(page)
        self._strip.append(page)
        page.on("crash", self._crashed)
        page.on("close", self._closed)
        page.on("download", self.downloads.offered)
        page.on("filechooser", self._choosers.asked)
        page.on("framenavigated", self._navigated)

    def _closed(self, page: Page) -> None:
        was_front, is_left = self._pages[-1:] == [page], len(self._pages) > 1
        self._choosers.forget(page)
        self._without(page)
        if not is_left:
            self._ended(_NONE_LEFT)
        elif was_front:
            self.note("The tab was closed; the one before it is shown now.")

    def _crashed(self, page: Page) -> None:
        if self._pages[-1:] == [page]:
            self._ended("The page crashed.")
        else:
            self._without(page)
            self.note("A tab in the background crashed and is gone.")

    def _without(self, page: Page) -> None:
        """A tab is gone, and what it asked for is not answered any more."""
        self._pages = [tab for tab in self._pages if tab is not page]
        self._strip = [tab for tab in self._strip if tab is not page]
        for request in [request for request in self._requests if _is_orphan(request)]:
            self._answered(request)

    def _ended(self, how: str) -> None:
        self._end = self._end or how
        if not self.lost.done():
            self.lost.set_result(None)

    def _navigated(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self._choosers.forget(frame.page)
            for request in [request for request in self._unsaid if _is_of(request, frame)]:
                self._answered(request)

    def _asked(self, request: Request) -> None:
        if request.resource_type not in _ENDLESS:
            self._requests[request] = time.monotonic()
        if _is_page_load(request):
            self.arrived.clear()

    def _failed(self, request: Request) -> None:
        if not _is_page_load(request):
            self._answered(request)
            return
        if request not in self._requests or "ERR_ABORTED" in (request.failure or ""):
            self._answered(request)
        else:  # until the page that says so is there, the old one must not be taken for what came of it
            self._unsaid.add(request)
            asyncio.get_running_loop().call_later(OWN_PAGE_SECONDS, self._answered, request)
        if not self._allowance.hosts.allows(request.url):
            self.note(f"{host_of(request.url)} is not among the hosts that may be reached; it was not opened.")
        elif "ERR_INVALID_AUTH_CREDENTIALS" in (request.failure or ""):
            self.note(f"{host_of(request.url)} wants a name and a password in a window of its own; it was not opened.")

    def _answered(self, request: Request) -> None:
        self._requests.pop(request, None)
        self._unsaid.discard(request)
        if not any(_is_page_load(other) for other in self._requests):
            self.arrived.set()


def _is_orphan(request: Request) -> bool:
    try:
        return request.frame.page.is_closed()
    except Error:  # Its frame has never been there.
        return True


async def _close(page: Page) -> None:
    with suppress(Error):
        await page.close()


def _is_of(request: Request, frame: Frame) -> bool:
    try:
        return request.frame == frame
    except Error:  # Its own is not there yet.
        return False


def _is_page_load(request: Request) -> bool:
    if not request.is_navigation_request():
        return False
    try:
        return request.frame.parent_frame is None
    except Error:  # The frame of a tab that is only just opening is not there yet.
        return True
