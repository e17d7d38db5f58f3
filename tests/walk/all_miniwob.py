"""The proof that all 125 tasks of MiniWoB++ can be begun: each is reset, shows a goal and a page, and is left again.

    python -m tests.walk.all_miniwob [--seed 1] [--fresh]

Prints a row for each task with its goal; `--fresh` gives each a browser of its own. Exit code 1 when one could not be
begun, was over or fulfilled at once, or left a process behind.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from agent.evaluation.miniwob_tasks import ALL_TASKS
from sandboxes.errors import SandboxError
from sandboxes.miniwob import VIEWPORT, MiniWobEnvironment, miniwob_task
from tests.processes import processes


async def begun(environment: MiniWobEnvironment, name: str, seed: int) -> tuple[str, str]:
    """The task's goal, and what is wrong with it; both may be empty."""
    try:
        seen = await environment.reset(miniwob_task(name, seed))
        score = await environment.score()
    except SandboxError as error:
        return "", str(error)
    goal, pixels = " ".join(environment.instruction.split()), seen.frame.pixels
    wrong = {
        "it shows no goal": not goal,
        f"its page is {seen.frame.size}": seen.frame.size != VIEWPORT,
        "its page is blank": pixels.min() == pixels.max(),
        "it is over at once": score is None or score.success or bool(score.facts["over"]),
    }
    return goal, "; ".join(words for words, is_so in wrong.items() if is_so)


async def table(names: Sequence[str], seed: int, *, fresh: bool) -> bool:
    """Begin and print; whether all was as it should be."""
    environment, faults = MiniWobEnvironment(), 0
    others = {pid for pid, _ in processes(os.getpid())}
    try:
        for name in names:
            goal, wrong = await begun(environment, name, seed)
            faults += bool(wrong)
            print(f"{name:28} {f'WRONG: {wrong}' if wrong else goal[:88]}", flush=True)
            if fresh:
                await environment.close()
    finally:
        await environment.close()
    for _ in range(50):
        left = {pid for pid, _ in processes(os.getpid())} - others
        if not left:
            break
        await asyncio.sleep(0.1)
    print(f"{len(names) - faults} of {len(names)} tasks were begun; {len(left)} processes were left")
    return not faults and not left


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.all_miniwob", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tasks", default=",".join(ALL_TASKS), help="names with commas between them")
    parser.add_argument("--fresh", action="store_true", help="a browser of its own for each task")
    arguments = parser.parse_args()
    sys.exit(not asyncio.run(table(arguments.tasks.split(","), arguments.seed, fresh=arguments.fresh)))


if __name__ == "__main__":
    main()
