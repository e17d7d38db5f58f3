"""What a page that watches a run is told, as it happens: one stream for each page, by a route of our own.

A run is put into words once for all that watch it, and a page is sent the parts that are new to it. Whoever reads
slowly is not waited for: it gets the newest state, in which no step is left out. Beside that the stream says when
something changed that the page's controls depend on; then the page asks for them as for everything else.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.responses import Response, StreamingResponse

from ui.console.live import Parts, live_parts
from ui.console.stage import View
from ui.console.stages import Stages

ROUTE = "/feed"
_HEARTBEAT = "/gradio_api/heartbeat/{page}"
"""Which Gradio would keep open for every page, to know when to forget it; so many are kept anyway (see `app`)."""
_NO_RUN = View()
_GAP_SECONDS = 0.03
"""Between two messages to one page: what changes faster than the eye comes together."""
_ALIVE_SECONDS = 15.0
"""After so long without news something is said, so that a connection that is gone is noticed."""

SCRIPT = """
let stream = null, followed = null, newest = 0;
const show = (event) => {
  if (!element.isConnected) { leave(); return; }
  const told = JSON.parse(event.data), live = document.querySelector('#he-live');
  for (const [name, part] of Object.entries(told.parts)) {
    const place = live?.querySelector(`[data-part=${name}]`);
    if (place) place.innerHTML = part;
  }
  if (told.changed) trigger('tick');
};
const follow = () => {
  if (!element.isConnected) { leave(); return; }
  const wanted = document.hidden ? null : element.querySelector('[data-run]')?.dataset.run ?? '';
  if (wanted === followed) return;
  stream?.close();
  followed = wanted;
  stream = wanted === null ? null : new EventSource(`ROUTE?run=${encodeURIComponent(wanted)}`);
  if (stream) stream.onmessage = show;
};
const leave = () => { stream?.close(); document.removeEventListener('visibilitychange', follow); };
const hear = () => {
  const number = Number(element.querySelector('[data-run]')?.dataset.number ?? 0);
  // Asked once all of that answer is in the page.
  if (number < newest) { setTimeout(() => trigger('tick')); return; }
  newest = number;
  follow();
};
document.addEventListener('visibilitychange', follow);
watch('value', hear);
follow();
""".replace("ROUTE", ROUTE)
"""Of the component that names the followed run: listens to its stream, and ticks when the controls are to be asked
for: when the stream says so, and when an older answer came after a newer one (`following`). A page that nobody sees
listens to nothing: a browser has few connections to one server."""


class Feed:
    """What there is to tell of the runs of one console."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        self._said: dict[str, tuple[View, Parts]] = {}
        self._saying = asyncio.Lock()

    async def follow(self, run: str) -> AsyncIterator[str]:
        """The messages to one page that follows a run, the newest one where it has no name; it never ends."""
        sent: Parts = {}
        mark, spoke = "", time.monotonic()
        while True:
            seen = self._stages.pulse.count  # Before anything is looked at: what changes meanwhile is told next.
            parts, now = await self._seen(run)
            news = {name: part for name, part in parts.items() if sent.get(name) != part}
            if news or now != mark:
                yield f"data: {json.dumps({'parts': news, 'changed': now != mark})}\n\n"
                sent, mark, spoke = parts, now, time.monotonic()
            elif time.monotonic() - spoke >= _ALIVE_SECONDS:
                yield ": nothing new\n\n"
                spoke = time.monotonic()
            await asyncio.sleep(_GAP_SECONDS)
            await self._stages.pulse.wait(seen, _ALIVE_SECONDS)

    async def _seen(self, run: str) -> tuple[Parts, str]:
        """The followed run in words, worked out by whoever asks first and for all; and what its controls depend on, of
        the same moment."""
        async with self._saying:
            stage = self._stages.get(run)
            view = _NO_RUN if stage is None else stage.view
            mark = _mark(self._stages, run, view)
            known = self._said.get(run)
            if known is None or known[0] is not view:
                self._said = {name: said for name, said in self._said.items() if self._stages.get(name) is not None}
                known = self._said[run] = view, await asyncio.to_thread(live_parts, view)
            return known[1], mark


def controls_mark(stages: Stages, run: str) -> str:
    """Changes with everything that the controls of a run depend on: how it stands, and which others there are."""
    stage = stages.get(run)
    return _mark(stages, run, _NO_RUN if stage is None else stage.view)


def _mark(stages: Stages, run: str, view: View) -> str:
    others = " ".join(f"{name}{one.view.phase}" for name, one in stages.all() if name != run)
    return f"{run} {view.phase} {view.sitting} {others}"


def add_feed(host: FastAPI, stages: Stages) -> None:
    """Let the server answer pages that watch."""
    feed = Feed(stages)

    @host.get(_HEARTBEAT)
    async def end(page: str) -> Response:
        return Response(media_type="text/event-stream")

    @host.get(ROUTE)
    async def follow(run: str = "") -> Response:
        return StreamingResponse(feed.follow(run), media_type="text/event-stream")
