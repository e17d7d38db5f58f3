"""The folder of a model that was trained from another one's: its own weights, and the other files as they were."""

import json
import shutil
from pathlib import Path

import torch

from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL

CARD_FILE = "handeye.json"
KEPT = (
    *("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "preprocessor_config.json"),
    *("video_preprocessor_config.json", "chat_template.jinja", "chat_template.json", "vocab.json", "merges.txt"),
)
"""What makes weights a model that can be asked; records of an earlier training stay behind."""


def save_like(source: str | Path, model: Qwen3VL, out: Path, version: str) -> None:
    """Write the model into `out`, with the files of the folder that it came from and a version of its own."""
    source = Path(source)
    out.mkdir(parents=True, exist_ok=True)
    weights.save(model, out)
    for name in KEPT:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)
    card = json.loads((source / CARD_FILE).read_text(encoding="utf-8")) if (source / CARD_FILE).is_file() else {}
    card = {"name": source.resolve().name, **card, "version": version}
    (out / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


@torch.no_grad()
def draw_back(model: Qwen3VL, source: str | Path, share: float) -> None:
    """Move the model's weights, in place, this share of the way back to those in the folder that it came from."""
    before = dict(weights.load(source).named_parameters())
    for name, weight in model.named_parameters():
        weight.lerp_(before[name].to(weight), share)
