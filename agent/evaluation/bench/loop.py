"""What a step of the loop costs beside the model and the screen, and how fast its checkpoints grow.

A click on a drawn form, again and again, decided at once. Taken off is the environment's time (acting, drawing,
looking); the two pictures that come up are encoded in the steps before those that count. What is left is the graph, its
checkpoints, ledger and record with their syncs, the guard and the verifier.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from actions.action import Action, Decision, LeftClick
from actions.risk import Under
from agent.events import Event
from agent.policy import Choice, Identity, Situation
from agent.runner import run
from agent.settings import RunSettings
from perception.observation import Observation
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task

NUM_STEPS = 220
WARM = 20
"""Steps before those that count."""
_TASK = Task(id="overhead", instruction='Tick "Agree" again and again.', environment="painted")


class _Elsewhere:
    """Seconds that are not the loop's."""

    seconds = 0.0

    @contextmanager
    def spent(self) -> Iterator[None]:
        """What happens inside is not the loop's."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.seconds += perf_counter() - begun


class _Form(PaintedEnvironment):
    """The drawn form, timed."""

    def __init__(self, elsewhere: _Elsewhere) -> None:
        super().__init__()
        self._elsewhere, self._inside = elsewhere, False

    async def step(self, action: Action) -> Transition:
        """Acts; looking is part of it."""
        self._inside = True
        with self._elsewhere.spent():
            transition = await super().step(action)
        self._inside = False
        return transition

    async def observe(self) -> Observation:
        """Draws."""
        if self._inside:
            return await super().observe()
        with self._elsewhere.spent():
            return await super().observe()

    async def under(self, action: Action) -> Under:
        """Tells what is there."""
        with self._elsewhere.spent():
            return await super().under(action)


class _Ticker:
    """Decides on the same click at once."""

    identity = Identity(model="none", asked="none", policy="none", codec="none", prompt="none")

    def __init__(self, click: LeftClick) -> None:
        self._choice = Choice(decision=Decision(thought="Tick it", action=click), replies=(), shown_history=())

    async def decide(self, situation: Situation) -> Choice:
        """The click."""
        return self._choice


def measure(num_steps: int = NUM_STEPS) -> dict[str, float | str]:
    """Milliseconds of a step, median and 99th percentile, and KiB by which checkpoints grow in one."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder) / "run", max(num_steps, WARM + 20)))


async def _measured(folder: Path, num_steps: int) -> dict[str, float | str]:
    elsewhere = _Elsewhere()
    form = _Form(elsewhere)
    await form.reset(_TASK)
    policy = _Ticker(LeftClick(at=form.boxes["Agree"].center))
    marks: list[float] = []
    sizes: list[int] = []

    def watch(event: Event) -> None:
        if event.type == "step":
            marks.append(perf_counter() - elsewhere.seconds)
            sizes.append(sum(path.stat().st_size for path in folder.glob("graph.sqlite*")))

    settings = RunSettings(max_steps=num_steps, stuck_after=10 * num_steps)
    await run(_TASK, form, policy, folder, settings, watch)
    spent = [(after - before) * 1e3 for before, after in zip(marks[WARM:], marks[WARM + 1 :], strict=False)]
    return {
        "loop_overhead_ms_median": median(spent),
        "loop_overhead_ms_p99": quantiles(spent, n=100, method="inclusive")[98],
        "checkpoint_kib_a_step": (sizes[-1] - sizes[WARM]) / 1024 / (len(sizes) - 1 - WARM),
    }
