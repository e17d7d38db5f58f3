"""Pages made in numbers: in several processes, each with a Chromium of its own, and handed on in order as they come."""

import asyncio
import contextlib
import multiprocessing
import random
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from agent.training.pages.archive import encoded
from agent.training.pages.page import make_page
from agent.training.pages.render import Tab, render
from agent.training.screens.record import Screen, Size

RUN = 250
"""Pages that one Chromium shows before it is started anew."""

NUM_TABS = 6


@dataclass(frozen=True, slots=True)
class Order:
    """Which pages to make: those numbered `start` to `stop` of a seed."""

    seed: int
    start: int
    stop: int
    heldout: bool = False
    kind: str | None = None
    size: Size | None = None


def pressed(order: Order, num_workers: int = 1) -> Iterator[tuple[Size, bytes]]:
    """The pages of an order, each with its size, encoded as a store keeps them; in order, few of them in memory."""
    length = max(1, min(RUN, -(-(order.stop - order.start) // max(1, num_workers))))
    starts = range(order.start, order.stop, length)
    runs = [replace(order, start=start, stop=min(start + length, order.stop)) for start in starts]
    if num_workers <= 1:
        for run in runs:
            yield from _run(run)
        return
    with ProcessPoolExecutor(num_workers, multiprocessing.get_context("spawn")) as pool:
        for ahead in range(0, len(runs), 4 * num_workers):
            for entries in pool.map(_run, runs[ahead : ahead + 4 * num_workers]):
                yield from entries


def _run(order: Order) -> list[tuple[Size, bytes]]:
    async def collected() -> list[tuple[Size, bytes]]:
        return [(screen.size, encoded(screen)) async for screen in rendered(order)]

    return asyncio.run(collected())


async def rendered(order: Order) -> AsyncIterator[Screen]:
    """The screens of an order, made in one Chromium: several tabs at once, as each waits for the browser mostly."""
    async with tabs(min(NUM_TABS, order.stop - order.start)) as shown:
        free: asyncio.Queue[Tab] = asyncio.Queue()
        for tab in shown:
            free.put_nowait(tab)
        ahead: deque[asyncio.Task[Screen]] = deque()
        for number in range(order.start, order.stop):
            ahead.append(asyncio.create_task(_one(order, number, free)))
            if len(ahead) > 2 * NUM_TABS:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()


async def _one(order: Order, number: int, free: asyncio.Queue[Tab]) -> Screen:
    rng = random.Random(f"{order.seed}:{number}")
    page = make_page(rng, heldout=order.heldout, size=order.size, kind=order.kind)
    tab = await free.get()
    try:
        return await render(page, tab, framed=True)
    finally:
        free.put_nowait(tab)


@contextlib.asynccontextmanager
async def tabs(number: int = 1) -> AsyncIterator[list[Tab]]:
    """Tabs of a headless Chromium. Needs what `sandboxes.browser` needs."""
    from sandboxes.browser import BrowserEnvironment
    from sandboxes.task import Task

    environment = BrowserEnvironment()
    try:
        with tempfile.NamedTemporaryFile(suffix=".html") as blank:
            await environment.reset(Task(id="pages", instruction="", url=Path(blank.name).as_uri()))
        first = environment.page
        yield [first, *[await first.context.new_page() for _ in range(number - 1)]]
    finally:
        await environment.close()
