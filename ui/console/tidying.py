"""Memory that a run leaves behind, given back when it ends.

A run's parts know each other in circles, and hold pictures and files that the collector can't see the size of: left to
itself it would wait until a quarter of all objects are new, which in a process that has loaded this much is many runs.
"""

import ctypes
import gc


def settle() -> None:
    """What there is now stays: collections from here on look only at what comes after it, and are short."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Let go of what nobody holds, and give the system back what that frees, where the C library can do it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
