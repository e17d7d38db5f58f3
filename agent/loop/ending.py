"""Whether a run is over after a step, and how it then ended."""

from typing import NamedTuple

from actions.action import Answer, Terminate
from agent.settings import RunSettings
from agent.trajectory import OutcomeKind, Step


class Ending(NamedTuple):
    """The part of an outcome that the loop knows; score and totals are added by the runner."""

    kind: OutcomeKind
    reason: str = ""
    answer: str = ""


def ending_of(step: Step, over: str, settings: RunSettings, *, seconds: float, tokens: int) -> Ending | None:
    """The ending after `step`, or None while the run goes on.

    `over` is why the environment is over, if it is. What the model says comes before what the budgets say, so
    that a run which finishes with its last step has finished.
    """
    return _by_model(step) or _by_world(over) or _by_budget(step, settings, seconds=seconds, tokens=tokens)


def _by_model(step: Step) -> Ending | None:
    match step.action:
        case None:
            reason = step.replies[-1].error if step.replies else "there was no reply"
            return Ending("unparsable", reason)
        case Terminate(status="success"):
            return Ending("finished", step.thought)
        case Terminate():
            return Ending("gave_up", step.thought)
        case Answer(text=text):
            return Ending("answered", step.thought, text)
    return None


def _by_world(over: str) -> Ending | None:
    return Ending("environment_over", f"the environment {over} the episode") if over else None


def _by_budget(step: Step, settings: RunSettings, *, seconds: float, tokens: int) -> Ending | None:
    if step.index + 1 >= settings.max_steps:
        return Ending("step_limit", f"{settings.max_steps} steps were made (run.max_steps)")
    if seconds >= settings.max_seconds:
        return Ending("time_limit", f"{settings.max_seconds:g} seconds went by (run.max_seconds)")
    if tokens >= settings.max_tokens:
        return Ending("token_limit", f"{tokens} tokens were used (run.max_tokens is {settings.max_tokens})")
    return None
