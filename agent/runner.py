"""Runs or resumes one task: opens the run's folder, walks the graph, and writes the outcome.

What ends a run is an `Outcome`, also when something outside broke (`failed`) or a person stopped it (`interrupted`);
both can be resumed. Errors are raised for what leaves no run to speak of: the task can't begin, or its folder can't be
written.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any, cast

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langsmith import tracing_context

from agent.effects import Effects
from agent.errors import AgentError, RecordError
from agent.events import Event, RunEnded, RunStarted, Watcher
from agent.loop.context import Context
from agent.loop.ending import Ending
from agent.loop.graph import Graph, build
from agent.loop.state import State, state_after
from agent.policy import Policy
from agent.recorder import Recorder, now
from agent.settings import RunSettings
from agent.trajectory import Outcome, RunRecord
from perception.errors import HandEyeError
from perception.observation import Observation
from sandboxes.environment import Environment, Posing, Resumable
from sandboxes.task import Score, Task

CHECKPOINTS_FILE = "graph.sqlite"
RESUMABLE = ("interrupted", "failed")
"""Kinds of outcome that `resume` goes on from; a run without an outcome was killed, and goes on too."""

_UNBOUNDED = 1_000_000_000
"""LangGraph's own limit of node runs; the budgets of the run are what counts."""

log = logging.getLogger(__name__)


def ignore(event: Event) -> None:
    """The watcher that watches nothing."""


async def run(
    task: Task,
    environment: Environment,
    policy: Policy,
    folder: Path,
    settings: RunSettings | None = None,
    watcher: Watcher = ignore,
) -> Outcome:
    """Walk a task from its beginning; `folder` becomes the run's folder, and its name the run's.

    A cancellation (Ctrl-C) is answered with the outcome `interrupted` once the walk has begun. Environment and policy
    stay open: they are the caller's. Raises SandboxError when the task can't begin, and then nothing is written;
    RecordError when the folder can't be written.
    """
    settings = settings or RunSettings()
    view = await environment.reset(task)
    if not task.instruction and isinstance(environment, Posing):
        task = task.model_copy(update={"instruction": environment.instruction})
    recorder = Recorder.create(folder, _run_record(task, policy, folder, settings, view))
    return await _take_up(recorder, environment, policy, settings, watcher, view=view, fresh=False)


async def resume(
    folder: Path,
    environment: Environment,
    policy: Policy,
    settings: RunSettings | None = None,
    watcher: Watcher = ignore,
) -> Outcome:
    """Go on with a run that was killed, interrupted or failed; one that has ended gives its outcome again.

    An environment whose world is still there (`Resumable`) is taken up where it is. Otherwise the task is begun on a
    fresh page: the recorded steps stay, but the model is told of later ones only, since the earlier are not true of
    what it sees. Without settings those of the run's record hold. Raises RecordError when the folder is no run or is in
    use, SandboxError when the environment can't be had.
    """
    recorder = Recorder.open(folder)
    try:
        outcome = recorder.run.outcome
        if outcome is not None and outcome.kind not in RESUMABLE:
            return outcome
        settings = settings or RunSettings.model_validate(recorder.run.settings)
        view, fresh = await _find_world(environment, recorder.run.task)
        recorder.conclude(None)
        return await _take_up(recorder, environment, policy, settings, watcher, view=view, fresh=fresh)
    finally:
        recorder.close()


async def _find_world(environment: Environment, task: Task) -> tuple[Observation | None, bool]:
    """The view of a world that was made anew, and whether it was. One that is as it was left has to be looked at again
    before a decision of the earlier process is carried out, so no view of it is given.
    """
    if isinstance(environment, Resumable) and await environment.reattach(task) is not None:
        return None, False
    return await environment.reset(task), True


async def _take_up(
    recorder: Recorder,
    environment: Environment,
    policy: Policy,
    settings: RunSettings,
    watcher: Watcher,
    *,
    view: Observation | None,
    fresh: bool,
) -> Outcome:
    """From an open folder to an outcome on disk."""
    effects: Effects | None = None
    try:
        effects = Effects(recorder.folder)
        context = Context(
            environment=environment,
            policy=policy,
            recorder=recorder,
            effects=effects,
            settings=settings,
            watcher=watcher,
            view=view,
            fresh=fresh,
        )
        return await _walk_to_outcome(context)
    finally:
        if effects is not None:
            effects.close()
        recorder.close()


async def _walk_to_outcome(context: Context) -> Outcome:
    """A run that breaks has an outcome as well, so that the folder says what happened."""
    try:
        context.emit(_started(context))
        state = await _walk(context)
        ending = Ending(**(state["ending"] or {}))
        # A page that was opened anew after the end was decided says nothing about how the run went.
        score = None if context.fresh else await context.environment.score()
    except asyncio.CancelledError:
        _answer_cancellation()
        return _conclude(context, Ending("interrupted", "it was stopped; it can be resumed"), None)
    except AgentError:
        raise
    except HandEyeError as error:
        return _conclude(context, Ending("failed", str(error)), None)
    except sqlite3.Error as error:
        folder = context.recorder.folder
        raise RecordError(
            f"{folder / CHECKPOINTS_FILE} can't be written: {error}; free some space, then: handeye resume {folder}"
        ) from error
    except Exception as error:
        _conclude(context, Ending("failed", f"{type(error).__name__}: {error}"), None)
        raise
    return _conclude(context, ending, score)


async def _walk(context: Context) -> State:
    """Open the checkpoints and let the graph run to its end."""
    # A shell that is set up for LangSmith must not make LangGraph send there what the agent sees and writes.
    with tracing_context(enabled=False):
        async with _checkpoints(context.recorder.folder) as saver:
            return await _run_graph(build(saver), context)


async def _run_graph(graph: Graph, context: Context) -> State:
    """From the last checkpoint, where there is one that fits the record, or else from the record alone."""
    config: RunnableConfig = {"configurable": {"thread_id": context.run_id}, "recursion_limit": _UNBOUNDED}
    state = await _last_state(graph, config, context)
    context.seconds_before = state["seconds"] if state else 0.0
    if state is not None and state["ending"] is None:
        state = cast(State, await graph.ainvoke(None, config, context=context, durability="sync"))
    if state is None or state["ending"] is None:
        state = state_after(context.recorder.steps, context.settings)
        context.seconds_before = max(context.seconds_before, state["seconds"])
    if state["ending"] is None:
        state = cast(State, await graph.ainvoke(state, config, context=context, durability="sync"))
    return state


async def _last_state(graph: Graph, config: RunnableConfig, context: Context) -> State | None:
    """The checkpoint's state; None where it does not fit the recorded steps.

    It is ahead when a torn line was cut from the record, and behind by one when the process died between recording a
    step and the checkpoint after it.
    """
    snapshot = await graph.aget_state(config)
    values: Any = snapshot.values
    num_steps = len(context.recorder.steps)
    if not values or "index" not in values:
        return None
    fits = values["index"] == num_steps or (values["index"] == num_steps - 1 and snapshot.next == ("record",))
    return values if fits else None


@asynccontextmanager
async def _checkpoints(folder: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The graph's checkpoints. Only plain data is read back: a checkpoint can't make this process build objects."""
    async with aiosqlite.connect(folder / CHECKPOINTS_FILE) as connection:
        yield AsyncSqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))


def _conclude(context: Context, ending: Ending, score: Score | None) -> Outcome:
    steps = context.recorder.steps
    outcome = Outcome(
        kind=ending.kind,
        success=None if score is None else score.success,
        score=score,
        answer=ending.answer,
        reason=ending.reason,
        steps=len(steps),
        seconds=round(context.seconds(), 3),
        tokens=sum(reply.usage.total_tokens for step in steps for reply in step.replies),
    )
    context.recorder.conclude(outcome)
    context.emit(RunEnded(run_id=context.run_id, outcome=outcome, folder=str(context.recorder.folder)))
    return outcome


def _answer_cancellation() -> None:
    """The cancellation ends here: what follows, up to the outcome on disk, is not cancelled again by it."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


def _started(context: Context) -> RunStarted:
    recorder = context.recorder
    notes = [*recorder.notes]
    if context.fresh:
        notes.append("the page was opened anew: the model is told of the steps from here on only")
    return RunStarted(
        run_id=context.run_id,
        record=recorder.run,
        folder=str(recorder.folder),
        resumed_at=len(recorder.steps),
        notes=tuple(notes),
    )


def _run_record(task: Task, policy: Policy, folder: Path, settings: RunSettings, view: Observation) -> RunRecord:
    identity = policy.identity
    return RunRecord(
        id=folder.resolve().name,
        started=now(),
        task=task,
        model=identity.model,
        asked=identity.asked,
        policy=identity.policy,
        codec=identity.codec,
        prompt=identity.prompt,
        settings=settings.model_dump(mode="json"),
        frame=view.frame.size,
        versions={"python": python_version()} | _versions(("handeye", "langgraph", "playwright", "torch")),
    )


def _versions(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
