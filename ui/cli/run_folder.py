"""Finds the run that a command names: a path, or a name in the runs folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli.exits import UsageError

if TYPE_CHECKING:
    from agent.settings import Settings


def find_run(named: str, settings: "Settings") -> Path:
    """The folder of a run. Raises UsageError when there is none, naming the newest runs that there are."""
    from ui.runs import run_names

    for folder in (Path(named), settings.run.folder / named):
        if (folder / "run.json").is_file():
            return folder
    known = run_names(settings.run.folder)
    there = f"the newest runs in {settings.run.folder} are {', '.join(known[:3])}" if known else "there are no runs"
    raise UsageError(f"{named} is not a run: no run.json is there; {there}")
