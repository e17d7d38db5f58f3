"""The runs that the console has going, and those that went before them since it started."""

import threading
import time
from pathlib import Path

from ui.console.pulse import Pulse
from ui.console.stage import Launch, Order, Stage, StageBusy

MOST_AT_ONCE = 8
"""Runs that go at the same time: each has a browser and asks a model."""
_MOST_KEPT = 24
"""Runs that are kept to look at, those that ended included: each holds its steps in memory."""
_AGAIN_SECONDS = 2.0
"""Within this time the same order is the same wish."""


class Stages:
    """Every run on a stage of its own. May be called from any thread."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self.pulse = Pulse()
        """Beats whenever a run changes, or one more begins."""
        self._lock = threading.Lock()
        self._stages: dict[str, Stage] = {}
        self._number = 0
        self._started_at = 0.0

    def start(self, order: Order, launch: Launch | None = None) -> str:
        """Begin a run, and give the name of its stage; launch: what carries this order out, where it is another than
        usual. Raises StageBusy while too many go on."""
        with self._lock:
            if sum(stage.view.is_busy for stage in self._stages.values()) >= MOST_AT_ONCE:
                raise StageBusy(f"{MOST_AT_ONCE} runs are under way: stop one of them first")
            if (newest := self.get("")) is not None and self._is_repeated(newest, order):
                raise StageBusy("this has just been started")
            self._number += 1
            name, stage = str(self._number), Stage(launch or self._launch, self.pulse.beat)
            stage.start(order)
            self._started_at = time.monotonic()
            self._stages[name] = stage
            self._forget()
        self.pulse.beat()
        return name

    def all(self) -> list[tuple[str, Stage]]:
        """Names and stages, the newest first."""
        return list(reversed(list(self._stages.items())))

    def get(self, name: str) -> Stage | None:
        """The stage of that name; the newest without one; None where there is none."""
        stages = self.all()
        return dict(stages).get(name) if name else stages[0][1] if stages else None

    def at(self, folder: Path) -> tuple[str, Stage] | None:
        """The stage of a run that goes on, by the run's folder."""
        found = (one for one in self.all() if one[1].view.is_busy and one[1].view.folder == folder)
        return next(found, None)

    def close(self, seconds: float = 20.0) -> None:
        """Stop every run and wait for the outcomes to be on disk; seconds: for each of them."""
        stages = [stage for _, stage in self.all()]
        for stage in stages:
            stage.stop()
        for stage in stages:
            stage.close(seconds)

    def _is_repeated(self, newest: Stage, order: Order) -> bool:
        """Whether an order is the second half of a double click."""
        soon = time.monotonic() - self._started_at < _AGAIN_SECONDS
        return soon and newest.view.is_busy and newest.view.order == order

    def _forget(self) -> None:
        over = [name for name, stage in self._stages.items() if not stage.view.is_busy]
        for name in over[: max(0, len(self._stages) - _MOST_KEPT)]:
            del self._stages[name]
