"""Which node comes next."""

from typing import Literal

from agent.loop.nodes import WORLDLESS
from agent.loop.state import State


def after_think(state: State) -> Literal["act", "record"]:
    """What changes nothing in the world, and what is no action, is recorded at once."""
    decision = state["decision"]
    return "record" if decision is None or decision["action"]["kind"] in WORLDLESS else "act"


def after_act(state: State) -> Literal["verify", "perceive"]:
    """A decision that no longer fits the screen was dropped: the round begins again."""
    return "perceive" if state["receipt"] is None else "verify"


def after_record(state: State) -> Literal["recover", "__end__"]:
    """The run is over, or recovery judges the row of steps."""
    return "recover" if state["ending"] is None else "__end__"


def after_recover(state: State) -> Literal["perceive", "__end__"]:
    """Another round, unless recovery gave up."""
    return "perceive" if state["ending"] is None else "__end__"
