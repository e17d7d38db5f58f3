"""Keeping freed memory: a pass of the model frees and asks for the same large buffers again and again.

By default glibc gives large buffers back to the system and the system must map and clear them anew at every pass, which
cost a third of the time of a training step on a CPU. Left out: other C libraries, where nothing is changed.
"""

import ctypes
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_GIB = 1 << 30


def keep_freed_memory() -> bool:
    """Tell glibc to keep what is freed; says whether it could. See `man 3 mallopt`."""
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    wanted = ((_MMAP_THRESHOLD, _GIB), (_TRIM_THRESHOLD, 2 * _GIB - 1), (_TOP_PAD, _GIB // 4))
    taken = [libc.mallopt(name, value) == 1 for name, value in wanted]
    return all(taken)
