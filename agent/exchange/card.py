"""The data set's card: README.md with what is in it, how it was chosen, what it can't hold, and the files' digests."""

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from agent.exchange.selection import Filters, Selection
from agent.recorder import now

FILE = "README.md"
SUMS = "SHA256SUMS"

_NAMED = re.compile(r"^# Recorded steps, in the format (.+)$", re.MULTILINE)
_PART = re.compile(r"^\| (\w+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
_RUNS = re.compile(r"^(\d+) runs\. ", re.MULTILINE)


class Summary(NamedTuple):
    """What a card says first."""

    format: str
    num_runs: int
    parts: dict[str, tuple[int, int]]
    """Part -> tasks, steps."""


_USE = {
    "sharegpt": "qwen-vl-finetune: name `train.jsonl` as `annotation_path` and this folder as `data_path`.",
    "llamafactory": "LLaMA-Factory: `--dataset_dir . --dataset handeye_train --media_dir . --mask_history true`.",
    "ms-swift": "ms-swift: `ROOT_IMAGE_DIR=. swift sft --dataset train.jsonl …`.",
    "trl": (
        "TRL: `load_dataset('json', data_files={'train': 'train.jsonl'})`, then\n"
        "`.cast_column('images', List(Image()))`, started in this folder."
    ),
    "agentnet": "A run a line; coordinates of the code are shares of the picture's width and height.",
    "parquet": "`load_dataset('parquet', data_files={'train': 'data/train-*.parquet'})`; pictures are decoded at once.",
}


def write(folder: Path, name: str, selection: Selection, filters: Filters, lossy: Sequence[str]) -> None:
    """Write README.md and SHA256SUMS (as `sha256sum -c` reads it) for what is in the folder. Raises OSError."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    (folder / SUMS).write_text("".join(f"{digest}  {file}\n" for file, digest in sums.items()))
    (folder / FILE).write_text(_text(name, selection, filters, lossy, sums), encoding="utf-8")


def read(folder: Path) -> Summary:
    """What a card says of its data set; nothing where somebody has written another text. Raises OSError."""
    text = (folder / FILE).read_text(encoding="utf-8", errors="replace")
    named, runs = _NAMED.search(text), _RUNS.search(text)
    parts = {part: (int(tasks), int(steps)) for part, tasks, steps in _PART.findall(text)}
    return Summary(named[1] if named else "", int(runs[1]) if runs else 0, parts)


def _text(name: str, selection: Selection, filters: Filters, lossy: Sequence[str], sums: dict[str, str]) -> str:
    examples = list(selection)
    actors = Counter(example.step.actor for example in examples)
    kinds = Counter(example.step.action.kind for example in examples if example.step.action)
    models = sorted({example.run.model for example in examples})
    parts = [
        f"| {part} | {_num_tasks(selection, part)} | {len(selection.examples[part])} |" for part in selection.examples
    ]
    listed = [f"{digest}  {file}" for file, digest in sums.items() if not file.startswith("images/")]
    return "\n".join(
        [
            f"# Recorded steps, in the format {name}\n",
            _USE.get(name, ""),
            "\nLicence: not chosen. Whoever publishes this says what holds for it and for the screens that it shows.\n",
            "## What is in it\n",
            "| part | tasks | steps |",
            "| --- | --- | --- |",
            *parts,
            f"\n{selection.num_runs} runs. Actors: {_listed(actors)}. Actions: {_listed(kinds)}.",
            f"Recorded with: {', '.join(models)}.\n",
            "No task is in both parts: the hash of its id decides.\n",
            "## How it was chosen\n",
            f"Filters: {_listed(filters.named) or 'none'}.\n",
            "Left out:\n",
            *([f"- {number} {why}" for why, number in sorted(selection.left_out.items())] or ["- nothing"]),
            "\nSecrets that the settings name stand as `secret:NAME` in every text. Pictures are as recorded,",
            "in which typed secrets are black.\n",
            "## What it can't hold\n",
            *(f"- {line}" for line in lossy),
            "\n## Made by\n",
            f"HandEye {_version()}, {now()}.\n",
            f"SHA-256 (those of the pictures too are in {SUMS}):\n",
            "```",
            *listed,
            "```\n",
        ]
    )


def _num_tasks(selection: Selection, part: str) -> int:
    return len({example.run.task.id for example in selection.examples[part]})


def _listed(counts: Counter[str] | dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(counts.items()))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _version() -> str:
    try:
        return version("handeye")
    except PackageNotFoundError:
        return "(not installed)"
