"""What ends a run before its time leaves a record that says so, and a run that goes on.

A full disk, a clock that jumps, a browser that is killed together with the run just after it has sent something.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from actions.action import Decision, LeftClick, Terminate, Type, Wait
from agent.recorder import Recorder, load
from agent.runner import resume, run
from agent.trajectory import Step
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task
from tests.walk.counting import CountingServer, received
from tests.walk.toy import TASK, follower, plan, policy_of

FULL = """
import asyncio, json, resource, signal, sys
from pathlib import Path
from agent.errors import RecordError
from agent.inspection import inspect
from agent.runner import resume, run
from tests.walk.toy import TASK, LastingForm, follower, plan, policy_of
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
async def main():
    for size in map(int, sys.argv[2:]):
        folder = Path(sys.argv[1]) / str(size)
        folder.mkdir()
        form, said = LastingForm(folder), ""
        limit(size)
        try:
            outcome = await run(TASK, form, policy_of(follower(await plan())), folder / "run")
            said = f"{outcome.kind}: {outcome.reason}"
        except RecordError as error:
            said = str(error)
        finally:
            limit(resource.RLIM_INFINITY)
        kind = ""
        if (folder / "run" / "run.json").exists():
            outcome = await resume(folder / "run", form, policy_of(follower(await plan())))
            kind = f"{outcome.kind} {outcome.success}"
            assert inspect(folder / "run").faults == ()
        done = form.carried_out()
        print(json.dumps([size, said, kind, len(done) - len(set(done))]))
asyncio.run(main())
"""


def test_a_disk_that_is_full_at_any_moment_leaves_a_run_that_goes_on(tmp_path, repository):
    """A limit on the size of files stands in for a full disk."""
    sizes = [400, 1_200, 2_000, 3_000, 4_000, 6_000, 9_000, 13_000, 20_000, 30_000, 60_000]
    command = [sys.executable, "-c", FULL, str(tmp_path), *map(str, sizes)]
    printed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr
    found = [json.loads(line) for line in printed.stdout.splitlines()]
    assert [size for size, *_ in found] == sizes
    for size, said, kind, num_doubled in found:
        assert said.count("\n") == 0, said
        assert num_doubled == 0, size
        assert kind in ("finished True", ""), said
        assert "can't be written" in said or size > 30_000
    assert sum(kind != "" for _, _, kind, _ in found) >= 8, "where there is a run it goes on"


async def test_a_clock_that_jumps_changes_nothing(runs_folder):
    """Times are told and never counted with: budgets go by a clock that nobody sets."""
    decisions, folder = await plan(), runs_folder / "one"

    def jump(event):
        if event.type == "step" and event.step.index == 1:
            running.cancel()

    policy = policy_of(follower(decisions))
    running = asyncio.ensure_future(run(TASK, PaintedEnvironment(), policy, folder, watcher=jump))
    assert (await running).kind == "interrupted"
    there = load(folder).steps[-1]
    recorder = Recorder.open(folder)
    for index, year in ((2, 2199), (3, 1970)):
        moment = f"{year}-01-01T00:00:00+00:00"
        recorder.append(Step(index=index, time=moment, before=there.before, thought="Wait", action=Wait(seconds=0)))
    recorder.close()
    outcome = await resume(folder, PaintedEnvironment(), policy_of(follower(decisions)))
    assert (outcome.kind, outcome.success) == ("finished", True)
    assert outcome.seconds < 600


WALK = """
import asyncio, sys, time
from pathlib import Path
from tests.walk.test_recovery import browser, letter, letter_task
from agent.runner import run
from tests.walk.toy import follower, policy_of
async def main():
    task, environment = letter_task(sys.argv[2]), browser(sys.argv[3])
    policy = policy_of(follower(await letter(environment, task)))
    print("begins", flush=True)
    await run(task, environment, policy, Path(sys.argv[1]), watcher=stay)
def stay(event):
    if event.type == "step" and event.step.index == 2:
        time.sleep(60)  # The form is sent and recorded: here it is killed, and not when it has ended.
asyncio.run(main())
"""


def browser(chromium: str | Path) -> BrowserEnvironment:
    return BrowserEnvironment(viewport=Size(width=320, height=224), chromium=chromium)


def letter_task(url: str) -> Task:
    return Task(id="letter", instruction="Type Ada into Name and click Save.", url=url)


async def letter(environment: BrowserEnvironment, task: Task) -> list[Decision]:
    """Where the controls are; tests may ask the page, the walk may not."""
    await environment.reset(task)
    at = {}
    for name in ("name", "save"):
        box = await environment.page.locator(f"#{name}").bounding_box()
        assert box is not None
        at[name] = Point(x=int(box["x"] + box["width"] / 2), y=int(box["y"] + box["height"] / 2))
    return [
        Decision(thought='Focus "Name"', action=LeftClick(at=at["name"])),
        Decision(thought='Type "Ada"', action=Type(text="Ada")),
        Decision(thought='Click "Save"', action=LeftClick(at=at["save"])),
        Decision(thought="Finished", action=Terminate(status="success")),
    ]


def kill_when(now: Callable[[], bool], command: list[str], repository: Path) -> None:
    """Start a walk, and kill it -9 as soon as it is `now`."""
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None and not now():
            time.sleep(0.005)
        process.kill()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["sent", "recorded"])
async def test_what_a_killed_browser_has_sent_is_not_sent_again(runs_folder, chromium, repository, moment):
    """Killed as soon as the server has the form, and once the step is on disk; the page is opened anew each time."""
    folder, asked = runs_folder / "one", []
    with CountingServer() as server:
        url = f"{server.url}/page/letter"
        kill_when(
            lambda: bool(received(server.url, "letter")) and (moment == "sent" or len(load(folder).steps) == 3),
            [sys.executable, "-c", WALK, str(folder), url, str(chromium)],
            repository,
        )

        async def look_at_the_server(intent, observation):
            asked.append(intent.effect_id)
            return bool(received(server.url, "letter"))

        environment, task = browser(chromium), letter_task(url)
        decisions = await letter(environment, task)
        outcome = await resume(folder, environment, policy_of(follower(decisions)), settle=look_at_the_server)
        await environment.close()
        assert outcome.kind == "finished", outcome
        assert received(server.url, "letter") == ["name=Ada"]
    settled = [step.info["settled"] for step in load(folder).steps if "settled" in step.info]
    assert settled[-1] == "stands"
    assert len(asked) == (moment == "sent")
