"""What is for measuring alone: nothing is trained on it by any method, nor exported for others to train on."""

from agent.evaluation.miniwob_tasks import HELDOUT_TASKS
from sandboxes.task import Task

MOST_SEED = 1_000_000
"""Seeds above are for measuring alone."""


def is_for_measuring(task: Task) -> bool:
    """Whether nothing may be trained on this task."""
    return task.settings.get("miniwob") in HELDOUT_TASKS or task.seed > MOST_SEED
