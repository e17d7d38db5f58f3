"""What a training run was: the numbers that go with its weights, gathered from its folder."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from agent.training.metrics import read_metrics
from agent.training.screens import fonts, icon_store

RECORD = "training.json"
NOTES = "notes.txt"
"""What a person has to say about a run, such as settings that were changed on the way; it goes into the record."""
COUNTED = ("screens", "questions", "replies", "episodes")
"""What a stage learns from, where the metrics tell of it."""


def training_record(config: Any, folder: Path) -> dict[str, Any]:
    """Steps, seconds and what was learned from by stage, the machine, the fonts, the icons and the whole config.

    `config` is the run's dataclass; `folder` holds its metrics, and perhaps NOTES. Without an archive of icons these
    are "", and so are fonts and icons of a run that drew no screens. A run that began with a model's folder holds that
    one's record too, under `before`.
    """
    lines = read_metrics(folder)
    settings = asdict(config)
    notes = folder / NOTES
    drew = "model" not in settings or bool(settings.get("screens"))  # what fine-tunes a model draws to rehearse alone
    begun_with = settings.get("init") or settings.get("model")
    before = Path(begun_with or folder) / RECORD
    return {
        "schema_version": 1,
        "stages": _stages(lines),
        "final": lines[-1] if lines else {},
        "config": settings,
        "notes": notes.read_text(encoding="utf-8").strip() if notes.is_file() else "",
        "machine": f"{platform.machine()}, {settings['num_threads']} thread(s)",
        "device": settings.get("device", "cpu"),
        "torch": torch.__version__,
        "fonts": fonts.fingerprint() if drew else "",
        "icons": icon_store.fingerprint() if drew else "",
        "before": json.loads(before.read_text(encoding="utf-8")) if begun_with and before.is_file() else None,
    }


def _stages(lines: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Of each stage: its steps and seconds, and those of COUNTED that it has. Steps that were taken again after a kill
    count once; the time and the episodes of practice count as they passed."""
    stages: dict[str, dict[str, float]] = {}  # rounded at the end, since lines are many
    last, clock = 0, 0.0
    for line in lines:
        if "stage" not in line:  # what a run says before its first step
            continue
        stage = stages.setdefault(line["stage"], {"steps": 0.0, "seconds": 0.0})
        steps, now = max(0, line["step"] - last), line.get("seconds", 0.0)
        passed = now - clock if now >= clock else now  # a run that goes on counts from 0 again
        seconds = steps / max(line["steps_per_s"], 1e-6) if "steps_per_s" in line else passed
        counts = {name: line[f"{name}_per_s"] * seconds for name in COUNTED if f"{name}_per_s" in line}
        counts |= {name: line[name] for name in COUNTED if name in line}
        for name, number in {"steps": steps, "seconds": seconds, **counts}.items():
            stage[name] = stage.get(name, 0.0) + number
        last, clock = max(last, line["step"]), now
    return {name: {key: round(number) for key, number in stage.items()} for name, stage in stages.items()}


def write_record(record: dict[str, Any], folder: Path) -> Path:
    """Put the record beside the weights."""
    path = folder / RECORD
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    return path
