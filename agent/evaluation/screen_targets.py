"""Our own drawn screens as a data set in the layout of ScreenSpot, from the held-out side that training never shows.

    python -m agent.evaluation.screen_targets build/spots --number 200

Every screen has one target that only one thing on it fits. The same seed draws the same screens where the same fonts
are found; `handeye eval screenspot --data build/spots` measures on them.
"""

import argparse
import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

from agent.evaluation.screens import posed
from agent.training.screens import Question, Screen
from perception.observation import Frame
from perception.screenshot import encode_png

ANNOTATIONS, IMAGES = "screenspot_web.json", "screenspot_imgs"
SEED = 1_000_001
"""The first seed of the `screens` benchmark; no training run uses it or those behind it."""
ICONS = ("icon", "shape")
"""Kinds of things that have no text on them."""


def write_targets(folder: Path, *, number: int, seed: int = SEED) -> int:
    """Write `number` screens and their annotations; returns how many were drawn to get them.

    Raises ValueError where the folder has something in it, or for a number below 1; OSError where it can't be written.
    """
    if number < 1:
        raise ValueError(f"--number {number}: at least 1")
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: name a folder that is new")
    (folder / IMAGES).mkdir(parents=True)
    entries: list[dict[str, Any]] = []
    for drawn in count():
        if len(entries) == number:
            break
        screen, questions = posed("heldout", seed + drawn)
        sole = [question for question in questions if question.kind == "locate" and not question.also]
        if sole:
            name = f"{seed + drawn}.png"
            (folder / IMAGES / name).write_bytes(encode_png(Frame(screen.image)))
            entries.append(_entry(name, screen, sole[0]))
    # The annotations come last: a folder that was left half-written has none, and is not taken for a whole one.
    (folder / ANNOTATIONS).write_text(json.dumps(entries, indent=1, ensure_ascii=False), encoding="utf-8")
    return drawn


def _entry(name: str, screen: Screen, question: Question) -> dict[str, Any]:
    assert question.hit is not None
    left, top, right, bottom = question.hit
    kind = next(widget.kind for widget in screen.widgets if widget.box == question.hit)
    return {
        "img_filename": name,
        "bbox": [left, top, right - left, bottom - top],
        "instruction": question.instruction.removeprefix("Locate "),
        "data_type": "icon" if kind in ICONS else "text",
        "data_source": "handeye",
    }


def main() -> None:
    """Write the folder that was named."""
    parser = argparse.ArgumentParser(prog="python -m agent.evaluation.screen_targets", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--number", type=int, default=200, metavar="N", help="how many screens (default 200)")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help=f"the first seed (default {SEED})")
    arguments = parser.parse_args()
    try:
        drawn = write_targets(arguments.folder, number=arguments.number, seed=arguments.seed)
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    sys.stdout.write(
        f"{arguments.folder}: {arguments.number} targets, of {drawn} screens from seed {arguments.seed} on\n"
    )


if __name__ == "__main__":
    main()
