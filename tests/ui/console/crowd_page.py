"""A page of the console without a browser: it says to the server what Gradio's page says, and hears what it hears.

It comes in by a link, reads Gradio's description of the page out of the page itself, and calls listeners by the names
that a person sees. `Watched` is what it heard of a run, with times.
"""

import asyncio
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
_SCREEN = re.compile(r'data-screen=\\"([0-9a-f]{64})\\"')
_STEP = re.compile(r"<li><i>(\d+)</i>")
_RUN = re.compile(r'data-run="(\d+)"')
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/enter\?key=[\w-]+")
_WORD = re.compile(r"<b>([^<]+)</b>")

_GOES_ON = ("No run yet", "Starting", "Running", "Asks you", "Your turn", "Paused", "Stopping")
"""How the words begin of a run that has not ended."""


@dataclass
class Watched:
    """What one page was told of a run."""

    begun: float = 0.0
    """When it began to listen; all times are seconds since the epoch."""
    screens: dict[str, float] = field(default_factory=dict)
    """When each screen was whole in the page's hands, by digest; the first time counts."""
    steps: dict[int, float] = field(default_factory=dict)
    """The same of the steps in the list, by number, from 1."""
    word: str = ""
    """The state that was told last."""
    messages: int = 0
    bytes: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the run's end was told."""
        return self.word != "" and not self.word.startswith(_GOES_ON)

    def hear(self, line: str) -> bool:
        """Take in a line of the stream; gives whether the controls are to be asked for."""
        if not line.startswith("data: "):
            return False
        now = time.time()
        self.messages += 1
        self.bytes += len(line)
        if screen := _SCREEN.search(line):
            self.screens.setdefault(screen[1], now)
        told = json.loads(line.removeprefix("data: "))
        for number in _STEP.findall(told["parts"].get("steps", "")):
            self.steps.setdefault(int(number), now)
        if word := _WORD.search(told["parts"].get("state", "")):
            self.word = word[1]
        return told["changed"]


class CrowdPage:
    """One page of one browser; an async context manager."""

    def __init__(self, link: str, cookies: httpx.Cookies | None = None) -> None:
        """link: one that lets in; not used by a browser that is in, with its cookies."""
        self._link = link
        root = link.partition("/enter")[0]
        # A connection that the server is just closing for its silence is asked nothing: a browser would ask once more.
        limits = httpx.Limits(keepalive_expiry=2)
        headers = {"origin": root}
        self._http = httpx.AsyncClient(base_url=root, headers=headers, timeout=60, cookies=cookies, limits=limits)
        self._config: dict[str, Any] = {}
        self._session = ""
        self.run = ""
        """Name of the run that is followed."""

    async def __aenter__(self) -> "CrowdPage":
        if not self._http.cookies:
            (await self._http.get(self._link)).raise_for_status()
        await self.load()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def another(self) -> "CrowdPage":
        """One more page of the same browser, to be entered."""
        return CrowdPage(self._link, self._http.cookies)

    async def load(self) -> None:
        """Load the page, for the first time or anew."""
        text = (await self._http.get("/")).raise_for_status().text
        found = _CONFIG.search(text)
        assert found is not None, "Gradio's page describes itself in another way"
        self._config, self._session = json.loads(found[1]), secrets.token_hex(6)
        await self._http.get(f"/gradio_api/heartbeat/{self._session}")
        await self._tell(self._listener(0, "load"), {})

    async def start(self, instruction: str, url: str, model: str) -> str:
        """Begin a run, and give its name."""
        before = self.run
        said = {"Instruction": instruction, "URL": url, "Model": model}
        answer = await self._tell(self._listener(self._part("button", "Start"), "click"), said)
        if self.run in ("", before):
            raise RuntimeError(f"no run began: {answer[:2000]}")
        return self.run

    async def stop(self) -> None:
        """Stop the run that is followed."""
        await self._tell(self._listener(self._part("button", "Stop"), "click"), {})

    async def invite(self) -> str:
        """A link for another browser."""
        answer = await self._tell(self._listener(self._part("button", "A link for another browser"), "click"), {})
        found = _LINK.search(answer)
        assert found is not None, answer
        return found[0]

    async def watch(self, run: str, watched: Watched) -> None:
        """Listen to a run until it ends, as the page does: its stream, and the controls whenever it says so."""
        ticking = [asyncio.create_task(self._tick(timer)) for timer in self._timers()]
        try:
            await self._listen(run, watched)
        finally:
            for task in ticking:
                task.cancel()
            await asyncio.gather(*ticking, return_exceptions=True)

    async def _listen(self, run: str, watched: Watched) -> None:
        tick = self._listener(self._with_script("EventSource"), "tick")
        watched.begun = time.time()
        async with self._http.stream("GET", "/feed", params={"run": run}) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if watched.hear(line):
                    await self._tell(tick, {})
                if watched.is_over:
                    return

    async def _tick(self, timer: int) -> None:
        """Ask what a timer asks, as often as it does."""
        seconds = next(one["props"]["value"] for one in self._config["components"] if one["id"] == timer)
        while True:
            await asyncio.sleep(seconds)
            await self._tell(self._listener(timer, "tick"), {})

    def _timers(self) -> list[int]:
        """Those that tick whichever tab is open, since they stand in none."""
        parts = {one["id"]: one for one in self._config["components"]}
        found, ahead = [], [self._config["layout"]]
        while ahead:
            place = ahead.pop()
            part = parts.get(place["id"], {"type": "", "props": {}})
            if part["type"] == "timer" and part["props"].get("active"):
                found.append(place["id"])
            ahead += [] if part["type"] == "tabitem" else place.get("children") or []
        return found

    def _part(self, kind: str, value: str) -> int:
        return next(
            one["id"] for one in self._config["components"] if (one["type"], one["props"].get("value")) == (kind, value)
        )

    def _with_script(self, word: str) -> int:
        parts = self._config["components"]
        return next(one["id"] for one in parts if word in (one["props"].get("js_on_load") or ""))

    def _listener(self, part: int, event: str) -> dict[str, Any]:
        return next(one for one in self._config["dependencies"] if [part, event] in one["targets"])

    async def _tell(self, listener: dict[str, Any], said: dict[str, Any]) -> str:
        """Call a listener with what stands in the page's fields, or what is said in them."""
        parts = {one["id"]: one for one in self._config["components"]}
        inputs = [parts[number]["props"] for number in listener["inputs"]]
        data = [said.get(props.get("label", ""), props.get("value")) for props in inputs]
        told = {
            "data": data,
            "fn_index": listener["id"],
            "session_hash": self._session,
            "trigger_id": listener["targets"][0][0],
        }
        answer = await self._http.post("/gradio_api/run/predict", json=told)
        answer.raise_for_status()
        if run := _RUN.search(json.dumps(answer.json()["data"]).replace('\\"', '"')):
            self.run = run[1]
        return answer.text


async def gathered(pages: list[CrowdPage], run: str) -> list[Watched]:
    """What all pages hear of a run until it ends."""
    heard = [Watched() for _ in pages]
    await asyncio.gather(*(page.watch(run, watched) for page, watched in zip(pages, heard, strict=True)))
    return heard
