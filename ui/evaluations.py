"""The evaluations in a folder, and the pictures of what failed in them.

Names are those of folders right below it that hold a manifest; pictures are files of one flat folder inside of each.
What leads out of these, by a link, is none of them.
"""

from pathlib import Path
from typing import NamedTuple

from agent.errors import RecordError
from agent.evaluation.manifest import read_manifest
from agent.evaluation.report import Report
from agent.evaluation.results import MANIFEST, PICTURES, REPORT, RESULTS

_PICTURE = ".png"


class EvaluationLine(NamedTuple):
    """A line of the list."""

    name: str
    """Of its folder."""
    suite: str
    model: str
    started: str
    """ISO 8601 in UTC."""
    success: float | None
    """None while it is not finished."""


def evaluation_names(evaluations: Path) -> list[str]:
    """The names of the evaluations in a folder, the one that was written to last first."""
    found = []
    for path in evaluations.glob(f"*/{MANIFEST}"):
        if path.is_file() and path.resolve().is_relative_to(evaluations.resolve()):
            results = path.with_name(RESULTS)
            found.append(((results if results.is_file() else path).stat().st_mtime, path.parent.name))
    return [name for _, name in sorted(found, reverse=True)]


def evaluation_lines(evaluations: Path, limit: int = 200) -> list[EvaluationLine]:
    """Of the newest; what can't be read is left out, since a list should not fail for one."""
    found = []
    for name in evaluation_names(evaluations)[:limit]:
        try:
            manifest = read_manifest(evaluations / name)
        except RecordError:
            continue
        success = _success(evaluations / name / REPORT)
        found.append(EvaluationLine(name, manifest.suite, manifest.model, manifest.started, success))
    return found


def picture_names(folder: Path) -> set[str]:
    """The pictures of an evaluation, by the names of their files."""
    below = folder / PICTURES
    if not below.is_dir() or not below.resolve().is_relative_to(folder.resolve()):
        return set()
    return {
        path.name for path in below.iterdir() if path.suffix == _PICTURE and path.is_file() and not path.is_symlink()
    }


def _success(path: Path) -> float | None:
    try:
        return Report.model_validate_json(path.read_bytes()).success
    except (OSError, ValueError):
        return None
