"""Data sets in: episodes become folders of runs, which replay, verify and training read like any other.

A run of ours comes back as it was recorded, but for what no data set holds (`example.LOSSY`): steps are numbered anew
where some are missing, with the number that they had in `info`, and the actions' ledger is left behind.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.errors import RecordError
from agent.exchange.episode import Episode, Picture, Reading, Shown, frame_of
from agent.exchange.example import number_of
from agent.exchange.formats import Format
from agent.recorder import Recorder
from agent.trajectory import Step
from perception.image_store import ImageStore
from perception.observation import ImageRef


@dataclass(frozen=True, slots=True)
class Report:
    """What was read."""

    folder: Path
    runs: tuple[str, ...]
    """Names of their folders."""
    num_steps: int
    left_out: dict[str, int]
    """Why -> how many replies."""
    first: dict[str, str]
    """Why -> where it was seen first."""


def import_runs(path: Path, layout: Format, out: Path, reading: Reading) -> Report:
    """Write a data set's episodes as runs into a folder, beside those that are there; all of them or none.

    Raises RecordError where the file can't be read, holds nothing to act on, or a run of that name is there.
    """
    if not path.exists():
        raise RecordError(f"{path} is not there: name a file or a folder to import")
    names: list[str] = []
    num_steps = 0
    with _workplace(out) as unfinished:
        for episode in layout.read(path, reading):
            name = _free_name(episode.run.id, names)
            if (out / name).exists():
                raise RecordError(f"{out / name} is there already: import into another folder (--out)")
            num_steps += _write(unfinished / name, episode)
            names.append(name)
        if not names:
            reasons = "; ".join(f"{number} {why}" for why, number in reading.left_out.items())
            raise RecordError(f"{path} holds nothing to act on{': ' + reasons if reasons else ''}")
        for name in names:
            os.replace(unfinished / name, out / name)
    return Report(out, tuple(names), num_steps, dict(reading.left_out), dict(reading.examples))


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A folder on the disk of `out` that is gone afterwards. Raises RecordError where it can't be made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix=".import-", dir=out)
    except OSError as error:
        raise RecordError(f"{out} can't be written: {error.strerror}") from error
    with folder as name:
        yield Path(name)


def _write(folder: Path, episode: Episode) -> int:
    """One run; returns how many steps it has."""
    outcome = episode.run.outcome
    run = episode.run.model_copy(update={"id": folder.name, "outcome": None, "last_step_hash": ""})
    recorder = Recorder.create(folder, run)
    try:
        for index, shown in enumerate(episode.shown):
            where = f"step {shown.step.index} of {episode.run.id}"
            recorder.append(_step(shown, index, recorder.images, where, ours=episode.ours))
        recorder.conclude(outcome and outcome.model_copy(update={"steps": len(episode.shown)}))
    finally:
        recorder.close()
    return len(episode.shown)


def _step(shown: Shown, index: int, store: ImageStore, where: str, *, ours: bool) -> Step:
    step = shown.step
    update: dict[str, Any] = {"index": index, "effect_id": "", "previous_hash": ""}
    if number_of(step) != index:
        update["info"] = {**step.info, "recorded_index": number_of(step)}
    update["before"] = _stored(shown.before, store, where)
    update["after"] = None if shown.after is None else _stored(shown.after, store, where)
    for name in ("before", "after"):
        if ours and update[name] != getattr(step, name):
            raise RecordError(f"{where}: the picture {name} is not the one that was recorded: it was changed")
    return step.model_copy(update=update)


def _stored(picture: Picture, store: ImageStore, where: str) -> ImageRef:
    return store.put(frame_of(picture, where))


def _free_name(name: str, taken: list[str]) -> str:
    """A folder's name for a run, which no other of this import has."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "run"
    numbers: Iterator[str] = (f"{plain}-{number}" for number in range(2, 1_000_000))
    return plain if plain not in taken else next(one for one in numbers if one not in taken)
