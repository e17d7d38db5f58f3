"""Memory that a run leaves behind, given back when it ends.

A run's parts know each other in circles, and hold pictures and files that the collector can't see the size of: left to
itself it would wait until a quarter of all objects are new, which in a process that has loaded this much is many runs.
The C library, left to itself, gives every thread a heap of its own and learns to keep pictures in it: each heap grows
to the most that any run needed at once.
"""

import ctypes
import gc

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Of glibc's mallopt."""
_LARGE_BYTES = 128 * 1024
"""Pieces of memory that are asked of the system one by one, and given back to it when they are let go of."""
_HEAPS = 2


def settle() -> None:
    """What there is now stays: collections from here on look only at what comes after it, and are short. Threads that
    come share few heaps, where the C library can do it."""
    gc.collect()
    gc.freeze()
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_MMAP_THRESHOLD, _LARGE_BYTES)
        tune(_ARENA_MAX, _HEAPS)


def tidy() -> None:
    """Let go of what nobody holds, and give the system back what that frees, where the C library can do it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
