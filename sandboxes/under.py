"""What an action would meet on a page, by the DevTools protocol: facts for a guard, never for a model.

The question is put in a JavaScript world of its own, so that a page which replaces `elementFromPoint` deceives itself
alone. Frames are followed inwards, those of other sites too, and an answer counts for the innermost.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Error, Page

from actions.action import Action
from actions.browser import first_line
from actions.risk import Under
from sandboxes.describing import point_of
from sandboxes.errors import SandboxCrashed

_WORLD = "handeye-guard"
_DEPTH = 8
_SCRIPT = Path(__file__).with_name("under.js")


async def under(page: Page, action: Action, *, url: str, scale: float, seconds: float) -> Under:
    """What the action would meet on a page whose picture has `scale` pixels in a CSS pixel; unknown where the page does
    not say within the seconds. Raises SandboxCrashed when it is gone."""
    point = point_of(action)
    place = None if point is None else (point.x / scale, point.y / scale)
    try:
        async with asyncio.timeout(seconds):
            session = await page.context.new_cdp_session(page)
            try:
                return await _Asking(page, session).at(place, url)
            finally:
                with suppress(Error):
                    await session.detach()
    except TimeoutError:
        return Under(url=url)  # It hangs: nobody can tell.
    except Error as error:
        raise SandboxCrashed(f"The page can't be asked what is there: {first_line(error)}.") from error


class _Asking:
    """One question to one page."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session
        self._script = _SCRIPT.read_text(encoding="utf-8")

    async def at(self, point: tuple[float, float] | None, url: str) -> Under:
        """What is at a point in CSS pixels of the view, or has the focus; url: what the answer is said to lie in. A
        place that can't be told is unknown. Raises Playwright's Error when the page is gone."""
        session, frame = self._session, await _root(self._session)
        for _ in range(_DEPTH):
            try:
                world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD})
                context = world["executionContextId"]
                told = await self._ask(session, context, point)
            except Error:
                if self._page.is_closed():
                    raise
                return Under(url=url)  # The document was replaced meanwhile.
            if not told.get("frame"):
                return _under(told, url)
            found = await self._inner(session, context)
            if found is None:
                return Under(url=url)
            session, frame = found
            point = None if point is None else (point[0] - told["x"], point[1] - told["y"])
        return Under(url=url)

    async def _ask(self, session: CDPSession, context: int, point: tuple[float, float] | None) -> dict[str, Any]:
        given = "null" if point is None else f"{{x: {point[0]!r}, y: {point[1]!r}}}"
        asked = {"expression": f"({self._script})({given})", "contextId": context, "returnByValue": True}
        answer = await session.send("Runtime.evaluate", asked)
        return answer["result"].get("value") or {}

    async def _inner(self, session: CDPSession, context: int) -> tuple[CDPSession, str] | None:
        """The frame that was met, and a session that reaches it; None where there is none."""
        asked = {"expression": "globalThis.handeyeFrame", "contextId": context}
        handle = (await session.send("Runtime.evaluate", asked))["result"].get("objectId")
        if handle is None:
            return None
        frame = (await session.send("DOM.describeNode", {"objectId": handle}))["node"].get("frameId")
        if frame is None:
            return None
        tree = (await session.send("Page.getFrameTree"))["frameTree"]
        if frame in _ids(tree):
            return session, frame
        for one in self._page.frames:  # Another site's frame lives in another process.
            try:
                other = await self._page.context.new_cdp_session(one)
                if await _root(other) == frame:
                    return other, frame
                await other.detach()
            except Error:
                continue
        return None


async def _root(session: CDPSession) -> str:
    return (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]


def _ids(tree: Mapping[str, Any]) -> set[str]:
    return {tree["frame"]["id"]}.union(*(_ids(child) for child in tree.get("childFrames", ())))


def _under(told: Mapping[str, Any], url: str) -> Under:
    return Under(
        role=told.get("role", "unknown"),
        texts=tuple(told.get("texts", ())),
        around=told.get("around", ""),
        submits=bool(told.get("submits")),
        is_blank=bool(told.get("is_blank")),
        leads_to=told.get("leads_to", ""),
        url=url,
    )
