"""The console as it is used for a long time: rounds of a person in a real Chromium, while pages come and go.

In a round a run is started; its first question is approved or refused by turns, then the run is taken over, worked by
hand (a click, some text), and handed back; when it has ended it is found under Replay and stepped through, and the page
is loaded anew. Every few rounds the person closes the window and opens another. Beside that other pages watch
what goes on, are loaded anew in the middle of it, and leave. Every run has a Chromium of its own, which ends with it.

Memory is what the server's process holds (VmRSS), every few seconds; the browsers of runs are other processes.
"""

import asyncio
import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from sandboxes.chromium import find_chromium
from tests.page_server import PageServer
from tests.ui.console.crowd_console import CrowdConsole
from tests.ui.console.crowd_figures import Growth, growth
from tests.ui.console.crowd_page import CrowdPage, Watched
from tests.ui.console.shop import (
    FIELD,
    HEIGHT,
    PAGE,
    SECONDS,
    SEND,
    WIDTH,
    choose_question,
    go_to,
    point,
    press,
    reply,
    says,
    start,
)

_EVERY_S = 3.0
"""Between two looks at the memory."""
_COMERS = 3
"""Pages that come and go beside the person."""
_ROUNDS_A_WINDOW = 4
_LONG = 10.0
"""Minutes; in less, what is loaded on first use is still coming, and growth is only told."""
_SAID = 400
"""Characters that are kept of what went wrong in a round."""


class Used(NamedTuple):
    """What came of it."""

    minutes: float
    warm_up: float
    rounds: int
    pages: int
    """That came beside the person, or were loaded anew."""
    failed: tuple[str, ...]
    """Rounds that could not be played to their end, and why."""
    growth: Growth | None
    """After the warm-up; None where that was too short to say."""
    start_mib: float
    """Of the server before anybody came."""

    def faults(self, most: float) -> list[str]:
        """What must not be; most: MiB an hour."""
        found = {
            "a round failed": bool(self.failed),
            "nothing was done": not self.rounds or not self.pages,
            "memory grew": self.minutes >= _LONG and self.growth is not None and self.growth.slope >= most,
        }
        return [words for words, is_so in found.items() if is_so]


class _Day:
    """What goes on at one console."""

    def __init__(self, console: CrowdConsole, server: PageServer, minutes: float, warm_up: float) -> None:
        self._console, self._url = console, server.add("/shop", PAGE)
        self._from = time.monotonic()
        self._warm, self._until = self._from + 60 * warm_up, self._from + 60 * (warm_up + minutes)
        self._chance = random.Random(7)
        self.rounds, self.pages = 0, 0
        self.failed: list[str] = []
        self.samples: list[tuple[float, float]] = []
        self.start_mib = _resident_mib(console.pid)

    async def go(self) -> None:
        """Until the time is over."""
        async with CrowdPage(self._console.link) as first, asyncio.TaskGroup() as tasks:
            link = await first.invite()
            tasks.create_task(self._measure())
            for _ in range(_COMERS):
                tasks.create_task(self._come_and_go(first))
            tasks.create_task(self._person(link))

    @property
    def _is_over(self) -> bool:
        return time.monotonic() >= self._until

    async def _measure(self) -> None:
        while not self._is_over:
            await asyncio.sleep(_EVERY_S)
            now, size = time.monotonic(), _resident_mib(self._console.pid)
            if now >= self._warm:
                self.samples.append((now - self._from, size))
            if int(now - self._from) % 60 < _EVERY_S:
                minute = (now - self._from) / 60
                so_far = growth(self.samples) if len(self.samples) > 2 else "warming up"
                told = f"{size:.1f} MiB, {self.rounds} rounds, {len(self.failed)} failed, {self.pages} pages, {so_far}"
                print(f"{minute:5.1f} min  {told}", file=sys.stderr, flush=True)

    async def _come_and_go(self, first: CrowdPage) -> None:
        """Another page of a browser that is in: it watches what goes on, is loaded anew, and leaves in the middle."""
        while not self._is_over:
            with suppress(httpx.HTTPError):  # Whoever leaves in the middle of an answer does not hear it.
                async with first.another() as page:
                    for _ in range(self._chance.randint(1, 3)):
                        self.pages += 1
                        stays = self._chance.uniform(1, 8)
                        leaves = time.monotonic() + stays
                        with suppress(TimeoutError):
                            async with asyncio.timeout(stays):
                                await page.watch(page.run, Watched())
                        await asyncio.sleep(max(0.0, leaves - time.monotonic()))
                        await page.load()

    async def _person(self, link: str) -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(None), args=["--no-sandbox"])
            context: BrowserContext | None = None
            page: Page | None = None
            while not self._is_over:
                if page is None or self.rounds % _ROUNDS_A_WINDOW == 0:
                    context, page = await _window(browser, context, link)
                try:
                    await self._round(page)
                except (AssertionError, PlaywrightError) as error:
                    self.failed.append(f"round {self.rounds + 1}: {str(error)[:_SAID]} | {await _seen(page)}")
                    print(self.failed[-1], file=sys.stderr, flush=True)
                    with suppress(AssertionError, PlaywrightError):  # What goes on would be counted as growth.
                        await go_to(page, "Live")
                        await page.get_by_role("button", name="Stop").click(timeout=SECONDS)
                        await says(page, "Interrupted")
                    page = None
                self.rounds += 1
            await browser.close()

    async def _round(self, page: Page) -> None:
        """One run, from its start to its replay."""
        name = f"Message number {self.rounds + 1}"
        moves = [press(SEND), press(FIELD), press(SEND), reply("terminate", status="success")]
        model = self._console.script(f"round-{self.rounds}", moves)
        await start(page, self._url, name, model)
        await says(page, "Asks you")
        await go_to(page, "Questions")
        await choose_question(page)
        if self.rounds % 2:
            await page.locator("#he-approve").click()
        else:
            await page.get_by_label("Why not").fill("not now")
            await page.get_by_role("button", name="Refuse").click()
        await go_to(page, "Live")
        await expect(page.locator("#he-live .he-steps li")).to_have_count(2, timeout=SECONDS)
        await says(page, "Asks you")
        await page.get_by_role("button", name="Take over").first.click()
        await _turn(page, 3)
        await point(page, FIELD)
        await _turn(page, 4)
        await page.get_by_label("Text to type").fill("Ada")
        await page.get_by_label("Text to type").press("Enter")
        await _turn(page, 5)
        await page.get_by_role("button", name="Hand back").click(timeout=SECONDS)
        await says(page, "No run goes on")
        await go_to(page, "Replay")
        await page.locator(".he-open", has_text=name).first.click(timeout=SECONDS)
        await expect(page.locator(".he-point:visible img")).to_be_visible(timeout=SECONDS)
        for _ in range(3):
            await page.keyboard.press("ArrowRight")
        await page.reload()
        await expect(page.get_by_label("Instruction")).to_have_value(name, timeout=SECONDS)


async def _seen(page: Page) -> str:
    """The words that are on the page."""
    with suppress(PlaywrightError):
        return " ".join((await page.locator("body").inner_text()).split())[: 3 * _SAID]
    return "(no page)"


async def _turn(page: Page, number: int) -> None:
    """Wait until the next action is the person's, and is that step."""
    told = f"Your turnstep {number}:"
    await expect(page.locator(".he-state:visible").first).to_contain_text(told, timeout=SECONDS)


async def _window(browser: Browser, before: BrowserContext | None, link: str) -> tuple[BrowserContext, Page]:
    """A new window of the person's: the first comes in by the link, the others as whom it knows."""
    known = None if before is None else await before.storage_state()
    if before is not None:
        await before.close()
    context = await browser.new_context(storage_state=known, viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(link if known is None else link.partition("/enter")[0])
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    if known is not None:  # The fields show what was asked last: what is written before they do is lost.
        await expect(page.get_by_label("Instruction")).not_to_have_value("", timeout=SECONDS)
    return context, page


def use(folder: Path, *, minutes: float, warm_up: float) -> Used:
    """Use a console for so long after a warm-up, and end it."""
    with PageServer() as server, CrowdConsole(folder, (WIDTH, HEIGHT)) as console:
        day = _Day(console, server, minutes, warm_up)
        asyncio.run(day.go())
        return Used(
            minutes=minutes,
            warm_up=warm_up,
            rounds=day.rounds,
            pages=day.pages,
            failed=tuple(day.failed),
            growth=growth(day.samples) if len(day.samples) > 2 else None,
            start_mib=round(day.start_mib, 1),
        )


def _resident_mib(pid: int) -> float:
    """What a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
