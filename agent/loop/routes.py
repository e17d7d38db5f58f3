"""Which node comes next."""

from typing import Literal

from agent.loop.nodes import WORLDLESS
from agent.loop.state import State


def after_think(state: State) -> Literal["guard", "record", "perceive"]:
    """What changes nothing in the world, and what is no action, is recorded at once; after a person handed back,
    or put the decision aside, the round begins again."""
    decision = state["decision"]
    if decision is None and state["actor"] == "human":
        return "perceive"
    return "record" if decision is None or decision["action"]["kind"] in WORLDLESS else "guard"


def after_guard(state: State) -> Literal["act", "ask", "record"]:
    """A refused action is a step that did nothing."""
    ruling = state["ruling"]
    kind = "allow" if ruling is None else ruling["kind"]
    return "act" if kind == "allow" else "ask" if kind == "ask" else "record"


def after_ask(state: State) -> Literal["act", "record", "perceive"]:
    """What a person allowed is done, what they refused is recorded, and where they take over they look first."""
    if state["decision"] is None:
        return "perceive"
    answer = state["answer"]
    return "act" if answer is not None and answer["kind"] in ("approve", "edit") else "record"


def after_act(state: State) -> Literal["verify", "perceive"]:
    """A decision that no longer fits the screen was dropped: the round begins again."""
    return "perceive" if state["receipt"] is None else "verify"


def after_record(state: State) -> Literal["recover", "__end__"]:
    """The run is over, or recovery judges the row of steps."""
    return "recover" if state["ending"] is None else "__end__"


def after_recover(state: State) -> Literal["perceive", "__end__"]:
    """Another round, unless recovery gave up."""
    return "perceive" if state["ending"] is None else "__end__"
