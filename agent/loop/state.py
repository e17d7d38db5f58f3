"""What a checkpoint holds: plain data, so that any process can go on with it. Images are named by digest."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from agent import recovery
from agent.loop.ending import ending_of
from agent.settings import RunSettings
from agent.trajectory import Step


class State(TypedDict):
    """The round that is under way. Earlier rounds are in the recorder, which is the truth about them."""

    index: int
    """Of the step that is being made."""
    shown_from: int
    """The first step that the model may be told of; later than 0 when a resumed run began on a fresh page."""
    before: dict[str, Any] | None
    """`ImageRef` of the frame that is decided on."""
    url: str
    page_notes: list[str]
    """What the environment said beside the frame."""
    attempt: int
    """How many times in a row recovery asked for something else; 0 when all is well."""
    advice: list[str]
    """Recovery's words to the model."""
    told: NotRequired[list[str]]
    """What a person told the model in the middle of the run."""
    decision: dict[str, Any] | None
    """`Decision` that comes next; None when no reply was one, or before there is one."""
    replies: list[dict[str, Any]]
    shown_history: list[str]
    ruling: dict[str, Any] | None
    """`Ruling` on it; None before there is one."""
    question: str
    """Name of the question about it; empty where none was asked."""
    answer: dict[str, Any] | None
    """`Answer` to that."""
    actor: str
    """Who decided: model or human."""
    taken_over: bool
    """Whether a person acts, until they hand back."""
    effect_id: str
    """Of the action that comes next; another one whenever it is decided anew."""
    receipt: dict[str, Any] | None
    """`Receipt` of the action; None before, and where there is nothing to carry out."""
    verdict: dict[str, Any] | None
    timings: dict[str, float]
    info: dict[str, Any]
    tokens: int
    """Of the whole run so far."""
    seconds: float
    """Of the whole run so far, without the time in which it lay still."""
    ending: dict[str, Any] | None
    """`Ending` once the run is over."""


EMPTY_ROUND: dict[str, Any] = {
    "before": None,
    "url": "",
    "page_notes": [],
    "decision": None,
    "replies": [],
    "shown_history": [],
    "ruling": None,
    "question": "",
    "answer": None,
    "actor": "model",
    "effect_id": "",
    "receipt": None,
    "verdict": None,
    "timings": {},
    "info": {},
}
"""The fields of a round that has not begun."""


def state_after(steps: Sequence[Step], settings: RunSettings) -> State:
    """The state between two rounds, read from recorded steps alone; without any, the state before the first round."""
    shown_from = max((step.index for step in steps if step.info.get("fresh")), default=0)
    advice = recovery.advise(steps[shown_from:], settings.stuck_after)
    return State(
        **EMPTY_ROUND,
        index=len(steps),
        shown_from=shown_from,
        attempt=advice.attempt,
        advice=[advice.note] if advice.note else [],
        told=list(steps[-1].info.get("told", ())) if steps else [],
        taken_over=False,
        tokens=sum(reply.usage.total_tokens for step in steps for reply in step.replies),
        seconds=sum(_seconds(step) for step in steps),
        ending=_ending(steps, settings),
    )


def _ending(steps: Sequence[Step], settings: RunSettings) -> dict[str, Any] | None:
    ending = ending_of(steps[-1], "", settings, seconds=0.0, tokens=0) if steps else None
    return None if ending is None else ending._asdict()


def _seconds(step: Step) -> float:
    timings = step.timings
    return (timings.see_ms + timings.think_ms + timings.act_ms + timings.verify_ms) / 1000
