"""Pictures of a page, by the DevTools protocol (`Page.captureScreenshot`).

Playwright's own screenshot waits for as long as a navigation is under way, which a server that does not answer makes
without end; a person sees the old page meanwhile. It also costs half as much again.

What nobody may see is looked for before and after each picture. Where both find the same it is where it was found;
where they differ the picture is taken again, and in the end all that lies between is covered.
"""

import asyncio
import base64
from collections.abc import Sequence
from typing import NamedTuple

from playwright.async_api import CDPSession, Error, Page, ViewportSize

from sandboxes.page_frames import PageFrames
from sandboxes.patches import Patch
from sandboxes.scrubbing import Scrubber

_STOP_SECONDS = 2.0
_TRIES = 3
"""Pictures of a page that moves what is to be covered."""


class Shot(NamedTuple):
    """A picture as it was taken, and what has to be covered before anyone sees it."""

    png: bytes = b""
    patches: tuple[Patch, ...] = ()


class Camera:
    """Looks at one page. The picture has the pixels of the screen, `scale` of them in a CSS pixel, and the caret where
    it blinks.
    """

    def __init__(self, page: Page, *, scale: float = 1.0, scrubber: Scrubber | None = None) -> None:
        """scrubber: covers filled password fields and its secrets; None covers nothing."""
        self.page = page
        self._scale = scale
        self._scrubber = scrubber
        self._frames: PageFrames | None = None
        self._session: CDPSession | None = None
        self._set: ViewportSize | None = None

    async def picture(self, lost: "asyncio.Future[None]", seconds: float) -> Shot:
        """The page. Raises TimeoutError, or Playwright's Error when there is no picture, at once when the page
        is `lost`.
        """
        taking = asyncio.ensure_future(self._take())
        try:
            await asyncio.wait({taking, lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                return taking.result()
            raise Error("Target crashed") if lost.done() else TimeoutError
        finally:
            taking.cancel()

    async def stop_loading(self) -> None:
        """Give up a navigation that is under way."""
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await (await self._opened()).send("Page.stopLoading")
        except (Error, TimeoutError):
            return  # Whoever looks next finds out.

    async def focused_url(self) -> str:
        """See `PageFrames.focused_url`."""
        return await (await self._page_frames()).focused_url()

    async def _take(self) -> Shot:
        if self._scrubber is None:
            return Shot(await self._png())
        frames = await self._page_frames()
        for _ in range(_TRIES):
            before = await frames.patches(self._scrubber)
            png = await self._png()
            after = await frames.patches(self._scrubber)
            if before == after:
                return Shot(png, tuple(_scaled(after, self._scale)))
        return Shot(png, tuple(_scaled([*before, *after, *_between(before, after)], self._scale)))

    async def _png(self) -> bytes:
        session = await self._opened()
        size = self.page.viewport_size
        if self._scale != 1 and size and size != self._set:
            # Each session has a screen of its own, and its pictures give the page that screen.
            screen = {**size, "deviceScaleFactor": self._scale, "mobile": False}
            await session.send("Emulation.setDeviceMetricsOverride", screen)
            self._set = size
        answer = await session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
        return base64.b64decode(answer["data"])

    async def _page_frames(self) -> PageFrames:
        if self._frames is None:
            self._frames = PageFrames(self.page, await self._opened())
        return self._frames

    async def _opened(self) -> CDPSession:
        if self._session is None:
            self._session = await self.page.context.new_cdp_session(self.page)
        return self._session


def _between(before: Sequence[Patch], after: Sequence[Patch]) -> list[Patch]:
    """What one thing may have crossed on its way: the box around where it was and where it is."""
    return [
        Patch(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom), b.label)
        for a, b in zip(sorted(before, key=_looks), sorted(after, key=_looks), strict=False)
        if _looks(a) == _looks(b)
    ]


def _looks(patch: Patch) -> tuple[str, float, float]:
    return patch.label, round(patch.bottom - patch.top), round(patch.right - patch.left)


def _scaled(patches: Sequence[Patch], scale: float) -> list[Patch]:
    return [Patch(p.left * scale, p.top * scale, p.right * scale, p.bottom * scale, p.label) for p in patches]
