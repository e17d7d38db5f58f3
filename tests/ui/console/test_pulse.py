"""Whoever waits is woken from any thread, misses nothing that changed before, and is not kept when nothing comes."""

import asyncio
import threading
import time

from ui.console.pulse import Pulse


async def test_a_change_in_a_thread_wakes_all_that_wait() -> None:
    pulse = Pulse()
    waiting = [asyncio.ensure_future(pulse.wait(pulse.count, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    begun = time.monotonic()
    threading.Thread(target=pulse.beat).start()
    await asyncio.gather(*waiting)
    assert time.monotonic() - begun < 5
    assert pulse.count == 1


async def test_what_changed_before_is_not_waited_for() -> None:
    pulse = Pulse()
    seen = pulse.count
    pulse.beat()
    begun = time.monotonic()
    await pulse.wait(seen, 10)
    assert time.monotonic() - begun < 5


async def test_without_a_change_the_time_passes_and_nobody_is_kept() -> None:
    pulse = Pulse()
    await pulse.wait(pulse.count, 0.01)
    gone = asyncio.ensure_future(pulse.wait(pulse.count, 10))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    pulse.beat()
    assert gone.cancelled()


def test_a_loop_that_was_closed_hears_nothing_and_breaks_nothing() -> None:
    pulse = Pulse()
    waiting: list[asyncio.Future[None]] = []

    async def leave() -> None:
        waiting.append(asyncio.ensure_future(pulse.wait(pulse.count, 10)))
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert waiting[0].cancelled()
    pulse.beat()
    assert pulse.count == 1
