"""Kill -9 runs again and again until each has finished, and check that nothing was lost and nothing happened twice.

    python -m tests.walk.kills --kills 1000 [--seed 1]

A form is filled in and sent to a server that counts, in a process of its own. Kills fall at random moments and, in
turn, just before and just after every sync of a file. In one kind of run the form keeps its state in a file, as a world
outside the killed process does; in the other it is gone with its process, as a browser's page is, and is opened anew.
Whoever is asked what the screen does not tell looks at the server. Runs are forked from one process, so that none
imports anew.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from actions.action import Action, Decision, LeftClick, Terminate, Type
from actions.risk import Under
from agent.effects import Effects, Intent
from agent.events import Event
from agent.inspection import inspect
from agent.recorder import load
from agent.runner import resume, run
from agent.settings import RunSettings
from agent.trajectory import Step
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task
from tests.walk.counting import CountingServer, received, send
from tests.walk.toy import LastingForm, follower, policy_of

FIELDS = ("Name", "Town", "Street")
CHECKS = ("Agree", "Letter")
WANTED: dict[str, str | bool] = {**{name: f"my {name}" for name in FIELDS}, **dict.fromkeys(CHECKS, True)}
TASK = Task(
    id="long-form",
    instruction="Type my Name into Name, my Town into Town, my Street into Street, tick Agree and Letter, click Save.",
    environment="painted",
    viewport=Size(width=320, height=320),
    settings={"fields": FIELDS, "checks": CHECKS, "wanted": WANTED},
)
SETTINGS = RunSettings(max_steps=200, stuck_after=20)
PAUSE = 0.01
LONGEST = 0.5
"""Seconds after which a kill at a random moment has fallen."""


class Tally(NamedTuple):
    """What came of many kills."""

    kills: int = 0
    runs: int = 0
    settled: int = 0
    """Actions that were under way when a kill fell, and were settled."""
    asked: int = 0
    """Of these, those that somebody had to be asked about."""

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


class Plot(NamedTuple):
    """When a process is killed: so long after its start, or at its n-th sync; neither: never."""

    seconds: float | None = None
    sync: int = 0
    after: bool = False
    """After the sync, not before."""


class SendingForm(LastingForm):
    """A drawn form whose button sends it to the server, and that keeps its state in a file."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, pause=PAUSE)
        self._url, self._name = url, folder.name

    async def step(self, action: Action) -> Transition:
        """Sends before anything can be seen, so that a kill can fall between."""
        met = await super().under(action)
        if met.role == "button" and action.kind == "left_click":
            send(self._url, self._name, json.dumps(self.values))
            await asyncio.sleep(PAUSE)
        return await super().step(action)

    async def under(self, action: Action) -> Under:
        """The button sends something away."""
        met = await super().under(action)
        return Under(role=met.role, texts=met.texts, url=met.url, submits=met.role == "button")


class FleetingForm(SendingForm):
    """The same, gone with its process."""

    async def reattach(self, task: Task) -> Observation | None:
        """There is nothing to go on with."""
        return None


async def plan() -> list[Decision]:
    """The decisions that fulfil the task."""
    form = PaintedEnvironment()
    await form.reset(TASK)
    at = {name: box.center for name, box in form.boxes.items()}
    decisions: list[Decision] = []
    for name in FIELDS:
        decisions.append(Decision(thought=f'Focus "{name}"', action=LeftClick(at=at[name])))
        decisions.append(Decision(thought=f'Type "my {name}"', action=Type(text=f"my {name}")))
    decisions += [Decision(thought=f'Tick "{name}"', action=LeftClick(at=at[name])) for name in CHECKS]
    decisions.append(Decision(thought='Click "Save"', action=LeftClick(at=at["Save"])))
    return [*decisions, Decision(thought="Finished", action=Terminate(status="success"))]


async def go_on(folder: Path, url: str, kind: type[SendingForm], tell: Callable[[Event], None]) -> None:
    """Begin the run in a folder, or resume it."""

    async def look_at_the_server(intent: Intent, observation: Observation) -> bool | None:
        with (folder / "asked.txt").open("a") as file:
            file.write(f"{intent.effect_id}\n")
        return bool(received(url, folder.name))

    form, policy = kind(folder, url), policy_of(follower(await plan()))
    if (folder / "run" / "run.json").exists():
        await resume(folder / "run", form, policy, watcher=tell, settle=look_at_the_server)
    else:
        await run(TASK, form, policy, folder / "run", SETTINGS, watcher=tell)


def kill_until_finished(folder: Path, url: str, kind: type[SendingForm], plots: Iterator[Plot]) -> Tally:
    """One run, killed as the plots say until there is none left. Raises AssertionError when a step or an effect is lost
    or doubled.
    """
    kills = 0
    while not _one_process(folder, url, kind, next(plots, Plot())):
        kills += 1
        _check_steps(folder)
    return _check(folder, url, kind, kills)


def _one_process(folder: Path, url: str, kind: type[SendingForm], plot: Plot) -> bool:
    """Whether the forked process ended the run; otherwise it was killed."""
    child = os.fork()
    if not child:
        try:
            _wrap_syncs(plot)
            asyncio.run(go_on(folder, url, kind, _announcer(folder)))
            os._exit(0)
        except BaseException as error:
            (folder / "broke.txt").write_text(f"{type(error).__name__}: {error}")
            os._exit(1)
    if plot.seconds is not None:
        deadline = time.monotonic() + plot.seconds
        while time.monotonic() < deadline:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            time.sleep(0.002)
        else:
            os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), (folder / "broke.txt").read_text()
    return status == 0


def _wrap_syncs(plot: Plot) -> None:
    """Make this process kill itself at the sync that the plot names."""
    num_syncs = 0

    def wrap(real: Callable[[int], None]) -> Callable[[int], None]:
        def sync(file: int) -> None:
            nonlocal num_syncs
            num_syncs += 1
            if plot.sync == num_syncs and not plot.after:
                os.kill(os.getpid(), signal.SIGKILL)
            real(file)
            if plot.sync == num_syncs:
                os.kill(os.getpid(), signal.SIGKILL)

        return sync

    os.fsync, os.fdatasync = wrap(os.fsync), wrap(os.fdatasync)


def _announcer(folder: Path) -> Callable[[Event], None]:
    """Notes every step that is said to be recorded."""

    def tell(event: Event) -> None:
        if event.type == "step":
            with (folder / "announced.txt").open("a") as file:
                file.write(f"{_digest(event.step)}\n")

    return tell


def _digest(step: Step) -> str:
    return f"{step.index} {sha256(step.model_dump_json().encode()).hexdigest()}"


def _check_steps(folder: Path) -> None:
    if not (folder / "run" / "run.json").exists():
        assert not (folder / "announced.txt").exists()
        return
    announced = (folder / "announced.txt").read_text().splitlines() if (folder / "announced.txt").exists() else []
    there = {_digest(step) for step in load(folder / "run").steps}
    assert set(announced) <= there, "a step that was said to be recorded was lost or changed"


def _check(folder: Path, url: str, kind: type[SendingForm], kills: int) -> Tally:
    _check_steps(folder)
    outcome = load(folder / "run").run.outcome
    assert outcome is not None
    assert outcome.kind == "finished", outcome
    sent = received(url, folder.name)
    assert sent == [json.dumps(WANTED)], f"{folder}: the form was not sent exactly once: {sent}"
    if kind is SendingForm:
        carried_out = kind(folder, url).carried_out()
        assert len(carried_out) == len(set(carried_out)), "an action was carried out twice"
    report = inspect(folder / "run")
    assert report.faults == ()
    assert not any("under way" in note for note in report.notes), "something was not settled"
    effects = Effects(folder / "run")
    receipts = [effects.receipt(intent.effect_id) for intent in effects.intents]
    effects.close()
    settled = [receipt.settled for receipt in receipts if receipt is not None and receipt.settled is not None]
    asked = (folder / "asked.txt").read_text().splitlines() if (folder / "asked.txt").exists() else []
    assert "unknown" not in settled
    return Tally(kills, 1, len(settled), len(set(asked)))


def _plots(number: int, chance: random.Random, max_kills: int) -> Iterator[Plot]:
    """Every other run meets its first kill at the next sync in turn, and all others are at random."""
    if number % 2:
        yield Plot(sync=1 + number // 4 % 60, after=number % 4 == 3)
        max_kills -= 1
    for _ in range(min(max_kills, chance.randint(1, 4))):
        by_sync = chance.random() < 0.5
        yield (
            Plot(sync=chance.randint(1, 40), after=chance.random() < 0.5)
            if by_sync
            else Plot(seconds=chance.uniform(0.0, LONGEST))
        )


def kill(kills: int, seed: int, say: Callable[[str], None]) -> Tally:
    """That many kills in as many runs as it takes. Raises AssertionError as `kill_until_finished` does."""
    chance, total = random.Random(seed), Tally()
    with CountingServer() as server:
        while total.kills < kills:
            kind = FleetingForm if total.runs % 8 >= 4 else SendingForm
            folder = Path(tempfile.mkdtemp(prefix="handeye-kills-"))
            plots = _plots(total.runs, chance, kills - total.kills)
            total = total.plus(kill_until_finished(folder, server.url, kind, plots))
            shutil.rmtree(folder)  # What failed stays, to be looked at.
            say(f"{total.kills} kills in {total.runs} runs, {total.settled} settled, {total.asked} by asking")
    return total


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.monotonic()
    total = kill(arguments.kills, arguments.seed, lambda line: print(line, flush=True))
    print(json.dumps({**total._asdict(), "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main()
