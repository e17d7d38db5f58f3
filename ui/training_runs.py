"""The training runs in a folder: their figures, and the weights that they left so far.

Names are those of folders right below it that hold figures. One that leads out of it, by a link, is none of them.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from agent.training.metrics import METRICS, read_metrics

_TAIL_BYTES = 1 << 16
_MODEL, _ADAPTER = "config.json", "adapter_config.json"
_CHECKPOINTS = "*.pt"
Kind = Literal["checkpoint", "model", "adapter"]


class Weights(NamedTuple):
    """Weights that a run left."""

    name: str
    """Below the run's folder."""
    kind: Kind
    num_bytes: int
    changed: float
    """Seconds since 1970."""


def training_names(training: Path) -> list[str]:
    """The names of the training runs in a folder, the one that was written to last first."""
    found = [(path.stat().st_mtime, path.parent.name) for path in training.glob(f"*/{METRICS}") if _is_inside(path)]
    return [name for _, name in sorted(found, reverse=True)]


def changed(folder: Path) -> float:
    """When a run's figures were written to last, in seconds since 1970. Raises OSError."""
    return (folder / METRICS).stat().st_mtime


def latest(folder: Path) -> dict[str, Any]:
    """The last whole line of a run's figures, read from the file's end; empty where there is none that can be read."""
    try:
        with (folder / METRICS).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            lines = file.read().split(b"\n")
        found = json.loads(lines[-2]) if len(lines) > 1 else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def figures(folder: Path) -> Sequence[dict[str, Any]]:
    """The lines of a run's figures, read again only where the file changed.

    Where a run was killed and went on from a checkpoint, what it had learned after that was lost: those lines are left
    out. Raises OSError, and ValueError for a file that was changed.
    """
    state = (folder / METRICS).stat()
    return _figures(folder, state.st_mtime_ns, state.st_size)


def weights_of(folder: Path) -> list[Weights]:
    """What a run left to go on with or to use, the newest first."""
    found = [_weights(path, "checkpoint", [path]) for path in folder.glob(_CHECKPOINTS) if path.is_file()]
    kinds: tuple[tuple[str, Kind], ...] = ((_MODEL, "model"), (_ADAPTER, "adapter"))
    for name, kind in kinds:
        for path in folder.glob(f"*/{name}"):
            if files := list(path.parent.glob("*.safetensors")):
                found.append(_weights(path.parent, kind, files))
    return sorted(found, key=lambda weights: -weights.changed)


def models(training: Path) -> dict[str, Path]:
    """The whole models that training runs left: RUN/NAME -> folder, the newest run first."""
    return {
        f"{run}/{weights.name}": training / run / weights.name
        for run in training_names(training)
        for weights in weights_of(training / run)
        if weights.kind == "model" and _is_inside(training / run / weights.name / _MODEL)
    }


@lru_cache(maxsize=4)
def _figures(folder: Path, changed: int, size: int) -> Sequence[dict[str, Any]]:
    del changed, size  # they are there for the cache: another state of the file is another reading
    kept: list[dict[str, Any]] = []
    for line in read_metrics(folder):
        if not isinstance(line, dict):
            raise ValueError(f"{folder / METRICS} holds a line that is no object")
        while kept and kept[-1].get("step", 0) > line.get("step", 0):
            kept.pop()
        kept.append(line)
    return tuple(kept)


def _weights(path: Path, kind: Kind, files: Sequence[Path]) -> Weights:
    states = [file.stat() for file in files]
    return Weights(path.name, kind, sum(one.st_size for one in states), max(one.st_mtime for one in states))


def _is_inside(path: Path) -> bool:
    """Whether a file two folders down is really there, and not behind a link that leads elsewhere."""
    top = path.parents[1]
    return path.is_file() and path.resolve().is_relative_to(top.resolve())
