"""What is learned from a step: the reply that said its action.

A person's step teaches what the person did. The model's own reply of that step, where there is one, asked for something
else that the person put right; neither it nor its thought is learned. Training imports this file, so it needs the
contract types alone.
"""

from collections.abc import Sequence

from actions.action import Decision
from actions.codec.codec import codec
from actions.errors import ActionUnsupported
from agent import history
from agent.trajectory import RunRecord, Step

_SURFACES = {"android": "android", "androidworld": "android", "paper_phone": "android"} | {
    "desktop": "desktop",
    "osworld": "desktop",
}

BY_HAND = "by hand"
"""The thought that earlier versions recorded where a person acted during a takeover: it tells nothing."""


def surface_of(environment: str) -> str:
    """The surface of an environment's name; a browser where the name is not known."""
    return _SURFACES.get(environment, "browser")


def is_learnable(run: RunRecord, step: Step) -> bool:
    """Whether a step was carried out and there is a reply that says it. What was refused, or broke, teaches nothing."""
    if step.action is None or step.error:
        return False
    try:
        return bool(step.replies) if step.actor == "model" else bool(reply_of(run, step))
    except ActionUnsupported:
        return False


def reply_of(run: RunRecord, step: Step) -> str:
    """The reply to learn at this step: the model's own, or a person's action in the words of the run's codec.

    Raises ActionUnsupported where the codec has no words for the action.
    """
    if step.actor == "model" or step.action is None:
        return step.replies[-1].text
    dialect = codec(run.codec or "qwen3vl")
    thought = "" if step.replies or step.thought == BY_HAND else step.thought
    return dialect.encode(
        Decision(thought=thought, action=step.action), step.before.size, surface_of(run.task.environment)
    )


def shown_history(run: RunRecord, steps: Sequence[Step], step: Step) -> tuple[str, ...]:
    """What the model was told at a step; where a person acted by hand, what it would have been told."""
    if step.shown_history or step.actor != "human" or step.replies:
        return step.shown_history
    begun = max((earlier.index for earlier in steps[: step.index + 1] if earlier.info.get("fresh")), default=0)
    earlier = steps[begun : step.index]
    return history.compact(earlier) if run.prompt == "compact" else history.full(earlier)
