"""Pixels that a worker draws and we hold, without a copy: sealed shared memory, used again when nobody holds it."""

import ctypes
import fcntl
import mmap
import os
from collections import deque
from dataclasses import dataclass

import numpy as np

_PAGE = 2**20
_MOST_FREE = 2
"""Slots that are kept for the next page."""


@dataclass(slots=True, eq=False)
class Slot:
    """One piece of shared memory."""

    number: int
    descriptor: int
    memory: mmap.mmap
    capacity: int
    """Bytes."""


class PixelPool:
    """Slots that are lent to frames and come back when the last view of the frame's array is gone."""

    def __init__(self) -> None:
        self._free: list[Slot] = []
        self._returned: deque[Slot] = deque()  # filled by whatever thread lets a frame go, so only appended to
        self._num_made = 0
        self.dropped: list[int] = []
        """Numbers of slots that are no more, for the worker to forget; whoever tells it empties the list."""

    def take(self, num_bytes: int) -> Slot:
        """A slot of at least so many bytes. Raises OSError where there is no memory for it."""
        self._collect()
        for slot in self._free:
            if slot.capacity >= num_bytes:
                self._free.remove(slot)
                return slot
        return self._make(-(-num_bytes // _PAGE) * _PAGE)

    def lend(self, slot: Slot, width: int, height: int) -> np.ndarray:
        """The slot's pixels, uint8 [height, width, 3]; the slot comes back by itself."""
        return np.asarray(_Lease(self, slot, (height, width, 3)))

    def give_back(self, slot: Slot) -> None:
        """Take a slot back; from any thread."""
        self._returned.append(slot)

    def close(self) -> None:
        """Let all slots go that nobody holds."""
        self._collect()
        for slot in list(self._free):
            self._drop(slot)

    def _collect(self) -> None:
        """Keep what came back for the next pages, and let it go where there is enough."""
        while self._returned:
            self._free.append(self._returned.popleft())
        while len(self._free) > _MOST_FREE:
            self._drop(min(self._free, key=lambda one: one.capacity))

    def _make(self, capacity: int) -> Slot:
        descriptor = os.memfd_create("handeye-page", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, capacity)
            # Else a worker could shorten the memory under our hands, and reading it would kill us.
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            memory = mmap.mmap(descriptor, capacity)
        except OSError:
            os.close(descriptor)
            raise
        self._num_made += 1
        return Slot(self._num_made, descriptor, memory, capacity)

    def _drop(self, slot: Slot) -> None:
        self._free.remove(slot)
        self.dropped.append(slot.number)
        os.close(slot.descriptor)
        slot.memory.close()


class _Lease:
    """What a frame's array rests on; numpy keeps it alive for as long as any view of the array lives."""

    def __init__(self, pool: PixelPool, slot: Slot, shape: tuple[int, int, int]) -> None:
        self._pool, self._slot = pool, slot
        start = ctypes.c_char.from_buffer(slot.memory)
        data = (ctypes.addressof(start), False)
        self.__array_interface__ = {"version": 3, "shape": shape, "typestr": "|u1", "data": data}

    def __del__(self) -> None:
        self._pool.give_back(self._slot)
