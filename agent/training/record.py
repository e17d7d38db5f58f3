"""What a training run was: the numbers that go with its weights, gathered from its folder."""

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from agent.training.metrics import read_metrics
from agent.training.screens import fonts, icon_store

RECORD = "training.json"
NOTES = "notes.txt"
"""What a person has to say about a run, such as settings that were changed on the way; it goes into the record."""


def training_record(config: Any, folder: Path) -> dict[str, Any]:
    """Steps, screens, questions and seconds by stage, the machine, the fonts, the icons and the whole config.

    `config` is the run's dataclass; `folder` holds its metrics, and perhaps NOTES. Without an archive of icons these
    are "". A run that began with a model's folder holds that one's record too, under `before`.
    """
    stages: dict[str, dict[str, float]] = {}
    last = 0
    for line in read_metrics(folder):
        stage = stages.setdefault(line["stage"], {"steps": 0, "screens": 0, "questions": 0, "seconds": 0})
        steps = max(0, line["step"] - last)
        seconds = steps / max(line["steps_per_s"], 1e-6)
        stage["steps"] += steps
        stage["screens"] += round(line["screens_per_s"] * seconds)
        stage["questions"] += round(line["questions_per_s"] * seconds)
        stage["seconds"] = round(stage["seconds"] + seconds)
        last = max(last, line["step"])
    lines = read_metrics(folder)
    settings = asdict(config)
    notes = folder / NOTES
    before = Path(settings.get("init") or folder) / RECORD
    return {
        "schema_version": 1,
        "stages": stages,
        "final": lines[-1] if lines else {},
        "config": settings,
        "notes": notes.read_text(encoding="utf-8").strip() if notes.is_file() else "",
        "machine": f"{platform.machine()}, {settings['num_threads']} thread(s)",
        "device": settings["device"],
        "torch": torch.__version__,
        "fonts": fonts.fingerprint(),
        "icons": icon_store.fingerprint(),
        "before": json.loads(before.read_text(encoding="utf-8")) if settings.get("init") and before.is_file() else None,
    }


def write_record(record: dict[str, Any], folder: Path) -> Path:
    """Put the record beside the weights."""
    path = folder / RECORD
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    return path
