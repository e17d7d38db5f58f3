"""What to do when a run goes nowhere: try otherwise, then stop.

A pure reading of the recorded steps, so a resumed run comes to the same as one that was never cut. A step
makes no headway when it repeats an action on a screen where that action was carried out before, give or take a
few pixels, or when it failed or changed nothing. The length of the unbroken row of such steps at the end tells what
to do.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from agent.trajectory import Step

SAME_POINT_PIXELS = 8
"""Clicks so close to each other are one click: a model that repeats itself seldom hits the very same pixel."""


class Advice(NamedTuple):
    """What recovery comes to after a step."""

    attempt: int = 0
    """0: all is well; n: the n-th further try, for which the policy should come to something else."""
    stop: bool = False
    """Whether to give up."""
    note: str = ""
    """In words, for a model that reads notes."""
    reason: str = ""
    """In words, for the outcome of a run that gives up."""


def advise(steps: Sequence[Step], stuck_after: int) -> Advice:
    """Advice after the last of `steps`; the run is stuck after `stuck_after` steps in a row without
    headway.
    """
    idle = num_idle(steps)
    if idle == 0:
        return Advice()
    cause = _cause(steps).rstrip(".")
    return Advice(
        attempt=idle,
        stop=idle >= stuck_after,
        note=f"{cause}. Do something else: another control, another point, or scroll.",
        reason=f"{idle} steps in a row made no headway (run.stuck_after). {cause}.",
    )


def num_idle(steps: Sequence[Step]) -> int:
    """How many steps at the end made no headway."""
    idle = 0
    seen: dict[str, list[Step]] = {}
    for step in steps:
        on_this_screen = seen.setdefault(step.before.digest, [])
        again = any(_alike(step, earlier) for earlier in on_this_screen)
        idle = idle + 1 if again or _in_vain(step) else 0
        on_this_screen.append(step)
    return idle


def _alike(step: Step, earlier: Step) -> bool:
    """Whether both did the same on what are equal screens: that can only end as it did."""
    if step.action is None or earlier.action is None:
        return step.action == earlier.action
    mine, other = step.action.model_dump(), earlier.action.model_dump()
    return mine.keys() == other.keys() and all(_near(mine[key], other[key]) for key in mine)


def _near(value: Any, other: Any) -> bool:
    """Equal, or points that hit the same thing."""
    if isinstance(value, dict) and isinstance(other, dict):
        return all(abs(value[axis] - other[axis]) <= SAME_POINT_PIXELS for axis in ("x", "y"))
    return value == other


def _in_vain(step: Step) -> bool:
    return bool(step.error) or step.verdict is None or not step.verdict.changed


def _cause(steps: Sequence[Step]) -> str:
    last = steps[-1]
    if last.error:
        return f"The last action failed: {last.error}"
    if _in_vain(last):
        return "The last action changed nothing on the screen"
    return "The same action was carried out on the same screen before"
