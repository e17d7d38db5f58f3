"""MiniWoB++: 130 small web tasks of the PyPI package `miniwob`, in a real Chromium, pixels in and mouse and
keyboard out.

Of the package only its pages are used, served on loopback. `settings` of a task name the page (`{"miniwob":
"click-test"}`) and `seed` draws the episode. The goal is worded by the page, so it is known after `reset`: a task whose
instruction is empty takes it from `instruction`. The page's own clock is set so long that speed is no part of
the score; the reward is the raw one.
"""

import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from actions.action import Action
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.environment import Transition
from sandboxes.errors import SandboxError, SandboxMissing
from sandboxes.task import Score, Task

VIEWPORT = Size(width=160, height=210)
HOST = "127.0.0.1"
EPISODE_MS = 1_000_000
"""The page's limit for one episode; its default of 10 s is meant for agents that do not think."""
FRESH_AFTER = 50
"""Episodes that share a tab: its renderer grows by about 0.6 MB with each, until it collects what they left."""

_BEGIN = """async ([seed, limit, number]) => {
  Math.seedrandom(seed);
  core.EPISODE_MAX_TIME = limit;
  core.startEpisodeReal();
  for (let i = 0; i < 200 && !WOB_TASK_READY; i++) await new Promise(next => setTimeout(next, 25));
  scrollTo(0, 0);  // a page that takes the focus may have moved away from the task to the counters beside it
  const goal = core.getUtterance();
  window.handeyeBegan = number;
  return [WOB_TASK_READY, typeof goal === 'string' ? goal : goal.utterance];
}"""
_READ = """number => window.handeyeBegan === number
  ? [WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL, WOB_REWARD_GLOBAL, String(WOB_REWARD_REASON ?? '')]
  : [true, 0, 0, 'the page was left']"""


class _Reading(NamedTuple):
    """What the page says of the episode."""

    over: bool
    raw: float
    decayed: float
    reason: str


class MiniWobEnvironment:
    """One episode at a time; takes the options of `BrowserEnvironment`. `html` is the folder of the pages."""

    surface = "browser"

    def __init__(self, *, html: Path | None = None, **options: Any) -> None:
        if options.get("allowed_hosts") is not None:
            options["allowed_hosts"] = [*options["allowed_hosts"], HOST]  # its pages are served there
        self.browser = BrowserEnvironment(**options)
        self.instruction = ""
        """The goal of the episode that was begun last, in the page's words."""
        self._html = html
        self._site: _Site | None = None
        self._reading: _Reading | None = None
        self._viewport: Size | None = None
        """Of the page that is open."""
        self._number = 0
        """Of episodes: the page of an earlier one, back in the same tab, says nothing of this one."""

    async def reset(self, task: Task) -> Observation:
        """Begin the episode that the task's seed draws.

        Raises SandboxMissing without the package, SandboxError for a page that it does not have.
        """
        name = _page_name(task)
        html = self._html or find_html()
        if name not in page_names(html):
            raise SandboxError(f'MiniWoB++ has no task "{name}"; it has {len(page_names(html))}, such as click-test.')
        if self._site is None:
            self._site = _Site(html)
        self._reading = None
        self._number += 1
        await self._open(task.model_copy(update={"url": f"{self._site.url}/miniwob/{name}.html"}))
        ready, self.instruction = await self.browser.evaluate(_BEGIN, [task.seed, EPISODE_MS, self._number])
        if not ready:
            raise SandboxError(f"MiniWoB++ {name} was not ready within 5 seconds.")
        self._reading = await self._read()
        return await self.browser.settle()

    async def observe(self) -> Observation:
        """Look again."""
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        """Act and look. Once the episode is over nothing acts any more: the page would begin another at a
        click.
        """
        if self._reading is None:
            raise SandboxError("No MiniWoB++ episode has been begun.")
        if self._reading.over:
            return Transition(await self.observe(), terminated=True, info={"miniwob": "over before"})
        transition = await self.browser.step(action)
        self._reading = reading = await self._read()
        return Transition(
            transition.observation,
            reward=reading.raw if reading.over else 0.0,
            terminated=reading.over,
            info={**transition.info, "miniwob": reading._asdict()},
        )

    async def score(self) -> Score | None:
        """The page's raw reward; a success is all of it. None before any episode."""
        if self._reading is None:
            return None
        if not self._reading.over:
            self._reading = await self._read()
        reward = self._reading.raw if self._reading.over else 0.0
        return Score(reward=reward, success=reward >= 1.0, facts=self._reading._asdict())

    async def close(self) -> None:
        """End the browser and the page server."""
        await self.browser.close()
        if self._site is not None:
            self._site.close()
            self._site = None
        self._reading = None

    async def _open(self, task: Task) -> None:
        """The page, in the tab of the episode before where there is no other: these pages keep nothing."""
        assert task.url is not None
        viewport = task.viewport or VIEWPORT
        if self.browser.is_open and viewport == self._viewport and self._number % FRESH_AFTER:
            with suppress(SandboxError):  # what the episode before did to it is no fault of this one
                if len(self.browser.page.context.pages) == 1:
                    await self.browser.reopen(task.url)
                    return
        self._viewport = None
        await self.browser.reset(task.model_copy(update={"viewport": viewport}))
        self._viewport = viewport

    async def _read(self) -> _Reading:
        return _Reading(*await self.browser.evaluate(_READ, self._number))


def find_html(package: str = "miniwob") -> Path:
    """The folder of MiniWoB++'s pages in a package. Raises SandboxMissing when it is not installed."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        html = Path(folder) / "html"
        if (html / "core" / "core.js").is_file():
            return html
    raise SandboxMissing('MiniWoB++ is not installed: pip install "handeye[miniwob]"')


def page_names(html: Path) -> list[str]:
    """The names of all tasks, sorted."""
    return sorted(path.stem for path in (html / "miniwob").glob("*.html"))


def miniwob_task(name: str, seed: int) -> Task:
    """The episode of a page that a seed draws; its goal is known once it has been begun."""
    return Task(
        id=f"miniwob-{name}-{seed}",
        instruction="",
        environment="miniwob",
        viewport=VIEWPORT,
        seed=seed,
        settings={"miniwob": name},
    )


def _page_name(task: Task) -> str:
    name = task.settings.get("miniwob")
    if not isinstance(name, str) or set(task.settings) != {"miniwob"}:
        raise SandboxError(f'Task {task.id}: settings must be {{"miniwob": NAME}}, not {task.settings}.')
    return name


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Site:
    """A folder on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        self._http = ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder)))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://{HOST}:{self._http.server_address[1]}"

    def close(self) -> None:
        """Let go of the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
