"""How much memory processes hold, as the system counts it; in MB of a million bytes.

Linux tells it for every process and resets the peak at its start. Elsewhere what the C library knows of this process
stands for both.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_BYTES = 1 if sys.platform == "darwin" else 1024
"""Unit of `ru_maxrss`."""


def resident_mb() -> float:
    """What this process holds now."""
    return _status("self", "VmRSS") or _most()


def peak_mb(pid: int | None = None) -> float:
    """The most that a process has held at one time, this one without a number."""
    return _status(str(pid or "self"), "VmHWM") or (0.0 if pid else _most())


def forget_peak() -> None:
    """Lets this process's peak begin again from what it holds now, where the system can do that."""
    with suppress(OSError):
        (_PROC / "self" / "clear_refs").write_text("5")


def session_peak_mb(leader: int) -> float:
    """The same of all processes of a session, each at its own time, added up."""
    return sum(peak_mb(pid) for pid in _session(leader))


def _status(process: str, field: str) -> float:
    """A field of a process's status; 0 where there is none."""
    try:
        lines = (_PROC / process / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:")), 0.0)


def _session(leader: int) -> Iterator[int]:
    for place in _PROC.glob("[0-9]*"):
        try:
            if os.getsid(int(place.name)) == leader:
                yield int(place.name)
        except ProcessLookupError:
            continue


def _most() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES / 1e6
