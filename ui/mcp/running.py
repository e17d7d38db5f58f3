"""The tools that run a task: started, waited for, stopped. The guard and its questions are those of `handeye run`."""

import asyncio
import shlex
import time
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from mcp import types
from pydantic import Field

from agent.guard.rules import Limits
from ui.cli.exits import plain
from ui.console.stage import Order, Stage, StageBusy, View
from ui.console.stages import Stages
from ui.mcp.asking import question_words
from ui.mcp.tool import Arguments, Refused, Tell, Tool, said
from ui.words import action_words, ending_words, headline, is_good, reason_words

LOOK_SECONDS = 0.1
"""How often a call looks how its run stands."""
AGAIN_SECONDS = 10.0
"""How often a client that waits is told the same again, so that it does not take silence for the end."""


class RunTask(Arguments):
    """See `Running.run`."""

    task: str = Field(min_length=1, max_length=4000, description="what should be done, in words")
    on: Literal["browser", "desktop", "android"] = Field(default="browser", description="where it happens")
    url: str = Field(default="", description="browser: the page to begin on, http or https; android: the app to open")
    launch: str = Field(default="", description="desktop: the program to begin with, one of those that are allowed")
    max_steps: int | None = Field(default=None, ge=1, description="steps after which the run stops")
    max_seconds: float | None = Field(default=None, gt=0, description="seconds after which the run stops")
    wait: bool = Field(default=True, description="answer when the run has ended; false: as soon as it has begun")


class StopRun(Arguments):
    """See `Running.stop`."""

    run: str = Field(description="the run, as run_task named it")


class Running:
    """Runs tasks for one client."""

    def __init__(self, stages: Stages, programs: Sequence[str]) -> None:
        """programs: commands that a desktop may begin with; a client can name no other."""
        self._stages = stages
        self._programs = tuple(programs)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What a client can call."""
        return (
            Tool(
                "run_task",
                "Have HandEye do a task on a screen: it looks, decides, clicks and types until the task is done. What "
                "may have lasting effects is asked of a person, and the run waits for their answer. What the task "
                "names counts as named by the person, so name only what they want done.",
                RunTask,
                self.run,
                changes=True,
            ),
            Tool(
                "stop_run",
                "Stop a run that this connection began; a person can go on with it by `handeye resume`.",
                StopRun,
                self.stop,
                changes=True,
            ),
        )

    async def run(self, arguments: RunTask, tell: Tell) -> types.CallToolResult:
        """Start it, and see it to its end; a call that is called off stops its run. Raises Refused."""
        order = self._order(arguments)
        try:
            stage = self._stages.get(self._stages.start(order))
        except StageBusy as error:
            raise Refused(str(error)) from error
        assert stage is not None
        try:
            view = await _seen_through(stage, tell, wait=arguments.wait)
        except asyncio.CancelledError:
            stage.stop()
            raise
        return _told(view)

    async def stop(self, arguments: StopRun, tell: Tell) -> types.CallToolResult:
        """Stop it, and see it end. Raises Refused."""
        stage = self._going(arguments.run)
        stage.stop()
        return _told(await _seen_through(stage, tell, wait=True))

    def _going(self, run: str) -> Stage:
        named = (stage for _, stage in self._stages.all() if stage.view.folder and stage.view.folder.name == run)
        stage = next(named, None)
        if stage is None or not stage.view.is_busy:
            raise Refused(f"{plain(run, 80)} is no run that goes on here")
        return stage

    def _order(self, arguments: RunTask) -> Order:
        if not arguments.task.strip():
            raise Refused("task is empty: say in words what should be done")
        if arguments.on == "browser" and _scheme(arguments.url) not in ("http", "https"):
            raise Refused("url: name the page to begin on, with http:// or https://")
        if arguments.on == "desktop" and arguments.url:
            raise Refused("url is for browsers and phones: name a desktop's program with launch")
        if arguments.launch and arguments.on != "desktop":
            raise Refused("launch is for desktops: add on=desktop")
        if arguments.launch and arguments.launch not in self._programs:
            allowed = ", ".join(self._programs) or "none (whoever starts `handeye mcp` allows them with --launch)"
            raise Refused(f"launch: {plain(arguments.launch, 80)} is not allowed; allowed: {allowed}")
        return Order(
            instruction=arguments.task,
            url=arguments.url,
            model="",
            on=arguments.on,
            programs=(tuple(shlex.split(arguments.launch)),) if arguments.launch else (),
            limits=Limits(steps=arguments.max_steps, seconds=arguments.max_seconds),
        )


def _scheme(url: str) -> str:
    """How an address begins; empty for what is none."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme.lower() if parts.hostname else ""
    except ValueError:
        return ""


async def _seen_through(stage: Stage, tell: Tell, *, wait: bool) -> View:
    """Tell how it stands until it has ended; without waiting, until it has begun."""
    last, told_at = None, 0.0
    while True:
        view = stage.view
        if not view.is_busy or (not wait and view.folder is not None):
            return view
        state = (view.phase, view.question, view.decided, len(view.steps))
        if state != last or time.monotonic() - told_at > AGAIN_SECONDS:
            await tell(_standing(view))
            last, told_at = state, time.monotonic()
        await asyncio.sleep(LOOK_SECONDS)


def _standing(view: View) -> str:
    """How a run stands, in a sentence; while it waits for a person, that and what to do."""
    if view.question is not None and view.folder is not None:
        return f"The run {view.folder.name} waits. {question_words(view.question, view.folder)}"
    if view.phase != "running":
        return view.phase
    doing = f": {plain(action_words(view.decided.action), 200)}" if view.decided is not None else ""
    return f"step {len(view.steps) + 1}{doing}"


def _told(view: View) -> types.CallToolResult:
    """What a call says of its run."""
    name = view.folder.name if view.folder is not None else ""
    outcome = view.outcome
    if outcome is None and view.is_busy:
        return said(f"The run {name} goes on; look_at_run shows it.", facts={"run": name, "phase": view.phase})
    if outcome is None:
        raise Refused(view.error or "the run was stopped before it began")
    text = outcome.answer or (view.steps[-1].thought if view.steps else "")
    lines = [
        f"{headline(outcome)}: {ending_words(outcome)}; {outcome.steps} steps, {outcome.seconds:.1f} s",
        *(f"{label}: {words}" for label, words in (("reason", reason_words(outcome)), ("said", text)) if words),
        f"run: {name} (look_at_run shows it)",
    ]
    if outcome.kind in ("interrupted", "failed"):
        lines.append(f"A person can go on with it: handeye resume {shlex.quote(str(view.folder))}")
    facts = {"run": name, "good": is_good(outcome), "text": text, "outcome": outcome.model_dump(mode="json")}
    return said("\n".join(lines), facts=facts, failed=outcome.kind == "failed")
