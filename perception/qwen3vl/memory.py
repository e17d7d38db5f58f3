"""How much memory there is, and keeping what was freed.

A pass of the model frees and asks for the same large buffers again and again. By default glibc gives large buffers back
to the system and the system must map and clear them anew at every pass, which cost a third of the time of a training
step on a CPU. Left out: other C libraries, where nothing is changed.
"""

import ctypes
import platform
from pathlib import Path

import torch

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


def give_back() -> None:
    """Hand the system what is kept and not in use. Buffers of ever other sizes leave holes, and what is kept grows with
    them: a loop that meets many sizes calls this now and then."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def free_bytes(device: torch.device) -> int:
    """Memory that could be taken now; 4 GiB where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) * 1024
    except (OSError, StopIteration, ValueError):
        return 4 * _GIB
