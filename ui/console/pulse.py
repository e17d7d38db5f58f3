"""Wakes those who wait for a change, wherever it is: runs have threads of their own, pages the server's loop."""

import asyncio
import threading
from contextlib import suppress


class Pulse:
    """Counts changes. `beat` may be called from any thread, `wait` in any loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def count(self) -> int:
        """How many changes there were so far."""
        return self._count

    def beat(self) -> None:
        """Something changed."""
        with self._lock:
            self._count += 1
            waiting, self._waiting = self._waiting, {}
        for event, loop in waiting.items():
            with suppress(RuntimeError):  # The loop was closed: nobody waits in it any more.
                loop.call_soon_threadsafe(event.set)

    async def wait(self, seen: int, seconds: float) -> None:
        """Until there are more changes than were seen, or so much time has passed."""
        event = asyncio.Event()
        with self._lock:
            if self._count != seen:
                return
            self._waiting[event] = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.pop(event, None)
