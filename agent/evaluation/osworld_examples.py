"""OSWorld's tasks as its own files describe them, one a file: `examples/<domain>/<task id>.json`."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from agent.errors import BenchmarkError

NEEDED = ("id", "instruction", "config", "evaluator")
"""What `desktop_env` reads of a task."""


class Example(NamedTuple):
    """One task."""

    domain: str
    """The folder that its file lies in, such as `os`; a row of the report."""
    task: dict[str, Any]
    """As `desktop_env` takes it."""


def read_examples(place: Path) -> list[Example]:
    """All tasks of a folder, those of its domains included, or the one of a file; in the order of their paths.

    Raises BenchmarkError for what is no task, or holds none.
    """
    if place.is_file():
        return [_read(place)]
    below = place / "examples" if (place / "examples").is_dir() else place
    found = [_read(path) for path in sorted(below.rglob("*.json"))]
    if not found:
        raise BenchmarkError(
            f"{place} holds no tasks: name OSWorld's folder evaluation_examples, a domain of it, or the file of a task"
        )
    counts = Counter(example.task["id"] for example in found)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise BenchmarkError(f"{place} has the task {twice[0]} more than once: name a folder that has it once")
    return found


def _read(path: Path) -> Example:
    try:
        task = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BenchmarkError(f"{path} can't be read as JSON: {error}") from error
    missing = [key for key in NEEDED if key not in task] if isinstance(task, dict) else list(NEEDED)
    if missing:
        raise BenchmarkError(f"{path} is no task of OSWorld: it has no {', '.join(missing)}")
    return Example(path.absolute().parent.name, task)
