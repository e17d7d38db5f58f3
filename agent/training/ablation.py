"""What matters, measured: short runs that differ from a usual one in one thing each.

    python -m agent.training.ablation --group decoder --steps 800 --base build/train/nano

Each variant learns for the same number of steps, from the same screens, its rate falling to nothing; its row says how
long that took. Then it is asked about held-out screens (`probe`; held-out pages of text for the tower group). With
`--base FOLDER` variants of the decoder begin with the tower of a run that has read. The table is written to
FOLDER/table.md as it grows; a variant that is there already is not run again.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from agent.training import bare, vocabulary
from agent.training.batch import pack
from agent.training.forward import PackedForward, Weights
from agent.training.heads import TrainingHeads
from agent.training.learner import CHECKPOINT
from agent.training.metrics import read_metrics
from agent.training.pretrain import PretrainConfig, first_model, layout_of, maker, pretrain, row_of
from agent.training.probe import Probe
from agent.training.products import in_bfloat16
from agent.training.screens import dense
from agent.training.screens.record import SIZES

READ_SEED = 778
NUM_SCREENS = 400
"""Held-out screens that a variant of the decoder is asked about."""
CLICKED = ("button", "link", "tab", "menuitem", "item", "checkbox", "radio", "focus")


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that is different."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


TOWER = (
    Variant("as usual"),
    Variant("plain random start", {"start": "plain"}),
    Variant("AdamW in place of Muon", {"read_muon": 0.0}),
    Variant("Muon at half the rate", {"read_muon": 0.01}),
    Variant("4 layers", {"shape": json.dumps({"vision_depth": 4})}),
    Variant("8 layers", {"shape": json.dumps({"vision_depth": 8})}),
)
DECODER = (
    Variant("as usual"),
    Variant("hard labels", {"sigma": 0.0}),
    Variant("coordinates in digits", {"coordinates": "digits"}),
    Variant("no auxiliary losses", {"auxiliary": 0.0}),
    Variant("all kinds of question alike", {"mixture": "even"}),
    Variant("AdamW for the decoder", {"muon": 0.0}),
    Variant("Muon at twice the rate for the decoder", {"muon": 0.02}),
    Variant("AdamW for the tower", {"tower_muon": 0.0}),
    Variant("Muon at less than half the rate for the tower", {"tower_muon": 0.002}),
    Variant("4 layers", {"shape": json.dumps({"text_num_hidden_layers": 4})}),
    Variant("9 layers", {"shape": json.dumps({"text_num_hidden_layers": 9})}),
)
GROUPS = {"tower": TOWER, "decoder": DECODER}


def measured(variant: Variant, group: str, base: Path | None, folder: Path, steps: int) -> dict[str, Any]:
    """Run one variant, and ask it; plain data for its row."""
    usual = PretrainConfig(folder=str(folder), save_every=100)
    if group == "tower":
        config = replace(usual, read_steps=steps, steps=steps, **variant.changes)
    else:
        config = replace(usual, **variant.changes)
        first = _begin_with(base, config)
        config = replace(config, read_steps=first, steps=first + steps)
    pretrain(config, bare.say)
    lines = read_metrics(folder)
    begins = [config.read_steps if group == "decoder" else 0, *(line["step"] for line in lines)]
    seconds = sum((line["step"] - begin) / line["steps_per_s"] for begin, line in zip(begins, lines, strict=False))
    model = first_model(config)
    heads = TrainingHeads(model.config)
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    model.load_state_dict(state["model"])
    heads.load_state_dict(state["heads"])
    forward = PackedForward(model, heads, layout_of(maker(), model), 0)
    row = {"variant": variant.name, "parameters": f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}M"}
    row |= {"steps": steps, "minutes": round(seconds / 60, 1)}
    return row | (_reading(forward) if group == "tower" else _answers(forward, config.coordinates))


def _begin_with(base: Path | None, config: PretrainConfig) -> int:
    """Put a checkpoint into the run's folder that has the tower of another run, and all else new; gives its step."""
    if base is None:
        return 0
    folder = Path(config.folder)
    found = torch.load(base / CHECKPOINT, weights_only=True)
    if (folder / CHECKPOINT).exists():  # it was begun before, and goes on
        return int(found["step"])
    model = first_model(config)
    heads = TrainingHeads(model.config)
    for module, state in ((model, found["model"]), (heads, found["heads"])):
        own = module.state_dict()
        taken = {name: x for name, x in state.items() if name in own and own[name].shape == x.shape}
        module.load_state_dict(own | taken)
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"model": model.state_dict(), "heads": heads.state_dict()}
    torch.save({"step": found["step"], "optimisers": [], **parts}, folder / CHECKPOINT)
    return int(found["step"])


@torch.no_grad()
def _reading(forward: PackedForward, num_pages: int = 64) -> dict[str, float]:
    """Share of characters of held-out words that the tower reads on pages of text."""
    rng, right = random.Random(READ_SEED), []
    half = in_bfloat16(True, forward.config, "cpu")
    for number in range(num_pages):
        batch = pack([row_of(dense(rng, True, SIZES[number % len(SIZES)]), [])], 1)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            _, losses = forward.see(batch, Weights(reading=1.0))
            right.append(losses.parts["reading_accuracy"])
    return {"characters": round(sum(right) / len(right), 4)}


def _answers(forward: PackedForward, coordinates: str) -> dict[str, float]:
    """Shares of held-out questions that are right, by group of kinds."""
    found = Probe(maker(coordinates), list(vocabulary.number_ids()), NUM_SCREENS).run(forward)
    groups = {"by text": CLICKED, "shape": ("shape",), "icon": ("icon",), "task": ("task", "enter")}
    return {
        f"{name} (n {total})": round(sum(found[k][0] * found[k][1] for k in kinds if k in found) / total, 4)
        for name, kinds in groups.items()
        if (total := sum(found[k][1] for k in kinds if k in found))
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    for row in rows:
        cells = (row.get(name, "") for name in names)
        lines.append(f"| {' | '.join(f'{c:.1%}' if isinstance(c, float) and c <= 1 else str(c) for c in cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Run a group's variants and write their table."""
    parser = argparse.ArgumentParser(description="Short training runs that differ in one thing each.")
    parser.add_argument("--group", choices=list(GROUPS), required=True)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--base", type=Path, help="decoder: the folder of a run that has read")
    parser.add_argument("--folder", type=Path, default=Path("build/ablation"))
    parser.add_argument("--only", nargs="*", help="names of variants")
    options = parser.parse_args(arguments)
    folder = options.folder / options.group
    folder.mkdir(parents=True, exist_ok=True)
    for variant in GROUPS[options.group]:
        if options.only and variant.name not in options.only:
            continue
        place = folder / re.sub(r"\W+", "-", variant.name)
        result = place / "row.json"
        if not result.exists():
            row = measured(variant, options.group, options.base, place, options.steps)
            result.write_text(json.dumps(row) + "\n")
        rows = [json.loads(path.read_text()) for path in sorted(folder.glob("*/row.json"))]
        (folder / "table.md").write_text(table(rows))
    sys.stdout.write((folder / "table.md").read_text())


if __name__ == "__main__":
    main()
