"""Made-up folders of runs, as many as asked for, written as the recorder writes them but without waiting for the disk.

python -m tests.ui.many_runs 10000      # how long the index takes, and what a search costs
"""

import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from actions.action import LeftClick, Type
from agent.recorder import RUN_FILE, STEPS_FILE
from agent.sealed import document_of, line_of, link
from agent.trajectory import Outcome, RunRecord, Step
from perception.geometry import Point, Size
from perception.observation import ImageRef
from sandboxes.task import Task
from ui.run_index import RunIndex
from ui.run_search import Search

_SHOPS = ("Bakery", "Florist", "Library", "Harbour office", "Museum")
_OUTCOMES = (
    Outcome(kind="finished", success=True, seconds=3),
    Outcome(kind="finished", success=False),
    Outcome(kind="step_limit", reason="enough"),
    Outcome(kind="finished"),
    None,
)
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SEARCHES = (
    Search(),
    Search(task="order bakery"),
    Search(outcome="done"),
    Search(outcome="failed", model="nano"),
    Search(since="2026-01-10", until="2026-01-20"),
    Search(text="press"),
    Search(text="p"),
    Search(task="order", text="quantity 17", outcome="done", model="nano", since="2026-01-01"),
    Search(text="nowhere"),
)


def write_runs(runs: Path, number: int, num_steps: int = 5) -> None:
    """Each an hour after the one before."""
    for index in range(number):
        write_run(runs, index, num_steps)


def write_run(runs: Path, index: int, num_steps: int = 5) -> Path:
    """One of them; what it is about follows from its number."""
    started = _BEGIN + timedelta(hours=index)
    folder = runs / f"{started:%Y%m%d-%H%M%S}-order-{index}"
    folder.mkdir(parents=True)
    task = Task(id=f"order-{index}", instruction=f"Order {index} loaves from the {_SHOPS[index % 5]}")
    run = RunRecord(
        id=folder.name,
        started=started.isoformat(timespec="milliseconds"),
        task=task,
        model=("nano", "Qwen3-VL-8B")[index % 2],
        outcome=_OUTCOMES[index // 5 % 5],
    )
    (folder / RUN_FILE).write_bytes(document_of(run))
    (folder / STEPS_FILE).write_bytes(b"".join(line + b"\n" for line in _lines(index, num_steps)))
    return folder


def _lines(index: int, num_steps: int) -> list[bytes]:
    lines: list[bytes] = []
    for number in range(num_steps):
        step = Step(
            index=number,
            time="2026-01-01T00:00:00+00:00",
            previous_hash=link(lines[-1] if lines else None),
            before=ImageRef(digest=f"{number:064x}", size=Size(width=64, height=48)),
            url=f"http://shop.test/orders/{index}",
            thought=f'Press "Quantity {number + index % 40}"',
            action=Type(text=f"loaf {number}") if number % 2 else LeftClick(at=Point(x=number % 64, y=3)),
            info={"guard": {"texts": [f"Receipt R{index}"]}} if number == 2 else {},
        )
        lines.append(line_of(step))
    return lines


def search_seconds(index: RunIndex, searches: Sequence[Search] = SEARCHES, times: int = 5) -> dict[Search, float]:
    """The median of each search, first page and last together."""
    found: dict[Search, float] = {}
    for search in searches:
        took = []
        for _ in range(times):
            begun = time.perf_counter()
            last = index.find(search).total // 50
            index.find(search, last)
            took.append((time.perf_counter() - begun) / 2)
        found[search] = statistics.median(took)
    return found


def main(number: int) -> None:
    """Print the figures."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        runs = Path(folder) / "runs"
        write_runs(runs, number)
        index = RunIndex(runs, Path(folder) / "index.sqlite")
        for what in ("taking all of them in", "looking once more"):
            begun = time.perf_counter()
            while index.refresh(5):
                pass
            print(f"{what}: {time.perf_counter() - begun:.2f} s")
        for search, seconds in search_seconds(index).items():
            print(f"{seconds * 1000:6.1f} ms  {index.find(search).total:6} runs  {search}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
