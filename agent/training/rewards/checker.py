"""The task's own checker: 1 for a run that it calls a success, else 0, however much of the task was done.

A task without one has the word of a judge, where one was asked (`agent.judgement`).
"""

from pathlib import Path

from agent.judgement import succeeded
from agent.trajectory import Trajectory


def checked(trajectory: Trajectory, folder: Path) -> float:
    """1 or 0; folder: of the run. A run of which nobody has said anything is no success."""
    return float(succeeded(folder, trajectory) is True)
