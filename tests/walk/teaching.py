"""The proof that taking over teaches: a person's corrected runs make a model that does what the one before did not.

    python -m tests.walk.teaching --out build/teaching [--runs 60] [--steps 30] [--episodes 20] [--others default]

A person sits beside nano at the counter for parcels (`sandboxes.demos.parcel`), whose rule no word tells, takes over
where it goes wrong and hands back (`corrector`). Then all by the commands that anybody has: nano's own runs of other
tasks, `export`, `import`, `train sft`, and `promote`, which measures both models on other seeds. The folder keeps it
all, and what is finished is not done again. Prints one JSON object; exit code 1 unless nano did at most a quarter, the
new model does at least three quarters, and the others came to no more than 2 points less.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from agent.asking import policy_of
from agent.recorder import load
from agent.settings import ModelSettings
from sandboxes.demos.parcel import ParcelEnvironment
from tests.walk.corrector import corrected

ROOT = Path(__file__).resolve().parents[2]
TAUGHT = "parcel"
BEFORE_SEED, AFTER_SEED = 1_000_001, 1_000_101
"""The first of the seeds that nano is measured by, and of those that decide; neither is among those that teach."""
MOST_BEFORE, LEAST_AFTER, WORSE = 0.25, 0.75, 0.02


class Size(NamedTuple):
    """How much of everything."""

    runs: int = 60
    """Parcels with the person beside the model."""
    replay: int = 10
    """Episodes of each other task that nano plays for the new model not to forget them."""
    steps: int = 30
    batch: int = 16
    episodes: int = 20
    """Of each task, before and after."""
    others: str = "default"
    """The other tasks."""
    most_steps: int = 10
    """Of an episode; a parcel takes two."""
    parallel: int = 1


SMALL = Size(runs=40, others="click-button,click-link,enter-text", most_steps=4, parallel=2)
"""What shows the same in minutes."""


def circle(folder: Path, size: Size) -> dict[str, Any]:
    """Go all the way round; gives all figures."""
    folder, begun = folder.resolve(), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    go = partial(_once, folder, size)
    play = ("eval", "miniwob", "--parallel", size.parallel)
    before = go("before", *play, "--tasks", TAUGHT, "--seed", BEFORE_SEED, "--episodes", size.episodes)
    asyncio.run(teach(folder / "taught", size.runs))
    go("replay", *play, "--tasks", size.others, "--seed", 1, "--episodes", size.replay, "--keep", folder / "replay")
    exported = go("export", "export", "taught", "replay/runs", "--success", "--to", "ms-swift", "--out", "exported")
    go("import", "import", "exported", "--out", "imported")
    setting = ("--set", f"batch_size={size.batch}", "--set", "tower=false")
    sft = go("sft", "train", "sft", "--runs", "imported", "--folder", "sft", "--steps", size.steps, *setting)
    asked = ("--taught", TAUGHT, "--tasks", size.others, "--worse", WORSE, "--seed", AFTER_SEED)
    played = ("--episodes", size.episodes, "--parallel", size.parallel)
    decision = go("promote", "promote", sft["model"], *asked, *played)
    return _figures(folder, size, before, exported, decision) | {"seconds": round(time.monotonic() - begun)}


def _figures(
    folder: Path, size: Size, before: dict[str, Any], exported: dict[str, Any], decision: dict[str, Any]
) -> dict[str, Any]:
    after = next(row for row in decision["tasks"] if row["name"] == TAUGHT)
    nano, new = max(before["success"], after["before"]), after["now"]
    runs = [load(place).steps for place in (folder / "taught").iterdir()]
    steps = {who: sum(step.actor == who for run in runs for step in run) for who in ("model", "human")}
    return {
        "good": nano <= MOST_BEFORE and new >= LEAST_AFTER and decision["promoted"],
        "taught": {"kind": TAUGHT, "seeds": [1, size.runs], "steps": steps},
        "learned": {"runs": exported["runs"], "replies": exported["train"], "left_out": exported["left_out"]},
        "before": {
            "seeds": _seeds(BEFORE_SEED, size),
            "nano": _of(before["success"], size.episodes),
            "success": before["success"],
        },
        "after": {"seeds": _seeds(AFTER_SEED, size)}
        | {name: _of(after[key], size.episodes) for name, key in (("nano", "before"), ("new", "now"))},
        "others": {**decision["others"], "episodes": size.episodes * (len(decision["tasks"]) - 1)},
        "size": size._asdict(),
        "record": decision,
    }


def _seeds(first: int, size: Size) -> list[int]:
    return [first, first + size.episodes - 1]


def _of(share: float, number: int) -> str:
    return f"{round(share * number)}/{number}"


def _once(folder: Path, size: Size, name: str, *words: object) -> dict[str, Any]:
    """What a command of ours said, called in the folder; one that was done is not done again."""
    said = folder / f"{name}.json"
    if not said.exists():
        command = [sys.executable, "-m", "ui.cli.main", *map(str, words), "--json"]
        place = {**os.environ, "PYTHONPATH": str(ROOT), "HANDEYE_EVALUATION__MAX_STEPS": str(size.most_steps)}
        found = subprocess.run(command, cwd=folder, env=place, stdout=subprocess.PIPE, text=True, check=False)
        if not found.stdout:
            raise RuntimeError(f"{' '.join(command)} ended with {found.returncode}")
        said.write_text(found.stdout)
    return json.loads(said.read_text())


async def teach(folder: Path, runs: int) -> None:
    """Record the runs that a person corrects, seed after seed from 1; those that are there are kept."""
    environment = ParcelEnvironment()
    try:
        async with policy_of(ModelSettings(name="nano")) as policy:
            for seed in range(1, runs + 1):
                if not (folder / str(seed)).exists():
                    await corrected(seed, environment, policy, folder / str(seed))
    finally:
        await environment.close()


def main() -> None:
    """Go round and print the figures."""
    parser = argparse.ArgumentParser(description="Teach a model by taking over, and see what came of it.")
    parser.add_argument("--out", type=Path, default=Path("build/teaching"), metavar="DIR")
    for name, default in Size()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    given = vars(parser.parse_args())
    figures = circle(given.pop("out"), Size(**given))
    print(json.dumps(figures))
    sys.exit(0 if figures["good"] else 1)


if __name__ == "__main__":
    main()
