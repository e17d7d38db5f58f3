"""Lets whoever sits at the run hold it between a decision and what follows from it."""

from time import perf_counter
from typing import Any

from actions.action import Decision
from agent.guard.person import is_same_screen, place_of
from agent.guard.steering import Steering
from agent.loop.context import Context
from agent.loop.state import State
from perception.observation import ImageRef

_DROPPED: dict[str, Any] = {"decision": None, "replies": [], "actor": "human"}
"""Of a decision that a person put aside: the round begins again, and no step of the model's is recorded."""


async def steered(state: State, decision: Decision | None, context: Context) -> dict[str, Any]:
    """What the person makes of a decision, as a change of the state: empty where it stands.

    One that was held is good while the screen is the one that it was made on; otherwise it is decided anew. A reply
    that was no action is not held: it is recorded as it came.
    """
    if decision is None or not isinstance(context.person, Steering):
        return {}
    begun = perf_counter()
    turn = await context.person.steer()
    if turn.waited:
        context.without(perf_counter() - begun)
    if turn.kind == "take_over":
        context.view = None
        return _DROPPED | {"taken_over": True}
    if turn.kind == "think_again":
        context.view = None
        return _DROPPED | {"told": [*told(state), *turn.said]}
    return _DROPPED if turn.waited and await _has_moved_on(state, decision, context) else {}


def told(state: State) -> list[str]:
    """What a person has told the model so far; a checkpoint of an earlier HandEye has no word of it."""
    return state.get("told", [])


async def _has_moved_on(state: State, decision: Decision, context: Context) -> bool:
    before = context.recorder.images.get(ImageRef.model_validate(state["before"]))
    context.view = view = await context.environment.observe()
    same = is_same_screen(before, view.frame, place_of(decision.action, before), whole=True)
    return not same or view.url != state["url"]
