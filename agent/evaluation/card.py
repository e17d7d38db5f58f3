"""handeye-nano's model card, made from its folder and from measurements.

    python -m agent.evaluation.card --screens 2000

Reads the weights and the record of their training, runs the `screens` benchmark on held-out words, and writes README.md
into the model's folder. `--results FILE` takes the measurement from a file that `handeye eval screens --json` wrote.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from actions.codec.codec import codec
from agent.evaluation.rendered import screens_benchmark
from agent.evaluation.report import wilson
from agent.evaluation.run import evaluate
from agent.evaluation.screens import RENDERED
from agent.policy import ModelPolicy
from agent.prompts import Style
from agent.training.curriculum import PHASES
from agent.training.record import COUNTED, RECORD
from perception.clients.catalog import resolve
from perception.qwen3vl.config import Config

LIMITS = """\
- It knows the wordings and looks that `agent.training.screens` and `agent.training.pages` make, and pages of
  MiniWoB++ that solvers showed it. Free requests, long pages, photographs and other languages are beyond it.
- Most frames that it learned from are 224x192 to 384x320 px. It has seen larger ones, to 1280x800, for a short time.
- It finds a word far more surely than it writes one down: of three texts that it is asked to read, it gets one right to
  the letter. It drags to the right place in one of three tries, and scrolls rightly in two of five.
- It does not plan: a request must name its steps, in their order. It does not know when a task is impossible."""


STAGES = ("read", *(phase.name for phase in PHASES), "sft", "rl")
GROUPS = {
    "**a control that its text names**": ("button", "link", "tab", "menuitem", "item", "checkbox", "radio"),
    "**a field by its label**": ("focus",),
    "**a shape by form and colour**": ("shape",),
    "**an icon by its name**": ("icon",),
    "**one step of several**": ("task", "enter"),
    "**a whole form, in Chromium**": ("form",),
    "**reading back exactly**": ("read", "read_value"),
    "**`bbox_2d` at IoU 0.5**": ("locate",),
}
"""Kinds of question that are shown together, of drawn and of rendered screens."""


async def measure(folder: Path, num_screens: int, seed: int) -> dict[str, Any]:
    """The `screens` report of the model in a folder, on held-out words: what `handeye eval screens` measures."""
    profile = resolve(str(folder))
    client = profile.make()
    try:
        style = cast(Style, profile.prompt)
        policy = ModelPolicy(client, codec(profile.codec), prompt=style, sampling=profile.sampling)
        async with screens_benchmark(num_screens, seed=seed) as benchmark:
            return (await evaluate(benchmark, policy, seed=seed)).as_json()
    finally:
        await client.close()


def card(folder: Path, results: dict[str, Any]) -> str:
    """The text of the card."""
    record = json.loads((folder / RECORD).read_text())
    handeye = json.loads((folder / "handeye.json").read_text())
    size = (folder / "model.safetensors").stat().st_size
    parts = [
        f"# {handeye['name']} {handeye['version']}",
        "A small model of the Qwen3-VL architecture, trained from random weights by this repository on synthetic "
        f"screens{_played(record)}. No third party's weights or text went in{_icons(record)}. Apache-2.0.",
        "Made by `python -m agent.evaluation.card`; do not edit.",
        "## Shape\n\n" + shape_lines(Config.load(folder), size),
        "## Training\n\n" + training_lines(record),
        "## Accuracy on held-out words\n\n" + accuracy_table(results),
        "## What it can't do\n\n" + LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _runs(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of all runs that led to the weights, the first one first."""
    before = record.get("before")
    return [*(_runs(before) if before else ()), record]


def _icons(record: dict[str, Any]) -> str:
    if not any(run.get("icons") for run in _runs(record)):
        return ", nor pictures"
    return "; of pictures, icons of openly licensed sets, which `agent.training.pages.icon_names` lists"


def _played(record: dict[str, Any]) -> str:
    taught = {"sft": "recorded runs", "rl": "practice in a browser"}
    stages = {stage for run in _runs(record) for stage in run["stages"]}
    return "".join(f", then on {words}" for stage, words in taught.items() if stage in stages)


def shape_lines(config: Config, size: int) -> str:
    """Parameters and layers in words."""
    vision, text = config.vision, config.text
    return (
        f"{size / 2e6:.1f}M parameters, {size / 1e6:.1f} MB (bf16). Tower: {vision.depth} layers of "
        f"{vision.hidden_size}, patches of {vision.patch_size} px, one visual token per {vision.token_pixels} px "
        f"square, DeepStack from layer {', '.join(map(str, vision.deepstack_visual_indexes))}. Decoder: "
        f"{text.num_hidden_layers} layers of {text.hidden_size}, {text.num_attention_heads} heads over "
        f"{text.num_key_value_heads}, vocabulary {text.vocab_size}."
    )


def training_lines(record: dict[str, Any]) -> str:
    """Stages with their steps, data and time, of the weights that it began with too; notes of all."""
    rows = [
        "| run | stage | steps | learned from | minutes of a core or GPU |",
        "| --- | --- | --- | --- | --- |",
    ]
    notes = []
    for number, run in enumerate(_runs(record), start=1):
        for name, stage in sorted(run["stages"].items(), key=lambda item: STAGES.index(item[0])):
            minutes = stage["seconds"] / 60 * run["config"].get("num_processes", 1)
            counts = ", ".join(f"{stage[count]:,} {count}" for count in COUNTED if stage.get(count))
            rows.append(f"| {number} | {name} | {stage['steps']:,} | {counts} | {minutes:.0f} |")
        where = f"Seed {run['config'].get('seed')}, {run['device']} ({run['machine']}), torch {run['torch']}."
        notes.append(f"Run {number}: {where} {run.get('notes', '')}".strip())
    whole = f"The whole config is in `{RECORD}`; each run goes on from the weights of the one before it."
    return "\n\n".join(["\n".join(rows), *notes, whole])


def accuracy_table(results: dict[str, Any]) -> str:
    """A row a group of kinds, then a row a kind of question, largest samples first; all, and Chromium's pages alone."""
    rows = [
        "| asked for | questions | right | 95% interval | in Chromium | right there | 95% interval |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    single = {name.removeprefix(RENDERED): (name.removeprefix(RENDERED),) for name in results["tasks"]}
    kinds = sorted(single, key=lambda kind: -together(results, _both(single[kind]))["episodes"])
    for name, members in [*GROUPS.items(), *((kind, single[kind]) for kind in kinds), ("all", tuple(kinds))]:
        cells = [_cells(together(results, part)) for part in (_both(members), [RENDERED + kind for kind in members])]
        rows.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return "\n".join(rows) + f"\n\nSeed {results['seed']}; greedy; answered by the whole path from pixels to an action."


def _both(kinds: Sequence[str]) -> list[str]:
    return [*kinds, *(RENDERED + kind for kind in kinds)]


def _cells(row: dict[str, Any]) -> str:
    if not row["episodes"]:
        return "0 | |"
    low, high = row["ci95"]
    return f"{row['episodes']} | {row['success']:.1%} | {low:.1%} to {high:.1%}"


def together(results: dict[str, Any], kinds: Sequence[str]) -> dict[str, Any]:
    """Several kinds of question as one row; crashed episodes stand outside of the share."""
    rows = [results["tasks"][kind] for kind in kinds if kind in results["tasks"]]
    counted = [row["episodes"] - row["crashed"] - row.get("solved_before", 0) for row in rows]
    right = sum(round(row["success"] * count) for row, count in zip(rows, counted, strict=True))
    total = sum(counted)
    share = right / total if total else 0.0
    return {"episodes": sum(row["episodes"] for row in rows), "success": share, "ci95": wilson(right, total)}


def main(arguments: list[str] | None = None) -> None:
    """Measure (or read the measurement) and write the card."""
    parser = argparse.ArgumentParser(description="Write a model's card from its folder and a measurement.")
    parser.add_argument("--model", default="perception/nano", help="the model's folder")
    parser.add_argument("--screens", type=int, default=2000, help="how many screens to measure on")
    parser.add_argument("--seed", type=int, default=1_000_001)
    parser.add_argument("--results", help="a file that `handeye eval screens --json` wrote, instead of measuring")
    options = parser.parse_args(arguments)
    folder = Path(options.model)
    if options.results:
        results = json.loads(Path(options.results).read_text())
    else:
        results = asyncio.run(measure(folder, options.screens, options.seed))
    (folder / "README.md").write_text(card(folder, results))
    sys.stdout.write(f"{folder / 'README.md'}\n")


if __name__ == "__main__":
    main()
