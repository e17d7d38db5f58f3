"""The runs in a folder, newest first."""

from pathlib import Path

from agent.errors import RecordError
from agent.recorder import RUN_FILE, read_run
from agent.trajectory import RunRecord


def run_names(runs: Path) -> list[str]:
    """The names of the runs in a folder, newest first: names begin with the time. Links are left out: a name that is
    listed here leads nowhere else."""
    found = (path.parent for path in runs.glob(f"*/{RUN_FILE}"))
    return sorted((folder.name for folder in found if not folder.is_symlink()), reverse=True)


def run_records(runs: Path, limit: int = 200) -> list[tuple[Path, RunRecord]]:
    """Folder and record of the newest runs; what can't be read is left out, since a list should not fail for one."""
    found: list[tuple[Path, RunRecord]] = []
    for name in run_names(runs)[:limit]:
        try:
            record = read_run(runs / name)
        except RecordError:
            continue
        found.append((runs / name, record))
    return found
