"""The tabs of a browser as they come and go, and what a person would have noticed meanwhile."""

import asyncio
import time
from contextlib import suppress

from playwright.async_api import BrowserContext, Dialog, Error, Page, Request

from sandboxes.errors import SandboxCrashed

REQUEST_SECONDS = 1.0
"""How long a request that is no navigation is waited for: long polls never end."""

MAX_NOTES = 6

_ENDLESS = {"eventsource", "websocket", "media", "ping"}


class Tabs:
    """The tabs of one context as they come and go, and what a person would have noticed meanwhile."""

    def __init__(self, context: BrowserContext) -> None:
        self._pages: list[Page] = []
        self._notes: list[str] = []
        self._requests: dict[Request, float] = {}
        self.crashed = False
        self.arrived = asyncio.Event()
        """Set while no tab's own document is on its way."""
        self.arrived.set()
        context.on("page", self._opened)
        context.on("dialog", self._dialog)
        context.on("request", self._asked)
        context.on("requestfinished", self._answered)
        context.on("requestfailed", self._answered)

    @property
    def current(self) -> Page:
        """The tab in front. Raises SandboxCrashed when it crashed or none is left."""
        if self.crashed:
            raise SandboxCrashed("The page crashed.")
        while self._pages and self._pages[-1].is_closed():
            self._pages.pop()
        if not self._pages:
            raise SandboxCrashed("The last tab was closed.")
        return self._pages[-1]

    @property
    def busy(self) -> bool:
        """Whether a request is in flight that is young enough to be waited for."""
        return any(time.monotonic() - since < REQUEST_SECONDS for since in self._requests.values())

    def note(self, text: str) -> None:
        """Keep one line for the next observation."""
        if len(self._notes) < MAX_NOTES and text not in self._notes:
            self._notes.append(text)

    def take_notes(self) -> tuple[str, ...]:
        """The notes since the last time."""
        notes, self._notes = tuple(self._notes), []
        return notes

    def _opened(self, page: Page) -> None:
        if self._pages:
            self.note("A new tab opened and is shown now.")
        self._pages.append(page)
        page.on("crash", self._crash)
        page.on("close", self._closed)
        page.on("download", lambda _: self.note("A download was offered and not kept."))

    def _closed(self, page: Page) -> None:
        if page in self._pages[1:]:
            self.note("The tab was closed; the one before it is shown now.")
        self._pages = [tab for tab in self._pages if tab is not page]

    def _crash(self, _: Page) -> None:
        self.crashed = True

    def _asked(self, request: Request) -> None:
        if request.resource_type not in _ENDLESS:
            self._requests[request] = time.monotonic()
        if _is_page_load(request):
            self.arrived.clear()

    def _answered(self, request: Request) -> None:
        self._requests.pop(request, None)
        if not any(_is_page_load(other) for other in self._requests):
            self.arrived.set()

    async def _dialog(self, dialog: Dialog) -> None:
        said = " ".join(dialog.message.split())[:200]
        with suppress(Error):  # The page may close before it is answered.
            if dialog.type == "beforeunload":
                self.note("The page asked whether it may be left, and was left.")
                await dialog.accept()
            elif dialog.type == "alert":
                self.note(f'A message box said "{said}" and was closed.')
                await dialog.accept()
            else:
                self.note(f'A box asked "{said}" and was answered with Cancel.')
                await dialog.dismiss()


def _is_page_load(request: Request) -> bool:
    if not request.is_navigation_request():
        return False
    try:
        return request.frame.parent_frame is None
    except Error:  # The frame of a tab that is only just opening is not there yet.
        return True
