"""A page as a source of a recording: its pictures by the DevTools protocol, its events from a world of its own.

Chromium sends a picture whenever the page has changed (`Page.startScreencast`). What a person does is heard by a script
in an isolated world, in which the page can neither see nor change anything, through a binding that only that world has.
What goes into a password field is heard as something typed, and not what.

    async with recorded(environment, Path("shown")):
        ...
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Error, Page

from actions.errors import ActionInvalid
from actions.keys import canonical
from perception.geometry import Box, Point
from perception.recording.events import Input
from perception.screenshot import decode_png
from sandboxes.browser import BrowserEnvironment
from sandboxes.recorder import Recorder

WORLD, BINDING = "handeye-recording", "handeyeTell"
_SETTLE_SECONDS = 0.3
"""After which the last picture of what was done has come."""
_LOOK_SECONDS = 0.12
"""After something was done a picture is asked for: Chromium leaves out some of its own, and the last one may be it."""

SCRIPT = """(() => {
  const tell = (kind, more) => BINDING(JSON.stringify({kind, ...more}))
  const place = event => ({x: event.clientX, y: event.clientY})
  const box = node => {
    const whole = node instanceof Element ? node.closest("a,button,input,select,textarea,label,[role],summary") : null
    const {left, top, right, bottom} = (whole || node).getBoundingClientRect?.() ?? {}
    return left === undefined ? null : {left, top, right, bottom}
  }
  const HOW = {capture: true, passive: true}
  const on = (name, hear) => addEventListener(name, event => event.isTrusted && hear(event), HOW)
  const secret = event => event.composedPath()[0]?.type === "password"
  let moved = 0
  on("mousemove", event => {
    if (event.timeStamp - moved < 30) return
    moved = event.timeStamp
    tell("move", {at: place(event)})
  })
  for (const [name, kind] of [["mousedown", "press"], ["mouseup", "release"]])
    on(name, event => tell(kind, {at: place(event), button: event.button, box: box(event.composedPath()[0])}))
  on("wheel", event => tell("wheel", {at: place(event), dx: event.deltaX, dy: event.deltaY}))
  on("keydown", event => {
    const chord = event.ctrlKey || event.metaKey || event.altKey
    if (event.key.length > 1 || chord) tell("key", {
      key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, shift: event.shiftKey})
  })
  on("beforeinput", event => {
    if (event.data === null || !event.inputType.startsWith("insert")) return
    tell("text", {text: secret(event) ? "" : event.data, hidden: secret(event)})
  })
})()""".replace("BINDING", BINDING)

_BUTTONS = ("left", "middle", "right")
_MODIFIERS = ("ctrl", "alt", "meta", "shift")


class Screencast:
    """One page, from `start` to `stop`."""

    def __init__(self, page: Page, recorder: Recorder) -> None:
        self._page, self._recorder = page, recorder
        self._session: CDPSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_looking = False

    async def start(self) -> None:
        """From here on pictures and events are passed on."""
        session = self._session = await self._page.context.new_cdp_session(self._page)
        session.on("Page.screencastFrame", self._picture)
        session.on("Runtime.bindingCalled", self._event)
        await session.send("Page.enable")
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": BINDING, "executionContextName": WORLD})
        script = {"source": SCRIPT, "worldName": WORLD, "runImmediately": True}
        await session.send("Page.addScriptToEvaluateOnNewDocument", script)
        await session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    async def stop(self) -> None:
        """The last picture is waited for; may be called twice."""
        session, self._session = self._session, None
        if session is None:
            return
        await asyncio.sleep(_SETTLE_SECONDS)
        with suppress(Error):  # the page may be gone
            await session.send("Page.stopScreencast")
            await session.detach()
        for task in list(self._tasks):
            task.cancel()

    def _picture(self, params: dict[str, Any]) -> None:
        if self._session is None:
            return
        self._recorder.show(decode_png(base64.b64decode(params["data"])))
        self._later(self._session.send("Page.screencastFrameAck", {"sessionId": params["sessionId"]}))

    def _event(self, params: dict[str, Any]) -> None:
        if self._session is None or params["name"] != BINDING:
            return
        event = _input(json.loads(params["payload"]), self._recorder.seconds)
        if event is not None:
            self._recorder.tell(event)
            if not self._is_looking:
                self._is_looking = True
                self._later(self._look())

    async def _look(self) -> None:
        await asyncio.sleep(_LOOK_SECONDS)
        self._is_looking = False
        if self._session is not None:
            shot = await self._session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
            self._recorder.show(decode_png(base64.b64decode(shot["data"])))

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Any) -> None:
    with suppress(Error):
        await work


def _input(told: dict[str, Any], time: float) -> Input | None:
    """An event as the script tells it; None for what is none of its own, such as a modifier alone."""
    kind = told["kind"]
    if kind == "key":
        try:
            key = canonical(told["key"])
        except ActionInvalid:  # such as Dead or Process, of which text comes
            return None
        if key in _MODIFIERS:
            return None
        held = [name for name in _MODIFIERS if told[name] and (name != "shift" or len(told["key"]) > 1)]
        return Input(time=time, kind="key", keys=(*held, key))
    if kind == "text":
        return Input(time=time, kind="text", text=told["text"], hidden=told["hidden"])
    at = Point(x=max(0, int(told["at"]["x"])), y=max(0, int(told["at"]["y"])))
    if kind == "wheel":
        return Input(time=time, kind="wheel", at=at, dx=told["dx"], dy=told["dy"])
    box = Box(**told["box"]) if told.get("box") else None
    return Input(time=time, kind=kind, at=at, button=_BUTTONS[min(2, told.get("button", 0))], box=box)


@asynccontextmanager
async def recorded(environment: BrowserEnvironment, folder: Path) -> AsyncIterator[Recorder]:
    """Records the tab that is in front, from now on until it is left. Raises RecordingError."""
    recorder = Recorder(folder, draws_pointer=True)
    cast = Screencast(environment.page, recorder)
    try:
        await cast.start()
        yield recorder
    finally:
        await cast.stop()
        recorder.close()
