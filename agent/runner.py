"""Runs or resumes one task: opens the run's folder, walks the graph, and writes the outcome.

What ends a run is an `Outcome`, also when something outside broke (`failed`) or a person stopped it (`interrupted`);
both can be resumed. Errors are raised for what leaves no run to speak of: the task can't begin, or its folder can't be
written.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any, NamedTuple, cast

from langchain_core.runnables import RunnableConfig
from langsmith import tracing_context

from agent.effects import Effects
from agent.errors import AgentError
from agent.events import Event, RunEnded, RunStarted, Watcher
from agent.goal import belief
from agent.guard.guard import Guard
from agent.guard.holding import Holding
from agent.guard.person import Person
from agent.guard.question import Questions
from agent.guard.rules import Limits, Rules
from agent.loop.checkpoints import open_checkpoints
from agent.loop.context import Context, Settle
from agent.loop.ending import Ending
from agent.loop.graph import Graph, build
from agent.loop.settling import settle_all
from agent.loop.state import State, state_after
from agent.policy import Policy
from agent.recorder import Recorder, now
from agent.settings import RunSettings
from agent.trajectory import Belief, Outcome, RunRecord
from perception.errors import HandEyeError
from perception.observation import Observation
from sandboxes.environment import Environment, Posing, Resumable
from sandboxes.task import Score, Task

RESUMABLE = ("interrupted", "failed")
"""Kinds of outcome that `resume` goes on from; a run without an outcome was killed, and goes on too."""

Begun = Callable[[], Awaitable[None]]

_UNBOUNDED = 1_000_000_000
"""LangGraph's own limit of node runs; the budgets of the run are what counts."""

log = logging.getLogger(__name__)


class Held(NamedTuple):
    """What holds a run: its budgets, its rules, and who sits at it."""

    settings: RunSettings
    rules: Rules
    person: Person | None = None
    settle: Settle | None = None
    holding: Holding | None = None


def within(settings: RunSettings, limits: Limits) -> RunSettings:
    """The settings, with no budget beyond the limits."""
    given = {"max_steps": limits.steps, "max_seconds": limits.seconds, "max_tokens": limits.tokens}
    update = {name: min(getattr(settings, name), limit) for name, limit in given.items() if limit is not None}
    return settings.model_copy(update=update)


def ignore(event: Event) -> None:
    """The watcher that watches nothing."""


async def run(
    task: Task,
    environment: Environment,
    policy: Policy,
    folder: Path,
    settings: RunSettings | None = None,
    watcher: Watcher = ignore,
    *,
    rules: Rules | None = None,
    person: Person | None = None,
    begun: Begun | None = None,
    holding: Holding | None = None,
) -> Outcome:
    """Walk a task from its beginning; `folder` becomes the run's folder, and its name the run's.

    rules: what is done, asked about and refused (the default ones without); person: who sits at the run, since answers
    may come from elsewhere too; begun: is awaited once the environment stands at the beginning, before anything is
    written or decided; what it raises ends the run there; holding: looks before something lasting is done.

    A cancellation (Ctrl-C) is answered with the outcome `interrupted` once the walk has begun. Environment and policy
    stay open: they are the caller's. Raises SandboxError when the task can't begin, and then nothing is written;
    RecordError when the folder can't be written.
    """
    rules = rules or Rules()
    settings = within(settings or RunSettings(), rules.limits)
    view = await environment.reset(task)
    if begun is not None:
        await begun()
    if not task.instruction and isinstance(environment, Posing):
        task = task.model_copy(update={"instruction": environment.instruction})
    recorder = Recorder.create(folder, _run_record(task, policy, folder, settings, view, rules))
    held = Held(settings, rules, person, holding=holding)
    return await _take_up(recorder, environment, policy, held, watcher, view=view, fresh=False)


async def resume(
    folder: Path,
    environment: Environment,
    policy: Policy,
    settings: RunSettings | None = None,
    watcher: Watcher = ignore,
    *,
    rules: Rules | None = None,
    person: Person | None = None,
    settle: Settle | None = None,
) -> Outcome:
    """Go on with a run that was killed, interrupted or failed; one that has ended gives its outcome again.

    An environment whose world is still there (`Resumable`) is taken up where it is. Otherwise the task is begun on a
    fresh page: the recorded steps stay, but the model is told of later ones only, since the earlier are not true of
    what it sees. Without settings or rules those of the run's record hold. What was under way when the run was cut is
    settled first (`agent.loop.settling`); `settle` is asked about what the screen does not tell. Raises RecordError
    when the folder is no run or is in use, SandboxError when the environment can't be had.
    """
    recorder = Recorder.open(folder)
    try:
        outcome = recorder.run.outcome
        if outcome is not None and outcome.kind not in RESUMABLE:
            return outcome
        rules = rules or Rules.model_validate(recorder.run.rules)
        settings = within(settings or RunSettings.model_validate(recorder.run.settings), rules.limits)
        view, fresh = await _find_world(environment, recorder.run.task)
        recorder.conclude(None)
        held = Held(settings, rules, person, settle)
        return await _take_up(recorder, environment, policy, held, watcher, view=view, fresh=fresh)
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
    held: Held,
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
            settings=held.settings,
            watcher=watcher,
            guard=Guard(held.rules, recorder.run.task),
            questions=Questions(recorder.folder),
            person=held.person,
            settle=held.settle,
            holding=held.holding,
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
        seen = await _belief(context, ending, score)
    except asyncio.CancelledError:
        _answer_cancellation()
        return _conclude(context, Ending("interrupted", "it was stopped; it can be resumed"), None)
    except AgentError:
        raise
    except HandEyeError as error:
        return _conclude(context, Ending("failed", str(error)), None)
    except Exception as error:
        _conclude(context, Ending("failed", f"{type(error).__name__}: {error}"), None)
        raise
    return _conclude(context, ending, score, seen)


async def _belief(context: Context, ending: Ending, score: Score | None) -> Belief:
    """Whether the end that the model declared is to be believed."""
    if ending.kind != "finished" or context.fresh:
        return ""
    view = await context.look()
    return await belief(context.policy, score, view.frame, context.recorder.run.task.instruction)


async def _walk(context: Context) -> State:
    """Open the checkpoints and let the graph run to its end."""
    # A shell that is set up for LangSmith must not make LangGraph send there what the agent sees and writes.
    with tracing_context(enabled=False):
        recorder, url = context.recorder, context.settings.checkpoints.get_secret_value()
        async with open_checkpoints(recorder.folder, recorder.run, url) as (saver, thread_id):
            return await _run_graph(build(saver), thread_id, context)


async def _run_graph(graph: Graph, thread_id: str, context: Context) -> State:
    """From the last checkpoint, where there is one that fits the record, or else from the record alone."""
    config: RunnableConfig = {"configurable": {"thread_id": thread_id}, "recursion_limit": _UNBOUNDED}
    state = await _last_state(graph, config, context)
    await settle_all(context, but=state["effect_id"] if state else "")
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


def _conclude(context: Context, ending: Ending, score: Score | None, seen: Belief = "") -> Outcome:
    steps = context.recorder.steps
    outcome = Outcome(
        kind=ending.kind,
        success=None if score is None else score.success,
        score=score,
        belief=seen,
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


def _run_record(
    task: Task, policy: Policy, folder: Path, settings: RunSettings, view: Observation, rules: Rules
) -> RunRecord:
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
        recording=identity.recording,
        settings=settings.model_dump(mode="json"),
        rules=rules.model_dump(mode="json"),
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
