"""The task's own checker: 1 for a run that it calls a success, else 0, however much of the task was done."""

from agent.trajectory import Trajectory


def checked(trajectory: Trajectory) -> float:
    """1 or 0. A run without a checker's word is no success."""
    outcome = trajectory.run.outcome
    return float(outcome is not None and outcome.success is True)
