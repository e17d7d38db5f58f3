"""Twenty pages watch one run of the console while eight runs go on: is a step lost, and how old are the frames?

    python -m tests.ui.console.crowd [--watchers 20] [--runs 8] [--steps 40]
    python -m tests.ui.console.crowd --minutes 30     the console is used so long: does it grow, does it leave anything

The console is `handeye console` in a process of its own. Each run has a Chromium of its own, a page of 1280x720 pixels
that changes with every click, and a scripted model, so that nothing but the walk and the console takes time. Watchers
are pages without a browser (`crowd_page`): each comes in by a link of its own, listens to the run's stream, and asks
for the controls when the stream says so. What a browser needs to draw a frame is not in the figures.

- *Quiet*: one run, one watcher. *Crowd*: all of them. A frame's age is the time from when its file was written, some
  milliseconds after the screenshot, to when a watcher has the whole of it.
- A step is lost when a watcher is not told it, and a screen when a watcher that was listening as a step led to it is
  given neither it nor a newer one. Of two that come at once only the newer one is sent; the age of the other is then
  counted until that one is there.
- *Use* is told in `crowd_use`.

Prints one JSON object, with the machine's load at the beginning. Exit code 1 when something was lost, when 95% of the
frames are not younger than a second in the crowd and 150 ms in quiet, when memory grew by 5 MiB an hour or more, when a
round of use failed, or when a process was left.
"""

import argparse
import asyncio
import ctypes
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from agent.errors import RecordError
from agent.recorder import load
from tests.page_server import PageServer
from tests.processes import processes
from tests.ui.console.crowd_console import PAGE, WISH, CrowdConsole
from tests.ui.console.crowd_figures import Heard, heard
from tests.ui.console.crowd_page import CrowdPage, gathered
from tests.ui.console.crowd_use import use

MOST_AGE_MS, MOST_QUIET_AGE_MS = 1000.0, 150.0
"""Of 95% of the frames."""
MOST_GROWTH = 5.0
"""MiB an hour."""
_SUBREAPER = 36
"""Of Linux's prctl: whoever loses its parent below this process becomes its child, and so is found."""
_PATIENCE_S = 240.0


async def crowd(console: CrowdConsole, watchers: int, runs: int, steps: int) -> dict[str, Heard]:
    """One watcher of one run, then all of all."""
    with PageServer() as server:
        url = server.add("/count", PAGE)
        async with CrowdPage(console.link) as first:
            quiet = await _watched([first], console, url, "quiet", steps)
            async with AsyncExitStack() as stack:
                pages = [first]
                for _ in range(watchers - 1):
                    pages.append(await stack.enter_async_context(CrowdPage(await first.invite())))
                for number in range(1, runs):
                    await _started(first, f"{WISH} beside {number}", url, console.clicking(f"beside-{number}", 5000))
                await _going(console, runs - 1)
                crowded = await _watched(pages, console, url, "crowd", steps)
                await _going(console, runs - 1, seconds=0)
    return {"quiet": quiet, "crowd": crowded}


async def _watched(pages: list[CrowdPage], console: CrowdConsole, url: str, name: str, steps: int) -> Heard:
    """What pages hear of a run, from its start to its end."""
    run = await _started(pages[0], f"{WISH} {name}", url, console.clicking(name, steps))
    told = await asyncio.wait_for(gathered(pages, run), _PATIENCE_S + 10 * steps)
    (folder,) = console.runs.glob(f"*-{name}*")
    return heard(folder, told)


async def _started(page: CrowdPage, instruction: str, url: str, model: str) -> str:
    """Begin a run. One that has told its end still counts while its replay is written, so there may be none free."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await page.start(instruction, url, model)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


async def _going(console: CrowdConsole, number: int, seconds: float = _PATIENCE_S) -> None:
    """Wait until so many runs have made a step and go on. Raises RuntimeError after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        going = sum(_goes_on(folder) for folder in console.runs.glob("*-beside-*"))
        if going == number:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{going} of {number} runs go on")
        await asyncio.sleep(0.5)


def _goes_on(folder: Path) -> bool:
    try:
        run = load(folder)
    except RecordError:
        return False  # It has only just begun.
    return run.run.outcome is None and len(run.steps) > 0


def faults_of(said: dict[str, Any]) -> list[str]:
    """What must not be, of all that was measured."""
    found = [f"{name}: {fault}" for name in ("quiet", "crowd") if name in said for fault in said[name].faults]
    for name, most in (("quiet", MOST_QUIET_AGE_MS), ("crowd", MOST_AGE_MS)):
        if name in said and said[name].age_p95_ms >= most:
            found.append(f"{name}: frames are old")
    if "use" in said:
        found += [f"use: {fault}" for fault in said["use"].faults(MOST_GROWTH)]
    return found + (["something was left running"] if said["left"] else [])


def left() -> list[str]:
    """What still runs below this process after ten seconds at most."""
    for _ in range(100):
        if not processes(os.getpid()):
            break
        time.sleep(0.1)
    return [words[:120] for _, words in processes(os.getpid())]


def _named(value: Any) -> Any:
    """The same as JSON has it, with a name for each figure."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    return {name: _named(one) for name, one in value.items()} if isinstance(value, dict) else value


def main() -> None:
    """The command line."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m tests.ui.console.crowd", description=about)
    parser.add_argument("--watchers", type=int, default=20, help="pages that watch one run (default: 20)")
    parser.add_argument("--runs", type=int, default=8, help="that go on at once (default: 8, the most)")
    parser.add_argument("--steps", type=int, default=40, help="of the watched run (default: 40)")
    parser.add_argument("--minutes", type=float, default=0.0, help="of use, in place of the crowd")
    parser.add_argument("--warm-up", type=float, default=15.0, help="minutes of use before memory counts (default: 15)")
    asked = parser.parse_args()
    if asked.watchers < 1 or asked.steps < 2 or not 1 <= asked.runs <= 8 or min(asked.minutes, asked.warm_up) < 0:
        sys.exit("--watchers: at least 1; --steps: at least 2; --runs: 1 to 8; --minutes, --warm-up: not below 0")
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    said: dict[str, Any] = {"load": os.getloadavg()[0], "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory(prefix="handeye-crowd-", ignore_cleanup_errors=True) as folder:
        if asked.minutes:
            said["use"] = use(Path(folder), minutes=asked.minutes, warm_up=asked.warm_up)
        else:
            with CrowdConsole(Path(folder)) as console:
                said |= asyncio.run(crowd(console, asked.watchers, asked.runs, asked.steps))
        said["left"] = left()
    faults = faults_of(said)
    print(json.dumps(_named(said) | {"faults": faults}))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
