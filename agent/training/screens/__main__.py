"""`python -m agent.training.screens --sheet sheet.png`: look at a sample of the screens that training draws."""

import argparse
import random
import time
from pathlib import Path

from agent.training.screens.fonts import families, fingerprint
from agent.training.screens.questions import questions
from agent.training.screens.screen import GENRES, make_screen
from agent.training.screens.sheet import contact_sheet


def main() -> None:
    """Write a contact sheet, or measure how fast screens are drawn."""
    parser = argparse.ArgumentParser(prog="python -m agent.training.screens", description=__doc__)
    parser.add_argument("--sheet", type=Path, help="write a contact sheet to this PNG file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--genre", choices=[*GENRES, "dense"])
    parser.add_argument("--heldout", action="store_true", help="words that training never shows")
    parser.add_argument("--plain", action="store_true", help="without the boxes")
    parser.add_argument("--speed", type=int, metavar="N", help="draw N screens and print the rate")
    arguments = parser.parse_args()
    print(f"{len(families())} font families, fingerprint {fingerprint()}")
    if arguments.sheet:
        sheet = contact_sheet(
            arguments.seed,
            columns=arguments.columns,
            rows=arguments.rows,
            boxes=not arguments.plain,
            heldout=arguments.heldout,
            genre=arguments.genre,
        )
        arguments.sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(arguments.sheet)
        print(f"wrote {arguments.sheet}")
    if arguments.speed:
        _measure(arguments.seed, arguments.speed)


def _measure(seed: int, num_screens: int) -> None:
    for index in range(200):
        make_screen(random.Random(-index - 1))
    start, num_questions = time.process_time(), 0
    for index in range(num_screens):
        rng = random.Random(seed + index)
        num_questions += len(questions(make_screen(rng), rng))
    seconds = time.process_time() - start
    print(f"{num_screens / seconds:.1f} screens/s, {num_questions / num_screens:.1f} questions a screen")


if __name__ == "__main__":
    main()
