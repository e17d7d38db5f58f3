"""What kind of task one is: which tasks are the same but for the values that a seed draws."""

from sandboxes.task import Task


def kind_of(task: Task) -> str:
    """A page of MiniWoB++ goes by its name, since another seed of a page is the same task; all else by its id."""
    return str(task.settings.get("miniwob", task.id))
