"""How fast, and in how much memory, the pages of a long PDF become frames that the caller holds.

    python -m tests.perception.document_speed [FILE] [--passes 10] [--dpi 144]

Without FILE it is the 1,158 pages of octave.pdf in Debian's package octave-doc, where that is installed (`sudo apt
install octave-doc`). CPU seconds and memory are those of our process and of the worker together; exit code 1 says that
one of the bars below was missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from perception.document.document import Document, parser_process
from perception.document.limits import Limits

OCTAVE = Path("/usr/share/doc/octave/octave.pdf")
PAGES_A_SECOND, MEGABYTES, FIRST_MS, GROWTH_MB = 150, 300, 100, 10


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int, key: str = "VmRSS") -> float:
    """Memory of a process that is in use, or (VmHWM) that was at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{key}:"))


def measure(path: Path, passes: int, dpi: float) -> bool:
    """Print the figures; True where every bar is met."""
    worker = parser_process(Limits())
    worker.start()
    pid = worker.pid
    assert pid is not None
    try:
        begun = time.perf_counter()
        with Document(path, worker=worker) as document:
            held = document.frame(1, dpi)
            first = (time.perf_counter() - begun) * 1e3
            rates, memory = [], []
            for _ in range(passes):
                before = cpu_seconds(pid) + time.process_time()
                for page in range(1, document.num_pages + 1):
                    held = document.frame(page, dpi)
                    assert held.pixels[0, 0, 0] >= 0
                rates.append(document.num_pages / (cpu_seconds(pid) + time.process_time() - before))
                memory.append(megabytes(pid) + megabytes(os.getpid()))
            peak = megabytes(pid, "VmHWM") + megabytes(os.getpid(), "VmHWM")
    finally:
        worker.end()
    growth = max(memory) - memory[0]
    print(f"{path}: {document.num_pages} pages at {dpi:g} dpi, {passes} passes")
    print(f"first page after {first:.0f} ms from a warm worker (bar {FIRST_MS})")
    print(f"pages a CPU second: {min(rates):.0f} to {max(rates):.0f} (bar {PAGES_A_SECOND})")
    print(f"memory of both processes: at most {peak:.0f} MB (bar {MEGABYTES}), grown by {growth:.1f} MB")
    return min(rates) >= PAGES_A_SECOND and peak < MEGABYTES and first <= FIRST_MS and growth < GROWTH_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=OCTAVE)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--dpi", type=float, default=144)
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        print(f"{arguments.file} is not there: sudo apt install octave-doc, or name a PDF", file=sys.stderr)
        return 3
    return 0 if measure(arguments.file, arguments.passes, arguments.dpi) else 1


if __name__ == "__main__":
    sys.exit(main())
