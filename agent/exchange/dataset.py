"""Runs out: choose, write a format's files into a folder with a card, all of it or nothing."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from agent.errors import RecordError
from agent.exchange import card
from agent.exchange.example import LOSSY
from agent.exchange.formats import Format
from agent.exchange.selection import TRAIN, VALIDATION, Filters, Selection, select
from agent.recorder import RUN_FILE
from sandboxes.scrubbing import Scrubber


@dataclass(frozen=True, slots=True)
class Report:
    """What was written."""

    folder: Path
    num_runs: int
    num_train: int
    num_validation: int
    left_out: dict[str, int]
    """Why -> how many runs or steps."""
    lossy: tuple[str, ...]


def run_folders(named: Sequence[Path]) -> list[Path]:
    """The runs that are meant: folders of a run, and all runs in other folders. Raises RecordError for one without."""
    found: list[Path] = []
    for path in named:
        runs = [path] if (path / RUN_FILE).exists() else sorted(file.parent for file in path.glob(f"*/{RUN_FILE}"))
        if not runs:
            raise RecordError(f"{path} holds no run: no {RUN_FILE} is there or in a folder of it")
        found += runs
    return list(dict.fromkeys(found))


def export(runs: Sequence[Path], layout: Format, out: Path, filters: Filters, scrubber: Scrubber) -> Report:
    """Write the runs' steps as a data set into a folder that does not exist yet.

    Raises RecordError where nothing is left to write, a run can't be read, or the folder holds something already.
    """
    check_empty(out)
    selection = select(run_folders(runs), filters, scrubber)
    if not any(True for _ in selection):
        reasons = "; ".join(f"{number} {why}" for why, number in selection.left_out.items()) or "the runs have no steps"
        raise RecordError(f"nothing is left to export: {reasons}")
    with whole_folder(out) as unfinished:
        layout.write(unfinished, selection)
        if not any(True for _ in selection):
            raise RecordError(f"nothing is left to export: {layout.name} has no code for any of the actions")
        lossy = (*layout.lossy, *LOSSY)
        card.write(unfinished, layout.name, selection, filters, lossy)
    return Report(out, selection.num_runs, *_counts(selection), dict(selection.left_out), lossy)


def check_empty(out: Path) -> None:
    """Raises RecordError for a folder that holds something, or a file."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RecordError(f"{out} is there already and not empty: name a new folder")


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into, which gets that name when all went well and is removed otherwise.

    Raises RecordError where it can't be made.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise RecordError(f"{out} can't be made: {error.strerror}") from error
    try:
        yield unfinished
        unfinished.chmod(0o777 & ~_mask())
        if out.exists():
            out.rmdir()
        os.replace(unfinished, out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _counts(selection: Selection) -> tuple[int, int]:
    return len(selection.examples[TRAIN]), len(selection.examples[VALIDATION])


def _mask() -> int:
    """The rights that this process takes from new files; it can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
