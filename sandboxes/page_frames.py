"""A page with its frames, whatever processes Chromium keeps them in: what must not be seen, and where the focus is.

A frame of another site lives in a process of its own and answers for itself. One that does not answer is covered
whole. Scripts run in worlds of their own, in which a page has changed nothing.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any, NamedTuple

from playwright.async_api import CDPSession, Error, Frame, Page

from sandboxes.patches import Patch
from sandboxes.scrubbing import Scrubber
from sandboxes.snapshot import ARGUMENTS, Place, Snapshot

FRAME_SECONDS = 0.5
"""How long a frame in another process may take to describe itself."""

_FOCUS = "JSON.stringify([Document.prototype.hasFocus.call(document), self.origin, location.href])"


class _Foreign(NamedTuple):
    """A frame in a process of its own."""

    frame: Frame
    session: CDPSession
    id: str
    """Chromium's name of it."""


class PageFrames:
    """The frames of one page; `session` is the page's own."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session
        self._foreign: dict[Frame, _Foreign] = {}
        self._passwords: dict[object, set[int]] = {}

    async def patches(self, scrubber: Scrubber) -> list[Patch]:
        """What must not be seen, in CSS pixels of the picture. Raises Playwright's Error when the page does not say."""
        own = Snapshot(await self._session.send("DOMSnapshot.captureSnapshot", ARGUMENTS))
        found = list(own.patches(scrubber, self._passwords.setdefault(None, set()), Place(0.0, 0.0)))
        sights: dict[Frame, tuple[Snapshot, Place]] = {self._page.main_frame: (own, Place(0.0, 0.0))}
        for foreign in await self._foreign_frames():
            found += await self._foreign_patches(foreign, scrubber, sights)
        return sorted(set(found))

    async def focused_url(self) -> str:
        """Scheme and host of the frame that the keyboard types into, or the file's address; "null" for one that has no
        origin. Raises Playwright's Error when the page does not say.
        """
        deepest, url = -1, "null"
        sessions = [(self._session, 0)]
        sessions += [(foreign.session, _depth(foreign.frame)) for foreign in await self._foreign_frames()]
        for session, above in sessions:
            tree = (await session.send("Page.getFrameTree"))["frameTree"]
            for frame, depth in _flat(tree, above):
                has_focus, origin, href = await _asked(session, frame)
                if has_focus and depth > deepest:
                    deepest, url = depth, href if href.startswith("file:") else origin
        return url

    async def _foreign_patches(
        self, foreign: _Foreign, scrubber: Scrubber, sights: dict[Frame, tuple[Snapshot, Place]]
    ) -> list[Patch]:
        """Of one frame in another process, of which those around it are in `sights`."""
        parent = foreign.frame.parent_frame
        while parent is not None and parent not in sights:
            parent = parent.parent_frame
        if parent is None:
            return []
        around, place = sights[parent]
        session = self._foreign[parent].session if parent in self._foreign else self._session
        owner = (await session.send("DOM.getFrameOwner", {"frameId": foreign.id}))["backendNodeId"]
        here = around.place_of(owner, place)
        if here is None:
            return []
        try:
            async with asyncio.timeout(FRAME_SECONDS):
                answer = await foreign.session.send("DOMSnapshot.captureSnapshot", ARGUMENTS)
        except (Error, TimeoutError):
            whole = around.whole(owner, place)
            return [whole] if whole else []
        snapshot = Snapshot(answer)
        sights[foreign.frame] = snapshot, here
        return list(snapshot.patches(scrubber, self._passwords.setdefault(foreign.frame, set()), here))

    async def _foreign_frames(self) -> list[_Foreign]:
        """Frames in processes of their own, the outer ones first."""
        frames = [frame for frame in self._page.frames if frame.parent_frame is not None]
        for gone in [frame for frame in self._foreign if frame not in frames]:
            with suppress(Error):
                await self._foreign.pop(gone).session.detach()
        for frame in frames:
            known = self._foreign.get(frame)
            if known is None or not await _is_live(known):
                self._foreign.pop(frame, None)
                await self._open(frame)
        return sorted(self._foreign.values(), key=lambda foreign: _depth(foreign.frame))

    async def _open(self, frame: Frame) -> None:
        try:
            session = await self._page.context.new_cdp_session(frame)
            tree = await session.send("Page.getFrameTree")
        except Error:  # It is in the process of the frame around it, or gone.
            return
        self._foreign[frame] = _Foreign(frame, session, tree["frameTree"]["frame"]["id"])


async def _is_live(foreign: _Foreign) -> bool:
    """Whether the frame is still in that process; a navigation may have moved it."""
    try:
        async with asyncio.timeout(FRAME_SECONDS):
            await foreign.session.send("Page.getFrameTree")
    except TimeoutError:
        return True
    except Error:
        return False
    return True


async def _asked(session: CDPSession, frame: str) -> tuple[bool, str, str]:
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "handeye"})
    asked = {"expression": _FOCUS, "contextId": world["executionContextId"], "returnByValue": True}
    answer = await session.send("Runtime.evaluate", asked)
    has_focus, origin, href = json.loads(answer["result"]["value"])
    return bool(has_focus), str(origin), str(href)


def _flat(tree: dict[str, Any], depth: int) -> list[tuple[str, int]]:
    """Frames of a process by Chromium's names, with how deep they are."""
    children = [one for child in tree.get("childFrames", ()) for one in _flat(child, depth + 1)]
    return [(tree["frame"]["id"], depth), *children]


def _depth(frame: Frame) -> int:
    depth = 0
    while (parent := frame.parent_frame) is not None:
        frame, depth = parent, depth + 1
    return depth
