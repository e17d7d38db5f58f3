"""The figures of a training run: a file of lines, appended to while it learns and read by whoever looks on.

    {"step": 50, "seconds": 31.2, "stage": "sft", "rate": 1.0, "reply": 0.8312, "token_accuracy": 0.71, …}

Read without torch, so that a page can show the curves of a run that goes on.
"""

import json
from pathlib import Path
from typing import Any

METRICS = "metrics.jsonl"
DRAWN = (
    "reading_accuracy",
    "reply",
    "token_accuracy",
    "coordinate_error",
    "pointer_accuracy",
    "screens_per_s",
    *("success", "reward", "loss", "divergence", "lag", "episodes_per_s"),
)
"""Figures that get a curve, where a run has them."""


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of figures of a run; a torn last line is left out. Raises OSError, and ValueError for a line that is no
    JSON."""
    lines = (folder / METRICS).read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]
