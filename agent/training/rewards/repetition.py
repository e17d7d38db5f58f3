"""Repetition: the same action again where it changed nothing, and replies that were cut since they went in circles."""

from itertools import pairwise

from agent.trajectory import Step, Trajectory


def repeated(trajectory: Trajectory) -> float:
    """Share of the steps that repeat the one before to no end, or loop, 0 to 1; 0 without a step."""
    steps = trajectory.steps
    again = sum(_is_again(before, step) for before, step in pairwise(steps))
    circles = sum(any(reply.finish == "loop" for reply in step.replies) for step in steps)
    return min(1.0, (again + circles) / len(steps)) if steps else 0.0


def _is_again(before: Step, step: Step) -> bool:
    in_vain = before.verdict is not None and not before.verdict.changed
    return in_vain and step.action is not None and step.action == before.action
